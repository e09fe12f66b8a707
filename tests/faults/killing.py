"""What processes that are killed at a given write have in common."""

from collections.abc import Callable
import os
from pathlib import Path
import signal
from typing import Any


def report(line: str) -> None:
    """Print a line, unbuffered: the process may be killed right after it."""
    os.write(1, f"{line}\n".encode())


def kill_at(number: int, when: str) -> None:
    """Kill this process before or after the given write to the integration's files."""
    count = 0

    def counting(replace: Callable[..., Any]) -> Callable[..., Any]:
        """Return a rename function that counts writes and may kill the process."""

        def counted(source: Any, target: Any, *others: Any, **named: Any) -> Any:
            nonlocal count
            if "openai_compatible_conversation." not in str(target):
                return replace(source, target, *others, **named)
            count += 1
            report(f"write {count} {Path(str(target)).name}")
            if count == number and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = replace(source, target, *others, **named)
            if count == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return counted

    for name in ("replace", "rename"):
        setattr(os, name, counting(getattr(os, name)))
