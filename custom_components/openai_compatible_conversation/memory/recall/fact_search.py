"""Search of facts: by what they are about, and by the words that they come from."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from ...search.index import Index
from ...search.words import words
from ..facts.fact import Fact, FactError, category_of
from ..words.normalization import as_text, fold
from ..words.telling_words import telling_words
from .recall_index import COMMON_SHARE, MAX_COMMON, RecallIndex

QUOTE_WEIGHT = 0.3
"""Weight of a word that stands only in the words that a fact comes from."""

_WEIGHTS = {"key": 3.0, "value": 2.0, "subject": 2.0, "category": 1.0}
"""Search weight of a match, by field."""

type IsKept = Callable[[Fact], bool]
"""Returns whether a fact is left out."""


class FactSearch:
    """Facts by their identity, with full-text search. Not thread-safe.

    Facts put by `_put_later` are indexed by the next query with a text, which takes
    about 0.1 ms per fact, or beforehand in steps by `warm`. Call `close` to free the
    memory.
    """

    def __init__(self) -> None:
        """Initialize without facts."""
        self._facts: dict[str, Fact] = {}
        self._fields = Index(_WEIGHTS, heading=("key",))
        self._quotes = Index({"quote": 1.0})
        self._recalled = RecallIndex()
        self._unindexed: list[str] = []
        """Ids of facts not indexed yet; some may be forgotten meanwhile."""

    def __len__(self) -> int:
        """Return the number of facts."""
        return len(self._facts)

    def __iter__(self) -> Iterator[Fact]:
        """Iterate over the facts in the order in which they were first learned."""
        return iter(list(self._facts.values()))

    def close(self) -> None:
        """Free the memory; queries with a text are not possible afterwards."""
        self._fields.close()
        self._quotes.close()
        self._recalled.clear()

    def query(
        self,
        category: object = None,
        text: object = None,
        limit: int = 50,
        is_kept: IsKept | None = None,
    ) -> tuple[list[Fact], int]:
        """Return up to `limit` matching facts, and the number of further matches.

        With a category, only facts of it match. With a text, facts that contain a word
        of it match, the best match first, or else those that come from such words;
        without words, all match, the newest first. Raises `FactError`.
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
        if is_kept:
            found = [fact for fact in found if not is_kept(fact)]
        return found[:limit], max(len(found) - limit, 0)

    def recall(
        self, text: str, limit: int, subject: str = "", is_kept: IsKept | None = None
    ) -> list[Fact]:
        """Return the facts that clearly fit what a user said, the best match first.

        `subject` is who said it (`RecallIndex.search`).
        """
        self._index_all()
        found = (self._facts[id_] for id_ in self._recalled.search(text, subject))
        return list(islice((f for f in found if not (is_kept and is_kept(f))), limit))

    def meant(
        self, text: str, limit: int, subject: str = "", is_kept: IsKept | None = None
    ) -> list[Fact]:
        """Return the facts that a user may mean, the best match first.

        The words that a fact comes from count as well, but less.
        """
        scores = self._scores(text, self._fields)
        for fact_id, score in self._scores(text, self._quotes).items():
            scores[fact_id] += score * QUOTE_WEIGHT
        return self._best(scores, limit, subject, is_kept)

    def warm(self, count: int) -> bool:
        """Index up to `count` facts; return whether any are left."""
        fact_ids, self._unindexed = self._unindexed[:count], self._unindexed[count:]
        self._index(fact_id for fact_id in fact_ids if fact_id in self._facts)
        return bool(self._unindexed)

    def _put(self, fact_id: str, fact: Fact) -> None:
        """Add a fact, replacing the one with the same identity."""
        self._facts[fact_id] = fact
        self._index([fact_id])

    def _put_later(self, fact_id: str, fact: Fact) -> None:
        """Add a fact as `_put`, to be indexed later."""
        self._facts[fact_id] = fact
        self._unindexed.append(fact_id)

    def _remove(self, fact_id: str) -> Fact | None:
        """Remove and return a fact, None if it does not exist."""
        self._fields.remove(fact_id)
        self._quotes.remove(fact_id)
        self._recalled.remove(fact_id)
        return self._facts.pop(fact_id, None)

    def _index(self, fact_ids: Iterable[str]) -> None:
        """Index facts, in place of what was indexed of them."""
        found = {fact_id: self._facts[fact_id] for fact_id in fact_ids}
        self._fields.put_all((id_, _document(fact)) for id_, fact in found.items())
        for fact_id, fact in found.items():
            self._quotes.remove(fact_id)
            self._recalled.put(fact_id, fact)
        self._quotes.put_all(
            (id_, {"quote": fact.quote}) for id_, fact in found.items() if fact.quote
        )

    def _index_all(self) -> None:
        """Index the facts that are not indexed yet."""
        if self._unindexed:
            self.warm(len(self._unindexed))

    def _scores(self, text: str, index: Index) -> dict[str, float]:
        """Return how well facts fit the telling words of a text, by their identity."""
        self._index_all()
        most = max(MAX_COMMON, int(len(self) * COMMON_SHARE))
        scores: dict[str, float] = defaultdict(float)
        for word in telling_words(text):
            related = index.related(word)
            if len(related) <= most:
                for fact_id, score in related.items():
                    scores[fact_id] += score
        return scores

    def _best(
        self, scores: dict[str, float], limit: int, subject: str, is_kept: IsKept | None
    ) -> list[Fact]:
        """Return the facts with the best scores that are not left out."""
        folded = fold(subject)
        found = [(score, self._facts[fact_id]) for fact_id, score in scores.items()]
        # The sort is stable.
        found.sort(key=lambda item: (-item[0], fold(item[1].subject) != folded))
        facts = (fact for _, fact in found if not (is_kept and is_kept(fact)))
        return list(islice(facts, limit))

    def _matches(self, text: str) -> list[Fact]:
        """Return the facts that match a word of a text, the best match first."""
        self._index_all()
        hits = self._fields.search(text) or self._quotes.search(text)
        return [self._facts[hit.key] for hit in hits]

    def _newest(self) -> list[Fact]:
        """Return all facts, the newest first."""
        # The sort is stable: of facts with the same time, the last added comes first.
        found = list(reversed(self._facts.values()))
        found.sort(key=lambda fact: fact.updated_at, reverse=True)
        return found


def _document(fact: Fact) -> dict[str, str]:
    """Return a fact as a document of the search index."""
    return {
        "key": fact.key,
        "value": fact.value,
        "subject": fact.subject,
        "category": fact.category,
    }
