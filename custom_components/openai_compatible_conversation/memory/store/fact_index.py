"""In-memory facts of an entry, one per subject, category and key."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Self

from ..facts.fact import (
    MAX_FACTS,
    Category,
    Fact,
    FactError,
    Origin,
    Source,
    category_of,
    key_of,
    name_of,
    quote_of,
    value_of,
)
from ..facts.fact_json import fact_to_json, facts_from_json
from ..facts.fact_revision import had_before, merged, revised
from ..recall.fact_search import FactSearch
from ..words.normalization import fold

UNKNOWN = Origin()
"""The origin of a fact of which nobody knows who told it."""


class FactIndex(FactSearch):
    """The facts, one per subject, category and key. Not thread-safe.

    Subjects and keys that differ only in case, width or spaces are the same.
    """

    def __contains__(self, fact: Fact) -> bool:
        """Return whether there is a fact with the identity of this one."""
        return _id_of(fact) in self._facts

    def learn(
        self,
        category: object,
        key: object,
        value: object,
        source: Source,
        now: str,
        *,
        subject: object = None,
        origin: Origin = UNKNOWN,
        said_at: str = "",
    ) -> Fact:
        """Add or update a fact, and return the stored fact.

        `now` is the time as ISO 8601 in UTC. `said_at` is when an extracted fact was
        said, empty if that is not known; it decides what may be replaced
        (`fact_revision.revised`). Raises `FactError`.
        """
        new = new_fact(
            category, key, value, source, now, subject=subject, origin=origin
        )
        return self.put(new, said_at)

    def put(self, new: Fact, said_at: str = "") -> Fact:
        """Add or update a fact as `learn` does, and return the stored fact."""
        old = self._facts.get(_id_of(new))
        if old is None:
            self._check_room()
            self._put(_id_of(new), new)
            return new
        fact = revised(old, new, said_at)
        if fact is not old:
            self._put(_id_of(fact), fact)
        return fact

    def change(
        self,
        old: Fact,
        category: object,
        key: object,
        value: object,
        now: str,
        *,
        subject: object = None,
        origin: Origin = UNKNOWN,
    ) -> Fact:
        """Change a fact in its place as a user wants it, and return the stored fact.

        The arguments are those of `learn`. Raises `FactError`, "key_taken" if there is
        another fact with that subject, category and key.
        """
        new = new_fact(
            category, key, value, "told", now, subject=subject, origin=origin
        )
        if (current := self.find(old)) is None:
            return self.put(new)
        old_id, new_id = _id_of(old), _id_of(new)
        if new_id != old_id and new in self:
            raise FactError(
                "key_taken",
                f'There is another fact "{new.key}" in that category. '
                "Change that one, or choose another key.",
            )
        changed = replace(
            revised(current, new),
            category=new.category,
            key=new.key,
            subject=new.subject,
        )
        ids = [new_id if fact_id == old_id else fact_id for fact_id in self._facts]
        self._remove(old_id)
        self._put(new_id, changed)
        self._facts = {fact_id: self._facts[fact_id] for fact_id in ids}
        return changed

    def forget(
        self, category: object, key: object, subject: object = None
    ) -> Fact | None:
        """Remove and return a fact, None if it does not exist. Raises `FactError`."""
        fact = self.get(category, key, subject)
        return fact and self.remove(fact)

    def remove(self, fact: Fact) -> Fact | None:
        """Remove and return the fact with the identity of this one, if there is one."""
        return self._remove(_id_of(fact))

    def find(self, fact: Fact) -> Fact | None:
        """Return the fact with the identity of this one, None if there is none."""
        return self._facts.get(_id_of(fact))

    def get(self, category: object, key: object, subject: object = None) -> Fact | None:
        """Return a fact, None if it does not exist.

        Without a subject, it is the household's, or the only one with that category and
        key. Raises `FactError`.
        """
        found = category_of(category), fold(key_of(key))
        if subject is not None:
            return self._facts.get(_id(name_of(subject), *found))
        if fact := self._facts.get(_id("", *found)):
            return fact
        same = [fact for fact in self if (fact.category, fold(fact.key)) == found]
        return same[0] if len(same) == 1 else None

    def is_outdated(self, fact: Fact, said_at: str) -> bool:
        """Return whether a fact says what was true only before, under any key.

        `said_at` is when it was said, empty if that is not known.
        """
        return any(
            known.category == fact.category and had_before(known, fact.value, said_at)
            for known in self._facts.values()
            if known.past
        )

    def merge(self, facts: Iterable[Fact], most: int = MAX_FACTS) -> list[Fact]:
        """Add facts, merged with those of the same identity; return those that fit in.

        They are indexed by the next query with a text, or by `warm`.
        """
        taken = []
        for fact in facts:
            fact_id = _id_of(fact)
            old = self._facts.get(fact_id)
            if old is None and len(self) >= most:
                continue
            self._put_later(fact_id, merged(old, fact) if old else fact)
            taken.append(fact)
        return taken

    def to_json(self) -> list[dict[str, Any]]:
        """Return the facts as JSON-serializable data."""
        return [fact_to_json(fact) for fact in self]

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
        facts.merge(facts_from_json(data), len(data))
        return facts, len(data) - len(facts)

    def _check_room(self) -> None:
        """Raise `FactError` if there is no room for another fact."""
        if len(self) >= MAX_FACTS:
            raise FactError(
                "too_many",
                f"There are {len(self)} facts, and no room for more. "
                "Forget some that are not needed first.",
            )


def new_fact(
    category: object,
    key: object,
    value: object,
    source: Source,
    now: str,
    *,
    subject: object = None,
    origin: Origin = UNKNOWN,
) -> Fact:
    """Return a fact that is learned now, with valid fields. Raises `FactError`."""
    return Fact(
        category_of(category),
        key_of(key),
        value_of(value),
        source,
        now,
        now,
        name_of(subject),
        name_of(origin.told_by),
        origin.channel,
        quote_of(origin.quote),
    )


def _id_of(fact: Fact) -> str:
    """Return the identity of a fact: its subject, category and key, folded."""
    return _id(fact.subject, fact.category, fold(fact.key))


def _id(subject: str, category: Category, key: str) -> str:
    """Return the identity of a fact from its subject, category and folded key."""
    return f"{category}\n{key}\n{fold(subject)}"
