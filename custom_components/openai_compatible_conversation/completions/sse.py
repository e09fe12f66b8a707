"""Parser for server-sent events, as chat completions servers send them."""

from collections.abc import Iterator
import json
from typing import Any

import orjson

from .errors import AnswerTooLargeError

MAX_LINE = 4 * 1024 * 1024
"""Maximum bytes of a line, or of a body that is not an event stream."""

MAX_PARTS = 64
"""Maximum number of lines of one event."""

DONE = b"[DONE]"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

type Payload = dict[str, Any]


class EventParser:
    """Parses bytes, however they are split, into the JSON object of each event.

    Feed it the bytes as they arrive, and close it at the end of the stream. It raises
    `AnswerTooLargeError` if a limit is exceeded.

    Only `data` fields matter here, and `error`, in which older llama.cpp servers
    report errors. A chunk is one line of JSON, so a line is parsed as soon as it is
    complete, without waiting for the blank line after it. A body of plain JSON, sent
    although a stream was requested, counts as one event.

    Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
    """

    def __init__(self) -> None:
        """Initialize at the start of a stream."""
        self.done = False
        """Whether the server sent the end marker."""
        self._after_cr = False
        self._is_error = False
        """Whether the current event has the name of an error."""
        self._partial_line: list[bytes] = []
        self._partial_size = 0
        self._data_lines: list[bytes] = []
        self._other_lines: list[bytes] = []
        self._other_size = 0

    def feed(self, data: bytes) -> Iterator[Payload]:
        """Yield the payloads that these bytes complete."""
        if self._after_cr:
            # A CRLF may be split between two reads.
            data = data.removeprefix(b"\n")
        self._after_cr = data.endswith(b"\r")
        if b"\n" not in data and b"\r" not in data:
            self._buffer(data)
            return
        if self._partial_line:
            self._partial_line.append(data)
            data = b"".join(self._partial_line)
            self._partial_line.clear()
            self._partial_size = 0
        lines = data.splitlines(keepends=True)
        if not lines[-1].endswith((b"\n", b"\r")):
            self._buffer(lines.pop())
        for line in lines:
            if not self.done and (payload := self._parse_line(line.rstrip(b"\r\n"))):
                yield payload

    def close(self) -> Iterator[Payload]:
        """Yield the payloads that the end of the stream completes."""
        last = b"".join(self._partial_line)
        self._partial_line.clear()
        if last and not self.done and (payload := self._parse_line(last)):
            yield payload
        if self._other_lines and (
            payload := _json_object(b"\n".join(self._other_lines))
        ):
            yield payload

    def _buffer(self, data: bytes) -> None:
        """Buffer an incomplete line."""
        self._partial_size += len(data)
        if self._partial_size > MAX_LINE:
            raise AnswerTooLargeError
        self._partial_line.append(data)

    def _parse_line(self, line: bytes) -> Payload | None:
        """Return the payload that a line completes, None if it completes none."""
        line = line.removeprefix(_BYTE_ORDER_MARK)
        if not line:
            self._data_lines.clear()
            self._is_error = False
            return None
        if line.startswith(b"data:"):
            return self._parse_data(line[5:].strip())
        if line.startswith(b"error:"):
            return {
                "error": _json_object(line[6:].strip())
                or line[6:].decode(errors="replace")
            }
        if line.startswith(b"event:"):
            self._is_error = line[6:].strip() == b"error"
        elif not line.startswith((b":", b"id:", b"retry:")):
            self._other_size += len(line)
            if self._other_size > MAX_LINE:
                raise AnswerTooLargeError
            self._other_lines.append(line)
        return None

    def _parse_data(self, data: bytes) -> Payload | None:
        """Return the payload of a data field, joined with those just before it."""
        if data == DONE:
            self.done = True
            return None
        self._data_lines.append(data)
        payload = _json_object(data)
        if payload is None and len(self._data_lines) > 1 and data.endswith(b"}"):
            payload = _json_object(b"\n".join(self._data_lines))
        if self._is_error:
            payload = _as_error(payload, self._data_lines[0])
        if payload is not None or len(self._data_lines) >= MAX_PARTS:
            self._data_lines.clear()
        return payload


def _as_error(payload: Payload | None, data: bytes) -> Payload | None:
    """Return the payload of an event that is an error by its name.

    It is a text unless its data begins as an object, which may not be complete yet.
    """
    if payload is not None:
        return payload if payload.get("error") else {"error": payload}
    if data.startswith(b"{"):
        return None
    return {"error": data.decode(errors="replace") or "-"}


def _json_object(data: bytes) -> Payload | None:
    """Return the JSON object in bytes, None if there is none."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        # Unlike orjson, json accepts NaN and lone surrogates, as some servers send.
        try:
            value = json.loads(data.decode(errors="replace"))
        except ValueError, RecursionError:
            return None
    return value if isinstance(value, dict) else None
