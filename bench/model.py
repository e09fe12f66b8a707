"""A scripted model server as a process, so that its work is not measured.

Run as a module, it prints its base URL, and then a line of JSON with the times of each
answer. All processes of a machine share the monotonic clock. It ends at the end of its
standard input.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
    """How an answer is streamed: its number of chunks, and the seconds between them."""

    chunks: int
    pause: float = 0.0


KINDS = {
    "short": Kind(1),
    "words": Kind(25, 0.02),
    "burst": Kind(500),
    # As short, and the printed record holds the request body.
    "show": Kind(1),
}
"""Kinds of answers by the first word of the user text; the second is a number."""

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
"""Number of requests that are kept."""


def opening(text: str) -> str:
    """Return the first chunk of the answer to a user text."""
    return f"Number {text.rpartition(' ')[2]},"


@dataclass(frozen=True)
class Mark(Pause):
    """A step without a delay that records its time."""

    record: Callable[[], None]

    @override
    async def wait(self) -> None:
        """Record the time."""
        self.record()


class Script:
    """Answers each request with the kind of answer that its user text names."""

    def __init__(self) -> None:
        """Initialize with a server that is not yet listening."""
        self.server = ModelServer(self._answer)

    def _answer(self, body: Body) -> Answer:
        """Return the answer to a request."""
        request, requests = RequestView(body), self.server.requests
        del requests[:-KEPT]
        name = request.text.partition(" ")[0]
        if (kind := KINDS.get(name)) is None or not body.get("stream"):
            return say("Hello.")
        times: dict[str, Any] = {
            "text": request.text,
            "read": requests[-1].at,
            "size": len(requests[-1].raw),
            "tools": len(body.get("tools") or ()),
            "body": body if name == "show" else None,
        }

        def first() -> None:
            times["first"] = time.monotonic()

        def last() -> None:
            times["last"] = time.monotonic()
            # After the last bytes are written.
            asyncio.get_running_loop().call_soon(_print_json, times)

        end = [chunk({}, "stop"), DONE]
        if (body.get("stream_options") or {}).get("include_usage"):
            end.insert(1, usage_chunk(5000, kind.chunks, 4500))
        head, *others = _chunks(request.text, kind.chunks)
        steps: list[Step] = [Mark(0, first), ROLE + head]
        if kind.pause:
            for other in others:
                steps += [Pause(kind.pause), other]
            return Reply([*steps, Mark(0, last), b"".join(end)])
        whole = b"".join([ROLE, head, *others, *end])
        return Reply([Mark(0, first), Mark(0, last), whole])


def _chunks(text: str, count: int) -> Iterator[bytes]:
    """Yield the content chunks of the answer to a user text."""
    yield chunk({"content": opening(text)})
    for number in range(count - 1):
        # In a fixed order they would be a runaway, which is stopped.
        yield chunk({"content": WORDS[number**3 % 997 % len(WORDS)]})


def _print_json(value: Any) -> None:
    """Print a value as a line of JSON, and flush."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


async def _serve() -> None:
    """Serve until the end of standard input."""
    async with (script := Script()).server:
        _print_json(script.server.base_url)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve())
