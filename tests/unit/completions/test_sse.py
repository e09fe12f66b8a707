"""Test the parser for server-sent events."""

from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.completions.errors import (
    AnswerTooLargeError,
)
from custom_components.openai_compatible_conversation.completions.sse import (
    MAX_LINE,
    EventParser,
)

STREAM = (
    b": keep-alive\r\n\r\n"
    b'data: {"a": 1}\n\n'
    b"event: message\nid: 7\nretry: 10\n"
    b'data:{"b": "\xc3\xa9\xf0\x9f\x8c\xa1"}\r\n\r\n'
    b'data: {"c": 3}\ndata: {"d": 4}\n\n'
    b"data: nonsense\n\n"
    b"data: [1]\n\n"
    b'data: {"e":\ndata:  5}\n\n'
    b'data: {"f": NaN}\n\n'
    b"data: [DONE]\n\n"
    b'data: {"late": true}\n\n'
)
PAYLOADS = [{"a": 1}, {"b": "é🌡"}, {"c": 3}, {"d": 4}, {"e": 5}]


def _parsed(*pieces: bytes) -> list[dict[str, object]]:
    """Return all payloads parsed from pieces of bytes."""
    parser = EventParser()
    payloads = [payload for piece in pieces for payload in parser.feed(piece)]
    payloads += parser.close()
    assert parser.done
    assert payloads.pop().keys() == {"f"}
    return payloads


@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
def test_any_split(offsets: list[int]) -> None:
    """The payloads do not depend on how the bytes are split."""
    pieces = [STREAM[a:b] for a, b in pairwise([0, *sorted(offsets), len(STREAM)])]
    assert _parsed(*pieces) == PAYLOADS


def test_byte_by_byte() -> None:
    """The payloads are the same if bytes arrive one by one."""
    assert _parsed(*(bytes([byte]) for byte in STREAM)) == PAYLOADS


def test_last_line_unterminated() -> None:
    """The last line is parsed even if it is not terminated."""
    parser = EventParser()
    assert not list(parser.feed(b'data: {"a": 1}'))
    assert list(parser.close()) == [{"a": 1}]
    assert not parser.done


def test_plain_json() -> None:
    """A plain JSON body is one payload, even over several lines."""
    parser = EventParser()
    assert not list(parser.feed(b'{"error":\n  {"message": "no"}\n}\n'))
    assert list(parser.close()) == [{"error": {"message": "no"}}]


def test_html_page() -> None:
    """An HTML page has no payload."""
    parser = EventParser()
    assert not list(parser.feed(b"<html>\n<body>502</body>\n</html>"))
    assert not list(parser.close())


@pytest.mark.parametrize("piece", [b"data: x", b"plain text\n"])
def test_size_limit(piece: bytes) -> None:
    """A line, or a body without events, has a size limit."""
    parser = EventParser()
    with pytest.raises(AnswerTooLargeError):
        for _ in range(MAX_LINE // 1000):
            list(parser.feed(piece * 1000))


def test_invalid_events_dropped() -> None:
    """Invalid events are dropped, and the events after them are parsed."""
    parser = EventParser()
    for _ in range(1000):
        assert not list(parser.feed(b"data: {\n" * 100))
    assert list(parser.feed(b'\ndata: {"a": 1}\n')) == [{"a": 1}]


def test_split_crlf() -> None:
    """A CRLF that is split between two reads ends one line."""
    parser = EventParser()
    assert not list(parser.feed(b"data: {\r"))
    assert not list(parser.feed(b'\ndata: "a": 1\r'))
    assert list(parser.feed(b"\ndata: }\r\n")) == [{"a": 1}]


def test_byte_order_mark() -> None:
    """A byte order mark before the first line is ignored."""
    assert list(EventParser().feed(b'\xef\xbb\xbfdata: {"a": 1}\n')) == [{"a": 1}]
