"""A scripted model server in a process of its own, so that its work is nobody else's.

Run as a module, it tells its address, and then in a line of JSON for each answer when
it did what. All processes of a machine share the clock. It ends with its input.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice
import json
import sys
import time
from typing import Any, override

from testbed.replies import (
    DONE,
    Answer,
    Body,
    Pause,
    Reply,
    Step,
    chunk,
    say,
    usage_chunk,
)
from testbed.request_view import RequestView
from testbed.server import ModelServer


@dataclass(frozen=True)
class Kind:
    """How an answer comes: in so many chunks, with a pause between them or at once."""

    chunks: int
    pause: float = 0.0


KINDS = {
    "short": Kind(1),
    "words": Kind(25, 0.02),
    "burst": Kind(500),
    # As short, and the request is told whole.
    "show": Kind(1),
}
"""By the first word of what the user says; the second is its number."""

WORDS = (
    " the",
    " kitchen",
    " light",
    " is",
    " on",
    ",",
    " the",
    " heating",
    " off",
    ",",
)
ROLE = chunk({"role": "assistant", "content": None})
KEPT = 100
"""Requests that are remembered."""


def opening(text: str) -> str:
    """Return how the answer to a text begins."""
    return f"Number {text.rpartition(' ')[2]},"


@dataclass(frozen=True)
class Mark(Pause):
    """A step that takes no time, and notes when it was."""

    note: Callable[[], None]

    @override
    async def wait(self) -> None:
        """Note the time."""
        self.note()


class Script:
    """Answers what it is asked in the way that it is asked for."""

    def __init__(self) -> None:
        """Initialize with a server that is not yet listening."""
        self.server = ModelServer(self._answer)

    def _answer(self, body: Body) -> Answer:
        """Return the answer to a request."""
        asked, requests = RequestView(body), self.server.requests
        del requests[:-KEPT]
        name = asked.text.partition(" ")[0]
        if (kind := KINDS.get(name)) is None or not body.get("stream"):
            return say("Hello.")
        told: dict[str, Any] = {
            "text": asked.text,
            "read": requests[-1].at,
            "size": len(requests[-1].raw),
            "tools": len(body.get("tools") or ()),
            "body": body if name == "show" else None,
        }

        def first() -> None:
            told["first"] = time.monotonic()

        def last() -> None:
            told["last"] = time.monotonic()
            # Not before the last bytes are on their way.
            asyncio.get_running_loop().call_soon(_tell, told)

        end = [chunk({}, "stop"), DONE]
        if (body.get("stream_options") or {}).get("include_usage"):
            end.insert(1, usage_chunk(5000, kind.chunks, 4500))
        head, *others = _chunks(asked.text, kind.chunks)
        steps: list[Step] = [Mark(0, first), ROLE + head]
        if kind.pause:
            for other in others:
                steps += [Pause(kind.pause), other]
            return Reply([*steps, Mark(0, last), b"".join(end)])
        whole = b"".join([ROLE, head, *others, *end])
        return Reply([Mark(0, first), Mark(0, last), whole])


def _chunks(text: str, count: int) -> Iterator[bytes]:
    """Yield the chunks of the answer to a text."""
    yield chunk({"content": opening(text)})
    for word in islice(cycle(WORDS), count - 1):
        yield chunk({"content": word})


def _tell(what: Any) -> None:
    """Write a line of JSON."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


async def _serve() -> None:
    """Answer until the input ends."""
    async with (script := Script()).server:
        _tell(script.server.base_url)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve())
