"""JSON as models write it, read while it arrives.

Strings in single quotes, Python's literals, bare keys, trailing commas and line breaks
within strings are accepted. What ends too early is closed.
"""

from collections.abc import Callable
from contextlib import suppress
import json
import re
from typing import Any

from .arriving_text import ArrivingText, CutError, MalformedError, Reading

MAX_DEPTH = 40
"""Maximum depth of nested values."""

_LITERALS = {
    "true": True,
    "false": False,
    "null": None,
    "True": True,
    "False": False,
    "None": None,
}
_CLOSERS = {
    '"': '"',
    "'": "'",
    **dict.fromkeys("“”„", "“”"),
    **dict.fromkeys("‘’‚", "‘’"),
}
"""What closes a string, by what opens it; word processors write curly quotes."""
QUOTES = frozenset(_CLOSERS)
"""What opens a string."""
_ENDS = ("```", "~~~", "</")
"""What ends a block in which a value stands."""
_WORD = re.compile(r"[^\s,:{}\[\]()\"'<>=`]")
_STRING = {
    quote: re.compile(rf"[^{closers}\\]*") for quote, closers in _CLOSERS.items()
}
_CUT_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{0,3})?\Z")


def read_value(source: ArrivingText, depth: int = 0) -> Reading[Any]:
    """Read a value."""
    char = yield from source.skip_blank()
    if depth > MAX_DEPTH:
        raise MalformedError
    if char == "{":
        return (yield from _read_object(source, depth))
    if char in "[(":
        return (yield from _read_list(source, depth))
    if char in QUOTES:
        return (yield from read_string(source))
    return (yield from _read_literal(source))


def read_string(
    source: ArrivingText, accept: Callable[[str], bool] | None = None
) -> Reading[str]:
    """Read a string in quotes, of which each beginning must be accepted."""
    quote = source.text[source.position]
    source.position += 1
    start = source.position
    while True:
        char = yield from source.peek()
        found = _STRING[quote].match(source.text, source.position, source.limit)
        if char and found and found[0]:
            source.position = found.end()
            if accept and not accept(source.text[start : source.position]):
                raise MalformedError
            continue
        raw = source.text[start : source.position]
        if not char:
            raise CutError(_decode(_CUT_ESCAPE.sub("", raw), quote))
        source.position += 1
        if char in _CLOSERS[quote]:
            return _decode(raw, quote)
        if not (yield from source.peek()):
            raise CutError(_decode(raw, quote))
        source.position += 1


def read_key(
    source: ArrivingText, accept: Callable[[str], bool] | None = None
) -> Reading[str]:
    """Read the key of an object, and the colon after it."""
    if (yield from source.skip_blank()) in QUOTES:
        try:
            key = yield from read_string(source, accept)
        except CutError:
            raise CutError from None
    else:
        key = yield from _read_word(source, accept)
        if not key:
            raise MalformedError
    yield from source.skip_blank()
    yield from source.expect(":")
    return key


def parse(text: str, start: int = 0) -> tuple[Any, int, bool]:
    """Return the value at a position of a complete text, its end, and if it was cut.

    A value that the text cuts is closed. Raises `MalformedError` if there is none.
    """
    source = ArrivingText(text, limit=len(text) + 1, ended=True)
    source.position = start
    try:
        # The text has ended, so the reader never waits for more.
        next(reading := read_value(source))
    except StopIteration as done:
        return done.value, source.position, False
    except CutError as cut:
        if cut.has_value:
            return cut.value, len(text), True
    except MalformedError:
        if (end := source.position) > start and text.startswith(_ENDS, end):
            # Small models forget the last brace before the end of a fence or a tag.
            return parse(text[:end], start)
        raise
    finally:
        reading.close()
    raise MalformedError


def _read_object(source: ArrivingText, depth: int) -> Reading[dict[str, Any]]:
    """Read an object."""
    value: dict[str, Any] = {}
    source.position += 1
    try:
        while (yield from source.skip_blank()) != "}":
            key = yield from read_key(source)
            try:
                value[key] = yield from read_value(source, depth + 1)
            except CutError as cut:
                if cut.has_value:
                    value[key] = cut.value
                raise
            yield from _read_separator(source, "}")
    except CutError:
        raise CutError(value) from None
    source.position += 1
    return value


def _read_list(source: ArrivingText, depth: int) -> Reading[list[Any]]:
    """Read a list or a tuple."""
    value: list[Any] = []
    closer = "]" if source.text[source.position] == "[" else ")"
    source.position += 1
    try:
        while (yield from source.skip_blank()) != closer:
            try:
                value.append((yield from read_value(source, depth + 1)))
            except CutError as cut:
                if cut.has_value:
                    value.append(cut.value)
                raise
            yield from _read_separator(source, closer)
    except CutError:
        raise CutError(value) from None
    source.position += 1
    return value


def _read_separator(source: ArrivingText, closer: str) -> Reading[None]:
    """Read the comma after a value, unless what it stands in is closed."""
    char = yield from source.skip_blank()
    if char == ",":
        source.position += 1
    elif char != closer:
        raise MalformedError


def _read_literal(source: ArrivingText) -> Reading[Any]:
    """Read a number or a word such as `true`."""
    word = yield from _read_word(source)
    if word in _LITERALS:
        return _LITERALS[word]
    if word and source.ended and source.position == len(source.text):
        with suppress(ValueError):
            return json.loads(word)
        raise CutError
    try:
        return json.loads(word)
    except ValueError:
        raise MalformedError from None


def _read_word(
    source: ArrivingText, accept: Callable[[str], bool] | None = None
) -> Reading[str]:
    """Read letters up to the next delimiter."""
    start = source.position
    while (char := (yield from source.peek())) and _WORD.match(char):
        source.position += 1
        if accept and not accept(source.text[start : source.position]):
            raise MalformedError
    return source.text[start : source.position]


def _decode(raw: str, quote: str) -> str:
    """Return the text of a string that is written between quotes."""
    if "\\" not in raw:
        return raw
    if quote != '"':
        raw = raw.replace("\\'", "'").replace('"', '\\"')
    try:
        return str(json.loads(f'"{raw}"', strict=False))
    except ValueError:
        return raw
