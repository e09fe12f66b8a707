"""All facts of an entry, each once."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Self

from ..search.index import Index
from ..search.words import words
from .fact import Category, Fact, FactError, Source, category_of, key_of, value_of
from .normalization import as_text, fold

MAX_FACTS = 5000

LONG_AGO = "1970-01-01T00:00:00+00:00"
"""Stands for a time on disk that cannot be read."""

_WEIGHTS = {"key": 3.0, "value": 2.0, "category": 1.0}
"""What a match in each field of a fact counts."""


class FactIndex:
    """All facts, one for each category and key. To be used from one thread.

    Keys are the same if they differ in case, width or spaces only. Restored facts
    are indexed by the first query with a text, which takes about 20 µs for each,
    or before it in steps, by `warm`.
    """

    def __init__(self) -> None:
        """Initialize without a fact."""
        self._facts: dict[str, Fact] = {}
        self._index = Index(_WEIGHTS, heading=("key",))
        self._unindexed: list[str] = []
        """Facts that the index does not have yet; some may be gone meanwhile."""

    def __len__(self) -> int:
        """Return how many facts there are."""
        return len(self._facts)

    def __iter__(self) -> Iterator[Fact]:
        """Iterate over the facts, in the order in which they were first learned."""
        return iter(list(self._facts.values()))

    def close(self) -> None:
        """Free the index; there can be no query with a text after that."""
        self._index.close()

    def learn(
        self, category: object, key: object, value: object, source: Source, now: str
    ) -> Fact:
        """Add a fact or update it, and return it as it then is.

        What was noticed does not replace what was told: the fact that was told is
        returned. `now` is the time in ISO 8601, in UTC. Raises `FactError`.
        """
        new = Fact(
            category_of(category), key_of(key), value_of(value), source, now, now
        )
        place = _place(new.category, new.key)
        if old := self._facts.get(place):
            if old.source == "told" and source == "extracted":
                return old
            if (old.value, old.source) == (new.value, source):
                return old
            new = replace(new, key=old.key, created_at=old.created_at)
        elif len(self._facts) >= MAX_FACTS:
            raise FactError(
                "too_many",
                f"There are {len(self._facts)} facts, and no room for more. "
                "Forget some that are not needed first.",
            )
        self._facts[place] = new
        self._index.put(place, _document(new))
        return new

    def forget(self, category: object, key: object) -> Fact | None:
        """Remove a fact, and return it if it was there. Raises `FactError`."""
        place = _place(category_of(category), key_of(key))
        self._index.remove(place)
        return self._facts.pop(place, None)

    def query(
        self, category: object = None, text: object = None, limit: int = 50
    ) -> tuple[list[Fact], int]:
        """Return the facts that match, at most `limit`, and how many more there are.

        Those of one category only, if it is given. With a text those that have a
        word of it, the best first; without one, or without a word in it, all, the
        newest first. Raises `FactError`.
        """
        # Models that want no category often give an empty one.
        blank = category is None or (isinstance(category, str) and not category.strip())
        wanted = None if blank else category_of(category)
        asked = "" if text is None else as_text(text)
        if asked is None:
            raise FactError("bad_query", "The query must be a text.")
        found = self._matches(asked) if words(asked) else self._newest()
        if wanted:
            found = [fact for fact in found if fact.category == wanted]
        return found[:limit], max(len(found) - limit, 0)

    def warm(self, count: int) -> bool:
        """Index so many restored facts; return whether there are more to index."""
        places, self._unindexed = self._unindexed[:count], self._unindexed[count:]
        self._index.put_all(
            (place, _document(self._facts[place]))
            for place in places
            if place in self._facts
        )
        return bool(self._unindexed)

    def _matches(self, text: str) -> list[Fact]:
        """Return the facts that have a word of a text, the best first."""
        self.warm(len(self._unindexed))
        return [self._facts[hit.key] for hit in self._index.search(text)]

    def _newest(self) -> list[Fact]:
        """Return all facts, the newest first."""
        # The sort is stable: of equals, the first is that which was added last.
        found = list(reversed(self._facts.values()))
        found.sort(key=lambda fact: fact.updated_at, reverse=True)
        return found

    def to_json(self) -> list[dict[str, str]]:
        """Return the facts as JSON."""
        return [
            {
                "category": fact.category.value,
                "key": fact.key,
                "value": fact.value,
                "source": fact.source,
                "created_at": fact.created_at,
                "updated_at": fact.updated_at,
            }
            for fact in self
        ]

    @classmethod
    def from_json(cls, data: object) -> tuple[Self, int]:
        """Return the facts that were stored, and how many could not be read.

        Of two with the same key, the one that was told counts, then the newer.
        """
        facts = cls()
        if data is None:
            return facts, 0
        if not isinstance(data, list):
            return facts, 1
        lost = 0
        for item in data:
            try:
                fact = _fact(item)
            except FactError:
                lost += 1
                continue
            place = _place(fact.category, fact.key)
            if old := facts._facts.get(place):
                lost += 1
                fact = max(old, fact, key=_precedence)
            facts._facts[place] = fact
        facts._unindexed = list(facts._facts)
        return facts, lost


def _place(category: Category, key: str) -> str:
    """Return what there is one fact for."""
    return f"{category}/{fold(key)}"


def _document(fact: Fact) -> dict[str, str]:
    """Return a fact as the index takes it."""
    return {"key": fact.key, "value": fact.value, "category": fact.category}


def _fact(data: object) -> Fact:
    """Return the fact that was stored."""
    item: Mapping[Any, Any] = data if isinstance(data, Mapping) else {}
    updated = _time(item.get("updated_at"), item.get("created_at"))
    return Fact(
        category_of(item.get("category")),
        key_of(item.get("key")),
        value_of(item.get("value")),
        "extracted" if item.get("source") == "extracted" else "told",
        _time(item.get("created_at"), updated),
        updated,
    )


def _time(*candidates: object) -> str:
    """Return the first time that can be read."""
    for value in candidates:
        if isinstance(value, str):
            try:
                datetime.fromisoformat(value)
            except ValueError:
                continue
            return value
    return LONG_AGO


def _precedence(fact: Fact) -> tuple[bool, str]:
    """Return what decides which of two facts counts."""
    return fact.source == "told", fact.updated_at
