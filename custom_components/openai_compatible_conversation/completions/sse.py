"""Server-sent events, as chat completions servers send them: bytes in, payloads out."""

from collections.abc import Iterator
import json
from typing import Any

import orjson

from .errors import AnswerTooLargeError

MAX_LINE = 4 * 1024 * 1024
"""Bytes that a line, or a body that is no stream of events, may have."""

MAX_PARTS = 64
"""Lines that one event may be spread over."""

DONE = b"[DONE]"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

type Payload = dict[str, Any]


class EventParser:
    """Takes bytes in any cut and gives the JSON object of each event.

    Only `data` fields matter here, and `error`, with which older llama.cpp servers
    report one. Since chat completions are one line of JSON each, a line is taken as
    soon as it is whole, blank line after it or not. A body that is plain JSON in
    spite of what was asked for counts as one event.

    Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
    """

    def __init__(self) -> None:
        """Initialize a parser at the start of a stream."""
        self.done = False
        """Whether the server said that it is done."""
        self._after_return = False
        self._rest: list[bytes] = []
        self._rest_size = 0
        self._parts: list[bytes] = []
        self._plain: list[bytes] = []
        self._plain_size = 0

    def feed(self, data: bytes) -> Iterator[Payload]:
        """Yield what has become whole with some more bytes."""
        if self._after_return:
            # The end of a line may be two characters, cut between them.
            data = data.removeprefix(b"\n")
        self._after_return = data.endswith(b"\r")
        if b"\n" not in data and b"\r" not in data:
            self._keep(data)
            return
        if self._rest:
            self._rest.append(data)
            data = b"".join(self._rest)
            self._rest.clear()
            self._rest_size = 0
        lines = data.splitlines(keepends=True)
        if not lines[-1].endswith((b"\n", b"\r")):
            self._keep(lines.pop())
        for line in lines:
            if not self.done and (payload := self._line(line.rstrip(b"\r\n"))):
                yield payload

    def close(self) -> Iterator[Payload]:
        """Yield what is left when the stream has ended."""
        last = b"".join(self._rest)
        self._rest.clear()
        if last and not self.done and (payload := self._line(last)):
            yield payload
        if self._plain and (payload := _object(b"\n".join(self._plain))):
            yield payload

    def _keep(self, data: bytes) -> None:
        """Keep the beginning of a line."""
        self._rest_size += len(data)
        if self._rest_size > MAX_LINE:
            raise AnswerTooLargeError
        self._rest.append(data)

    def _line(self, line: bytes) -> Payload | None:
        """Return the payload that ends with a line, if one does."""
        line = line.removeprefix(_BYTE_ORDER_MARK)
        if not line:
            self._parts.clear()
            return None
        if line.startswith(b"data:"):
            return self._data(line[5:].strip())
        if line.startswith(b"error:"):
            return {
                "error": _object(line[6:].strip()) or line[6:].decode(errors="replace")
            }
        if not line.startswith((b":", b"event:", b"id:", b"retry:")):
            self._plain_size += len(line)
            if self._plain_size > MAX_LINE:
                raise AnswerTooLargeError
            self._plain.append(line)
        return None

    def _data(self, data: bytes) -> Payload | None:
        """Return the payload of a data field, put together with those just before it."""
        if data == DONE:
            self.done = True
            return None
        self._parts.append(data)
        payload = _object(data)
        if payload is None and len(self._parts) > 1 and data.endswith(b"}"):
            payload = _object(b"\n".join(self._parts))
        if payload is not None or len(self._parts) >= MAX_PARTS:
            self._parts.clear()
        return payload


def _object(data: bytes) -> Payload | None:
    """Return the JSON object that bytes hold, None if they hold none."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        # Python's own takes NaN and lone surrogates, which some servers send.
        try:
            value = json.loads(data.decode(errors="replace"))
        except ValueError, RecursionError:
            return None
    return value if isinstance(value, dict) else None
