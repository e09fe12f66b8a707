"""A text that is read while it arrives, by generators that yield where they need more."""

from collections.abc import Generator
import re
from typing import Any

type Reading[T] = Generator[None, None, T]
"""Reads text, and yields where more of it is needed."""

_NOTHING = object()
_BLANK = re.compile(r"\s*")
_NO_LINE = re.compile(r"[^\n]*")


class MalformedError(Exception):
    """The text is not what was to be read."""


class CutError(Exception):
    """The text ended within a value, which is closed here."""

    def __init__(self, value: Any = _NOTHING) -> None:
        """Initialize with the value as far as it was written, if it was begun."""
        super().__init__()
        self.value = value

    @property
    def has_value(self) -> bool:
        """Return whether the value was begun."""
        return self.value is not _NOTHING


class ArrivingText:
    """A text that arrives in pieces, and is read once from its beginning."""

    def __init__(self, text: str = "", *, limit: int, ended: bool = False) -> None:
        """Initialize with what has arrived; no more than the limit is read."""
        self.text = text
        self.ended = ended
        self.position = 0
        self.limit = limit

    def peek(self) -> Reading[str]:
        """Return the next character, empty at the end of the text."""
        while self.position >= len(self.text):
            if self.ended:
                return ""
            yield
        if self.position >= self.limit:
            raise MalformedError
        return self.text[self.position]

    def skip(self, pattern: re.Pattern[str]) -> Reading[str]:
        """Read all characters of a kind, and return the next one without reading it."""
        while char := (yield from self.peek()):
            found = pattern.match(self.text, self.position, self.limit)
            if found is None or not found[0]:
                return char
            self.position = found.end()
        return ""

    def skip_blank(self) -> Reading[str]:
        """Read white space and comments, and return the next character.

        Raises `CutError` at the end of the text.
        """
        while (char := (yield from self.skip(_BLANK))) == "#" or (
            char == "/" and (yield from self.is_next("//"))
        ):
            yield from self.skip(_NO_LINE)
        if char:
            return char
        raise CutError

    def expect(self, text: str) -> Reading[None]:
        """Read a text; raises `MalformedError` if another one is there."""
        for wanted in text:
            char = yield from self.peek()
            if not char:
                raise CutError
            if char != wanted:
                raise MalformedError
            self.position += 1

    def is_next(self, text: str) -> Reading[bool]:
        """Return whether a text follows, without reading it."""
        start = self.position
        try:
            yield from self.expect(text)
        except MalformedError, CutError:
            return False
        finally:
            self.position = start
        return True
