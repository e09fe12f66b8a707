"""The processes that tests kill.

Each is forked from one that has imported what they need, which takes seconds.
"""

import asyncio
from collections.abc import Callable, Coroutine
from multiprocessing import forkserver, get_context
from multiprocessing.connection import Connection
import os
import signal
from typing import Any
from unittest.mock import patch

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        f"{__package__}.{name}_process"
        for name in ("entry", "forgetting", "memory", "schedule")
    ]
)

SECONDS = 100
"""How long a process may take; the first one also waits for the imports."""

type Main = Callable[..., Coroutine[Any, Any, None]]


async def run(main: Main, *arguments: str) -> tuple[int, list[str]]:
    """Run a function in a process; return its exit code and its output lines.

    Coverage is not measured in it: where it is killed, nothing is left of that, and the
    process that it is forked from outlives the run.
    """
    with patch.dict(os.environ):
        os.environ.pop("COVERAGE_PROCESS_CONFIG", None)
        forkserver.ensure_running()
    output, output_end = _CONTEXT.Pipe(duplex=False)
    errors, errors_end = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(
        target=_live, args=(output_end, errors_end, main, arguments)
    )
    process.start()
    output_end.close()
    errors_end.close()
    late = asyncio.get_running_loop().call_later(SECONDS, process.kill)
    # Both end with the process.
    lines, trace = await asyncio.gather(
        asyncio.to_thread(_read, output), asyncio.to_thread(_read, errors)
    )
    assert late.when() > asyncio.get_running_loop().time(), "The process was late"
    late.cancel()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL), trace[-2000:]
    return process.exitcode, lines.splitlines()


def _read(connection: Connection) -> str:
    """Return what is written to a pipe until its end."""
    with connection, os.fdopen(os.dup(connection.fileno())) as file:
        return file.read()


def _live(
    output: Connection, errors: Connection, main: Main, arguments: tuple[str, ...]
) -> None:
    """Run a function, which writes to the given pipes, and may kill the process."""
    os.dup2(output.fileno(), 1)
    os.dup2(errors.fileno(), 2)
    asyncio.run(main(*arguments))
