"""What was forgotten on purpose: what was said before it must not bring it back."""

from collections.abc import Iterator

from .fact import Category
from .normalization import fold

LASTS = 24 * 3600
"""Seconds after which a fact may be noticed again: transcripts wait for long."""

MAX_MARKS = 200
"""Keys and values of forgotten facts that are known."""

type _Mark = tuple[Category, str, str]


class Tombstones:
    """The facts that were forgotten lately, by their keys and by their values.

    A model seldom finds a fact under the key that it was told by. Knows no clock:
    times are given, in seconds.
    """

    def __init__(self) -> None:
        """Initialize before anything was forgotten."""
        self._marks: dict[_Mark, float] = {}

    def add(self, category: Category, key: str, value: str, now: float) -> None:
        """Take a fact for forgotten; without a value, whatever its value is."""
        for mark in _marks(category, key, value):
            self._marks.pop(mark, None)
            self._marks[mark] = now
        while len(self._marks) > MAX_MARKS:
            del self._marks[next(iter(self._marks))]

    def discard(self, category: Category, key: str, value: str) -> None:
        """Take a fact for one that is wanted, for it was told again."""
        for mark in _marks(category, key, value):
            self._marks.pop(mark, None)

    def has(self, category: Category, key: str, value: str, now: float) -> bool:
        """Return whether a fact with the key, or one with the value, was forgotten."""
        return any(
            now - self._marks[mark] < LASTS
            for mark in _marks(category, key, value)
            if mark in self._marks
        )


def _marks(category: Category, key: str, value: str) -> Iterator[_Mark]:
    """Yield that by which a fact is known again."""
    yield category, "key", fold(key)
    if value:
        yield category, "value", fold(value)
