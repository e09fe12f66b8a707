"""What is read of the facts of an entry, by everything that shows or tells them."""

from collections.abc import Iterable
from typing import Any

from ..facts.fact import Fact, name_of
from ..facts.secrets import is_kept_from, is_secret
from ..words.normalization import fold
from .fact_index import FactIndex

MAX_KNOWN = 40
"""Maximum number of facts that are compared with what was said."""

MAX_CANDIDATES = 5
"""Maximum number of facts that a user may mean."""


class FactQueries:
    """The facts of an entry, without changes. Base class of the fact store.

    What is kept from a speaker (`secrets.is_kept_from`) is left out where a speaker is
    given.
    """

    def __init__(self) -> None:
        """Initialize without facts."""
        self._facts = FactIndex()

    @property
    def facts(self) -> list[Fact]:
        """Return all facts, in the order in which they were learned."""
        return list(self._facts)

    def warm(self, count: int) -> bool:
        """Index up to `count` loaded facts; return whether any are left."""
        return self._facts.warm(count)

    def query(
        self,
        category: object,
        text: object,
        *,
        subject: object = None,
        speaker: str | None = None,
    ) -> tuple[list[Fact], int]:
        """Return matching facts and the number of further ones. Raises `FactError`.

        With a subject, only facts about that person match.
        """
        whose = fold(name_of(subject))

        def is_kept(fact: Fact) -> bool:
            """Return whether a fact is another person's, or kept from the speaker."""
            is_others = bool(whose) and fold(fact.subject) != whose
            return is_others or is_kept_from(fact, speaker or "")

        return self._facts.query(category, text, is_kept=is_kept)

    def recall(
        self, text: str, limit: int, *, speaker: str | None = None
    ) -> list[Fact]:
        """Return the facts that clearly fit what a user said, the best match first.

        Without a speaker, no secret is among them.
        """

        def is_kept(fact: Fact) -> bool:
            """Return whether a fact is not told by itself."""
            return is_kept_from(fact, speaker) if speaker else is_secret(fact)

        return self._facts.recall(text, limit, speaker or "", is_kept)

    def candidates(
        self, words: str, limit: int = MAX_CANDIDATES, *, speaker: str | None = None
    ) -> list[Fact]:
        """Return the facts that a user may mean with words, the best match first."""
        return self._facts.meant(
            words, limit, speaker or "", lambda fact: is_kept_from(fact, speaker or "")
        )

    def known_keys(self, lines: Iterable[str], limit: int = MAX_KNOWN) -> list[Fact]:
        """Return the facts that lines may be about, those that fit best first.

        The newest of all others follow, as the same may be said in other words.
        """
        found: dict[Fact, None] = {}
        for line in lines:
            # Each line has its share, whatever the first ones are about.
            found |= dict.fromkeys(self._facts.meant(line, MAX_CANDIDATES))
            if len(found) >= limit:
                break
        found |= dict.fromkeys(self._facts.query(limit=limit)[0])
        return list(found)[:limit]

    def export(self) -> dict[str, Any]:
        """Return the facts as JSON-serializable data, in the form of the file."""
        return {"facts": self._facts.to_json()}
