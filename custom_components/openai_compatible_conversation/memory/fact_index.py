"""In-memory facts of an entry, with full-text search."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Self

from ..search.index import Index
from ..search.words import words
from .fact import Category, Fact, FactError, Source, category_of, key_of, value_of
from .normalization import as_text, fold
from .telling_words import telling_words

MAX_FACTS = 5000

EPOCH = "1970-01-01T00:00:00+00:00"
"""Placeholder for a stored time that is missing or invalid."""

MAX_COMMON = 3
COMMON_SHARE = 0.1
"""Number or share of the facts that may have a word for it to tell them apart."""

_WEIGHTS = {"key": 3.0, "value": 2.0, "category": 1.0}
"""Search weight of a match, by field."""


class FactIndex:
    """The facts, one per category and key. Not thread-safe.

    Keys that differ only in case, width or spaces are the same. Restored facts are
    indexed by the first query with a text, which takes about 20 µs per fact, or
    beforehand in steps by `warm`. Call `close` to free the search index.
    """

    def __init__(self) -> None:
        """Initialize without facts."""
        self._facts: dict[str, Fact] = {}
        self._index = Index(_WEIGHTS, heading=("key",))
        self._unindexed: list[str] = []
        """Ids of restored facts not indexed yet; some may be forgotten meanwhile."""

    def __len__(self) -> int:
        """Return the number of facts."""
        return len(self._facts)

    def __iter__(self) -> Iterator[Fact]:
        """Iterate over the facts in the order in which they were first learned."""
        return iter(list(self._facts.values()))

    def close(self) -> None:
        """Free the search index; queries with a text are not possible afterwards."""
        self._index.close()

    def learn(
        self, category: object, key: object, value: object, source: Source, now: str
    ) -> Fact:
        """Add or update a fact, and return the stored fact.

        An extracted fact does not replace one that was told: the existing fact is
        returned. `now` is the time as ISO 8601 in UTC. Raises `FactError`.
        """
        new = Fact(
            category_of(category), key_of(key), value_of(value), source, now, now
        )
        fact_id = _fact_id(new.category, new.key)
        if old := self._facts.get(fact_id):
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
        self._facts[fact_id] = new
        self._index.put(fact_id, _document(new))
        return new

    def forget(self, category: object, key: object) -> Fact | None:
        """Remove and return a fact, None if it does not exist. Raises `FactError`."""
        fact_id = _fact_id(category_of(category), key_of(key))
        self._index.remove(fact_id)
        return self._facts.pop(fact_id, None)

    def query(
        self, category: object = None, text: object = None, limit: int = 50
    ) -> tuple[list[Fact], int]:
        """Return up to `limit` matching facts, and the number of further matches.

        With a category, only facts of it match. With a text, facts that contain a word
        of it match, the best match first; without words, all match, the newest first.
        Raises `FactError`.
        """
        # Models often pass an empty category for none.
        blank = category is None or (isinstance(category, str) and not category.strip())
        category_filter = None if blank else category_of(category)
        query_text = "" if text is None else as_text(text)
        if query_text is None:
            raise FactError("bad_query", "The query must be a text.")
        found = self._matches(query_text) if words(query_text) else self._newest()
        if category_filter:
            found = [fact for fact in found if fact.category == category_filter]
        return found[:limit], max(len(found) - limit, 0)

    def recall(self, text: str, limit: int) -> list[Fact]:
        """Return the facts that clearly fit what a user said, the best match first.

        They have a word of it that few other facts have.
        """
        self.warm(len(self._unindexed))
        most = max(MAX_COMMON, int(len(self) * COMMON_SHARE))
        scores: Counter[str] = Counter()
        for word in telling_words(text):
            related = self._index.related(word)
            if len(related) <= most:
                scores.update(related)
        best = scores.most_common(limit)
        return [self._facts[fact_id] for fact_id, _ in best]

    def warm(self, count: int) -> bool:
        """Index up to `count` restored facts; return whether any are left."""
        fact_ids, self._unindexed = self._unindexed[:count], self._unindexed[count:]
        self._index.put_all(
            (fact_id, _document(self._facts[fact_id]))
            for fact_id in fact_ids
            if fact_id in self._facts
        )
        return bool(self._unindexed)

    def _matches(self, text: str) -> list[Fact]:
        """Return the facts that contain a word of a text, the best match first."""
        self.warm(len(self._unindexed))
        return [self._facts[hit.key] for hit in self._index.search(text)]

    def _newest(self) -> list[Fact]:
        """Return all facts, the newest first."""
        # The sort is stable: of facts with the same time, the last added comes first.
        found = list(reversed(self._facts.values()))
        found.sort(key=lambda fact: fact.updated_at, reverse=True)
        return found

    def to_json(self) -> list[dict[str, str]]:
        """Return the facts as JSON-serializable data."""
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
        """Return the facts from stored data, and the number of items lost.

        Invalid items and duplicates are lost: a told fact wins, then the newer one.
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
            fact_id = _fact_id(fact.category, fact.key)
            if old := facts._facts.get(fact_id):
                lost += 1
                fact = max(old, fact, key=_precedence)
            facts._facts[fact_id] = fact
        facts._unindexed = list(facts._facts)
        return facts, lost


def _fact_id(category: Category, key: str) -> str:
    """Return the identity of a fact: its category and folded key."""
    return f"{category}/{fold(key)}"


def _document(fact: Fact) -> dict[str, str]:
    """Return a fact as a document of the search index."""
    return {"key": fact.key, "value": fact.value, "category": fact.category}


def _fact(data: object) -> Fact:
    """Return a fact from stored data. Raises `FactError`."""
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
    """Return the first valid ISO 8601 time, `EPOCH` if there is none."""
    for value in candidates:
        if isinstance(value, str):
            try:
                datetime.fromisoformat(value)
            except ValueError:
                continue
            return value
    return EPOCH


def _precedence(fact: Fact) -> tuple[bool, str]:
    """Return the sort key by which the greater of two duplicates wins."""
    return fact.source == "told", fact.updated_at
