"""The bytes of a stream, in any cut, come out as the payloads they hold."""

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
    """Return all payloads of some bytes."""
    parser = EventParser()
    payloads = [payload for piece in pieces for payload in parser.feed(piece)]
    payloads += parser.close()
    assert parser.done
    assert payloads.pop().keys() == {"f"}
    return payloads


@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
def test_any_cut(cuts: list[int]) -> None:
    """How the bytes are cut makes no difference."""
    pieces = [STREAM[a:b] for a, b in pairwise([0, *sorted(cuts), len(STREAM)])]
    assert _parsed(*pieces) == PAYLOADS


def test_byte_by_byte() -> None:
    """Nor does it if each byte comes alone."""
    assert _parsed(*(bytes([byte]) for byte in STREAM)) == PAYLOADS


def test_last_line_without_its_end() -> None:
    """What the last line holds is taken although the line does not end."""
    parser = EventParser()
    assert not list(parser.feed(b'data: {"a": 1}'))
    assert list(parser.close()) == [{"a": 1}]
    assert not parser.done


def test_plain_json() -> None:
    """A body that is no stream is one payload, pretty-printed or not."""
    parser = EventParser()
    assert not list(parser.feed(b'{"error":\n  {"message": "no"}\n}\n'))
    assert list(parser.close()) == [{"error": {"message": "no"}}]


def test_web_page() -> None:
    """A web page holds nothing."""
    parser = EventParser()
    assert not list(parser.feed(b"<html>\n<body>502</body>\n</html>"))
    assert not list(parser.close())


@pytest.mark.parametrize("piece", [b"data: x", b"plain text\n"])
def test_endless(piece: bytes) -> None:
    """Neither a line nor a body without events grows without bound."""
    parser = EventParser()
    with pytest.raises(AnswerTooLargeError):
        for _ in range(MAX_LINE // 1000):
            list(parser.feed(piece * 1000))


def test_endless_nonsense() -> None:
    """Events that hold nothing are forgotten, and what follows them is read."""
    parser = EventParser()
    for _ in range(1000):
        assert not list(parser.feed(b"data: {\n" * 100))
    assert list(parser.feed(b'\ndata: {"a": 1}\n')) == [{"a": 1}]


def test_line_end_cut_in_two() -> None:
    """A line that ends in two characters is one line, also if they come apart."""
    parser = EventParser()
    assert not list(parser.feed(b"data: {\r"))
    assert not list(parser.feed(b'\ndata: "a": 1\r'))
    assert list(parser.feed(b"\ndata: }\r\n")) == [{"a": 1}]


def test_byte_order_mark() -> None:
    """A byte order mark before the first line is none of it."""
    assert list(EventParser().feed(b'\xef\xbb\xbfdata: {"a": 1}\n')) == [{"a": 1}]
