"""Tombstones of forgotten facts.

A transcript from before a fact was forgotten may still be pending; its extraction must
not bring the fact back. Tombstones are not persisted.
"""

from collections.abc import Iterator

from .fact import Category
from .normalization import fold

LIFETIME = 24 * 3600
"""Seconds for which a forgotten fact is not extracted again."""

MAX_MARKS = 200
"""Maximum number of marks, each a key or a value of a forgotten fact."""

type _Mark = tuple[Category, str, str]


class Tombstones:
    """Recently forgotten facts, by key and by value.

    The value counts too, as a model seldom extracts a fact under the key under which
    it was told. Has no clock: times are passed in, in seconds.
    """

    def __init__(self) -> None:
        """Initialize without tombstones."""
        self._marks: dict[_Mark, float] = {}

    def add(self, category: Category, key: str, value: str, now: float) -> None:
        """Add a tombstone for a fact, by key alone if the value is empty."""
        for mark in _marks(category, key, value):
            self._marks.pop(mark, None)
            self._marks[mark] = now
        while len(self._marks) > MAX_MARKS:
            del self._marks[next(iter(self._marks))]

    def discard(self, category: Category, key: str, value: str) -> None:
        """Remove the tombstone of a fact that was told again."""
        for mark in _marks(category, key, value):
            self._marks.pop(mark, None)

    def has(self, category: Category, key: str, value: str, now: float) -> bool:
        """Return whether a fact with this key or value was forgotten recently."""
        return any(
            now - self._marks[mark] < LIFETIME
            for mark in _marks(category, key, value)
            if mark in self._marks
        )


def _marks(category: Category, key: str, value: str) -> Iterator[_Mark]:
    """Yield the marks of a fact: its folded key and, if given, value."""
    yield category, "key", fold(key)
    if value:
        yield category, "value", fold(value)
