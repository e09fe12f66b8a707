"""Documents of a few fields each, ranked by how well they match a query."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain, pairwise
from math import log, log1p
from typing import NamedTuple

from .synonyms import KNOWN, meaning
from .vocabulary import Vocabulary
from .words import STOP_WORDS, joined, stem, tokens, words

MAX_QUERY = 1000
"""Characters of a query that are looked at."""

MAX_TERMS = 16
"""Words of a query that are looked for."""

SYNONYM = 0.7
"""What a word of the same meaning counts, where the word itself counts 1."""

ONLY_SYNONYM = 1.0
"""What it counts where no document has the word itself."""

NEAR = 0.7
"""What a word counts that may have been meant."""

HINT = 0.5
"""What a word of a hint counts."""

STOP = 0.08
"""What a word counts that all requests are made of, beside others."""

ENOUGH = 4.0
"""The weight of the fields with a word at which it counts half of what it can."""

LONG = 20
"""Words of a text from which on each one counts notably less."""


class Hit(NamedTuple):
    """A document that matches.

    The score has no unit: higher is better, above 0, comparable within one
    search only. It is the sum of what the query's words count, times the share
    of the query that the document has.
    """

    key: str
    score: float


class Index:
    """Documents in memory, by a key. To be used from one thread."""

    def __init__(
        self, weights: Mapping[str, float], heading: Iterable[str] = ()
    ) -> None:
        """Initialize without documents.

        `weights` says what a field counts, by name. In the fields of the heading
        each word counts in full, in all others the less the longer the text is,
        for long texts have many words by chance.
        """
        self._weights = dict(weights)
        self._heading = frozenset(heading)
        self._having: dict[str, dict[str, float]] = {}
        self._documents: dict[str, tuple[set[str], list[str]]] = {}
        self._vocabulary = Vocabulary()

    def __len__(self) -> int:
        """Return how many documents there are."""
        return len(self._documents)

    def close(self) -> None:
        """Free what the index holds."""
        self._having.clear()
        self._documents.clear()
        self._vocabulary = Vocabulary()

    def put_all(self, documents: Iterable[tuple[str, Mapping[str, str]]]) -> None:
        """Add documents, each in place of that with the same key."""
        for key, document in documents:
            self.put(key, document)

    def put(self, key: str, document: Mapping[str, str]) -> None:
        """Add a document, in place of that with the same key.

        It is a text for each field; a field that is missing is empty.
        """
        self.remove(key)
        distinct: set[str] = set()
        weights: defaultdict[str, float] = defaultdict(float)
        for name, weight in self._weights.items():
            if text := document.get(name):
                found = words(text)
                distinct.update(found)
                length = 0 if name in self._heading else len(found) / LONG
                for term in set(map(stem, found)):
                    weights[term] += weight / (1 + log1p(length))
        for term, total in weights.items():
            self._having.setdefault(term, {})[key] = total / (total + ENOUGH)
        self._vocabulary.add(distinct)
        self._documents[key] = (distinct, list(weights))

    def remove(self, key: str) -> None:
        """Remove a document, if it is there."""
        if key in self._documents:
            distinct, terms = self._documents.pop(key)
            self._vocabulary.remove(distinct)
            for term in terms:
                del self._having[term][key]
                if not self._having[term]:
                    del self._having[term]

    def search(self, query: str, hint: str = "") -> list[Hit]:
        """Return all documents that have a word of a query or a hint, the best first.

        Any text will do as either. Words that all requests are made of find
        nothing, they raise what others find; without others they do find.
        """
        terms = {term: weight * HINT for term, weight in self._terms(hint).items()}
        terms |= self._terms(query)
        total = 0.0
        scores: dict[str, float] = {}
        shares: dict[str, float] = {}
        for term, weight in sorted(terms.items(), key=lambda item: -item[1]):
            part = weight * self._rarity(term)
            total += part
            for key, (score, share) in self._matches(term).items():
                if key in scores:
                    scores[key] += weight * score
                    shares[key] += part * share
                elif weight >= HINT:
                    scores[key] = weight * score
                    shares[key] = part * share
        hits = [Hit(key, score * shares[key] / total) for key, score in scores.items()]
        # The sort is stable: of equals, the first is that which was found first.
        hits.sort(key=lambda hit: -hit.score)
        return hits

    def _terms(self, text: str) -> dict[str, float]:
        """Return the words of a query to look for, and what each counts."""
        found: list[str] = []
        for parts in tokens(text[:MAX_QUERY]):
            whole = joined(parts)
            found += [whole] if stem(whole) in self._having else parts
        found += [
            whole
            for parts in chain(
                pairwise(found), zip(found, found[1:], found[2:], strict=False)
            )
            if stem(whole := joined(parts)) in self._having
        ]
        telling = [word for word in found if word not in STOP_WORDS]
        terms = dict.fromkeys((telling or found)[:MAX_TERMS], 1.0)
        others = [word for word in found if word not in terms]
        return terms | dict.fromkeys(others[: MAX_TERMS - len(terms)], STOP)

    def _matches(self, term: str) -> dict[str, tuple[float, float]]:
        """Return score and share of the documents with a word, or what it means."""
        own = self._having.get(stem(term), {})
        rarity = self._rarity(term)
        found = {key: (rarity * weight, 1.0) for key, weight in own.items()}
        factor = SYNONYM if own else ONLY_SYNONYM
        others = [word for word in meaning(term) if stem(word) in self._having]
        if not own and not others:
            factor = NEAR
            others = self._meant(term)
        for other in others:
            # A synonym tells no more than the word that was said.
            each = factor * min(rarity, self._rarity(other))
            for key, weight in self._having.get(stem(other), {}).items():
                if key not in found or each * weight > found[key][0]:
                    found[key] = (each * weight, factor)
        return found

    def _rarity(self, term: str) -> float:
        """Return how much a word tells: the more, the fewer documents have it."""
        having = len(self._having.get(stem(term), ()))
        return log(1 + (len(self) - having + 0.5) / (having + 0.5))

    def _meant(self, term: str) -> list[str]:
        """Return the words that one which no document has may stand for."""
        near = self._vocabulary.near(term)
        for known in [] if near else KNOWN.near(term):
            near += [known, *meaning(known)]
        return near
