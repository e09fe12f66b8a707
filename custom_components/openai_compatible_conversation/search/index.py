"""Documents of a few fields each, ranked by how well they match a query."""

from collections.abc import Iterable, Mapping
from itertools import chain, pairwise
from math import log
from typing import NamedTuple

from .ranking import ROUGH, Ranking
from .synonyms import KNOWN, meaning
from .vocabulary import Vocabulary
from .words import STOP_WORDS, joined, tokens, words

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

MANY = 1000
"""Documents with a word from which on it tells none apart."""


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

        `weights` says what a field counts, by name: that of 1 half of what it can,
        as far as the length of its text is usual. In the fields of the heading
        the length hardly matters; in all others each word counts the less the
        longer the text is, for long texts have many words by chance.
        """
        self._names = list(weights)
        self._ranking = Ranking(weights, heading)
        self._documents: dict[str, set[str]] = {}
        self._vocabulary = Vocabulary()

    def __len__(self) -> int:
        """Return how many documents there are."""
        return len(self._documents)

    def close(self) -> None:
        """Free what the index holds; nothing can be put into it after that."""
        self._ranking.close()
        self._documents.clear()
        self._vocabulary = Vocabulary()

    def put_all(self, documents: Iterable[tuple[str, Mapping[str, str]]]) -> None:
        """Add documents, each in place of that with the same key."""
        with self._ranking.together():
            for key, document in documents:
                self.put(key, document)

    def put(self, key: str, document: Mapping[str, str]) -> None:
        """Add a document, in place of that with the same key.

        It is a text for each field; a field that is missing is empty.
        """
        self.remove(key)
        texts = {
            name: list(dict.fromkeys(words(document[name])))
            for name in self._names
            if document.get(name)
        }
        distinct = set(chain.from_iterable(texts.values()))
        self._ranking.put(key, texts)
        self._vocabulary.add(distinct)
        self._documents[key] = distinct

    def remove(self, key: str) -> None:
        """Remove a document, if it is there."""
        if key in self._documents:
            self._vocabulary.remove(self._documents.pop(key))
            self._ranking.remove(key)

    def search(self, query: str, hint: str = "") -> list[Hit]:
        """Return all documents that have a word of a query or a hint, the best first.

        Any text will do as either. BM25 tells how well a word matches; of what a
        word may mean the best match counts, not all, for many words of one meaning
        make a document no better. Words that all requests are made of find
        nothing, they raise what others find; without others they do find.
        """
        if not self._documents:
            return []
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
            found += [whole] if self._having(whole) else parts
        found += [
            joined(parts)
            for parts in chain(
                pairwise(found), zip(found, found[1:], found[2:], strict=False)
            )
            if self._having(joined(parts))
        ]
        telling = [word for word in found if word not in STOP_WORDS]
        terms = dict.fromkeys((telling or found)[:MAX_TERMS], 1.0)
        others = [word for word in found if word not in terms]
        return terms | dict.fromkeys(others[: MAX_TERMS - len(terms)], STOP)

    def _matches(self, term: str) -> dict[str, tuple[float, float]]:
        """Return score and share of the documents with a word, or what it means."""
        own = self._having(term)
        rarity = self._rarity(term)
        if len(own) > MANY:
            return dict.fromkeys(own, (rarity * ROUGH, 1.0))
        found = {key: (rarity * weight, 1.0) for key, weight in own.items()}
        factor = SYNONYM if own else ONLY_SYNONYM
        others = [word for word in meaning(term) if self._having(word)]
        if not own and not others:
            factor = NEAR
            others = self._meant(term)
        for other in others:
            # A synonym tells no more than the word that was said.
            each = factor * min(rarity, self._rarity(other))
            for key, weight in self._having(other).items():
                if key not in found or each * weight > found[key][0]:
                    found[key] = (each * weight, factor)
        return found

    def _having(self, word: str) -> Mapping[str, float]:
        """Return what each document with a form of a word counts for it."""
        return self._ranking.matches(word, rough=self._vocabulary.count(word) > MANY)

    def _rarity(self, term: str) -> float:
        """Return how much a word tells: the more, the fewer documents have it."""
        having = len(self._having(term))
        return log(1 + (len(self) - having + 0.5) / (having + 0.5))

    def _meant(self, term: str) -> list[str]:
        """Return the words that one which no document has may stand for."""
        near = self._vocabulary.near(term)
        for known in [] if near else KNOWN.near(term):
            near += [known, *meaning(known)]
        return near
