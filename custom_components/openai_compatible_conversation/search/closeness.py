"""How close documents are to a query in meaning, whatever words they have.

Texts are compared by their directions: that of a text is the direction of the sum of its
words' vectors. There are also directions of subjects that no tool is for, such as a
haircut.

Decision record: docs/decisions/0028-a-sense-of-meaning.md.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from math import hypot, sumprod

from .word_vectors import WordVectors
from .words import words

MAX_WORDS = 100
"""Maximum words of a text; the rest is ignored."""

MIN_KNOWN = 0.85
"""Share of the words of a query that have to be known."""


class Closeness:
    """The directions of documents, by key."""

    def __init__(self, vectors: WordVectors) -> None:
        """Initialize without documents."""
        self._vectors = vectors
        self._directions: dict[str, list[float]] = {}
        self._unserved = [self._direction([mark]) for mark in vectors.unserved]

    def put(self, key: str, texts: Iterable[str]) -> None:
        """Add a document, given as its texts."""
        found = (word for text in texts for word in words(text))
        if direction := self._direction(list(islice(found, MAX_WORDS))):
            self._directions[key] = direction

    def clear(self) -> None:
        """Remove all documents."""
        self._directions.clear()

    def of_all(self, query: Sequence[str]) -> dict[str, float]:
        """Return how close each document is to a query, at most 1, by key.

        The query is given as its words in English. Returns none if too many of them are
        unknown, as they are in other languages.
        """
        query = query[:MAX_WORDS]
        if sum(word in self._vectors for word in query) < MIN_KNOWN * len(query):
            return {}
        if not (direction := self._direction(query)):
            return {}
        return {
            key: sumprod(direction, other) for key, other in self._directions.items()
        }

    def of_unserved(self, query: Sequence[str]) -> float:
        """Return how close the nearest subject is that no tool is for, at most 1.

        It is comparable with what `of_all` returns, if that is anything.
        """
        direction = self._direction(query[:MAX_WORDS])
        return max(
            (sumprod(direction, other) for other in self._unserved if direction),
            default=0.0,
        )

    def _direction(self, found: Sequence[str]) -> list[float]:
        """Return the direction of words, or nothing if none of them is known."""
        total = self._vectors.total(found)
        length = hypot(*total)
        return [part / length for part in total] if length else []
