"""In-memory full-text index of documents with a few fields each.

BM25 scores each word of the query by itself. A document's score is the sum over all
words, times the share of the query that the document has. Misspellings, compounds
and synonyms match too, with a lower weight.

Decision record: docs/decisions/0007-tools-on-demand.md.
"""

from collections.abc import Iterable, Mapping
from itertools import chain, pairwise
from math import log
from typing import NamedTuple

from .ranking import UNRANKED_SCORE, Ranking
from .synonyms import SYNONYM_VOCABULARY, synonyms_of
from .vocabulary import Vocabulary
from .words import STOP_WORDS, joined, tokens, words

MAX_QUERY = 1000
"""Maximum characters of a query; the rest is ignored."""

MAX_TERMS = 16
"""Maximum words of a query that are searched for."""

SYNONYM_WEIGHT = 0.7
"""Weight of a synonym, where the word itself has weight 1."""

ONLY_SYNONYM_WEIGHT = 1.0
"""Weight of a synonym if no document has the word itself."""

SIMILAR_WEIGHT = 0.7
"""Weight of a word that an unknown word may stand for."""

HINT_WEIGHT = 0.5
"""Weight of a word of the hint."""

STOP_WORD_WEIGHT = 0.08
"""Weight of a stop word beside other words."""

MAX_RANKED = 1000
"""Maximum documents with a word for it to be ranked; beyond, all score the same."""


class Hit(NamedTuple):
    """A document that matches.

    The score has no unit: higher is better, above 0, comparable within one search
    only. It is the sum of the scores of the query's words, times the share of the
    query that the document has.
    """

    key: str
    score: float


class Index:
    """Documents in memory, by key.

    To be used from one thread. Close it to free its memory.
    """

    def __init__(
        self, weights: Mapping[str, float], heading: Iterable[str] = ()
    ) -> None:
        """Initialize without documents.

        `weights` maps field names to weights. A match in a field of weight 1 and
        average length scores half of the maximum. In `heading` fields the length
        hardly matters. In all others a word scores less the longer the text is,
        because long texts contain many words by chance.
        """
        self._names = list(weights)
        self._ranking = Ranking(weights, heading)
        self._documents: dict[str, set[str]] = {}
        self._vocabulary = Vocabulary()

    def __len__(self) -> int:
        """Return the number of documents."""
        return len(self._documents)

    def close(self) -> None:
        """Free the memory; no document can be added afterwards."""
        self._ranking.close()
        self._documents.clear()
        self._vocabulary = Vocabulary()

    def put_all(self, documents: Iterable[tuple[str, Mapping[str, str]]]) -> None:
        """Add documents, replacing those with the same keys."""
        with self._ranking.transaction():
            for key, document in documents:
                self.put(key, document)

    def put(self, key: str, document: Mapping[str, str]) -> None:
        """Add a document, replacing the one with the same key.

        It maps fields to text; a missing field is empty.
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
        """Remove a document, if present."""
        if key in self._documents:
            self._vocabulary.remove(self._documents.pop(key))
            self._ranking.remove(key)

    def search(self, query: str, hint: str = "") -> list[Hit]:
        """Return all documents that match a word of the query or the hint, best first.

        Both may be any text. Of a word and its synonyms only the best match counts,
        because many words of one meaning make a document no more relevant. Stop words
        only raise the score of documents that other words match, unless the query
        has no other words.
        """
        if not self._documents:
            return []
        terms = {
            term: weight * HINT_WEIGHT for term, weight in self._terms(hint).items()
        }
        terms |= self._terms(query)
        total = 0.0
        scores: dict[str, float] = {}
        shares: dict[str, float] = {}
        for term, weight in sorted(terms.items(), key=lambda item: -item[1]):
            importance = weight * self._rarity(term)
            total += importance
            for key, (score, share) in self._matches(term).items():
                if key in scores:
                    scores[key] += weight * score
                    shares[key] += importance * share
                elif weight >= HINT_WEIGHT:
                    scores[key] = weight * score
                    shares[key] = importance * share
        hits = [Hit(key, score * shares[key] / total) for key, score in scores.items()]
        # The sort is stable: hits with equal scores stay in the order they were found.
        hits.sort(key=lambda hit: -hit.score)
        return hits

    def related(self, word: str) -> dict[str, float]:
        """Return how well documents match a word or its synonyms, by key.

        Misspellings and compounds are not taken for the word, as they are in a search.
        """
        found: dict[str, float] = {}
        for other, weight in (
            *((synonym, SYNONYM_WEIGHT) for synonym in synonyms_of(word)),
            (word, 1.0),
        ):
            for key, score in self._scores(other).items():
                found[key] = max(found.get(key, 0.0), weight * score)
        return found

    def _terms(self, text: str) -> dict[str, float]:
        """Return the words of a query to search for, with their weights."""
        found: list[str] = []
        for parts in tokens(text[:MAX_QUERY]):
            whole = joined(parts)
            found += [whole] if self._scores(whole) else parts
        found += [
            joined(parts)
            for parts in chain(
                pairwise(found), zip(found, found[1:], found[2:], strict=False)
            )
            if self._scores(joined(parts))
        ]
        content_words = [word for word in found if word not in STOP_WORDS]
        terms = dict.fromkeys((content_words or found)[:MAX_TERMS], 1.0)
        others = [word for word in found if word not in terms]
        return terms | dict.fromkeys(others[: MAX_TERMS - len(terms)], STOP_WORD_WEIGHT)

    def _matches(self, term: str) -> dict[str, tuple[float, float]]:
        """Return score and share of each document with a word or its synonyms."""
        own = self._scores(term)
        rarity = self._rarity(term)
        if len(own) > MAX_RANKED:
            return dict.fromkeys(own, (rarity * UNRANKED_SCORE, 1.0))
        found = {key: (rarity * weight, 1.0) for key, weight in own.items()}
        factor = SYNONYM_WEIGHT if own else ONLY_SYNONYM_WEIGHT
        others = [word for word in synonyms_of(term) if self._scores(word)]
        if not own and not others:
            factor = SIMILAR_WEIGHT
            others = self._similar(term)
        for other in others:
            # A synonym is no more specific than the word in the query.
            each = factor * min(rarity, self._rarity(other))
            for key, weight in self._scores(other).items():
                if key not in found or each * weight > found[key][0]:
                    found[key] = (each * weight, factor)
        return found

    def _scores(self, word: str) -> Mapping[str, float]:
        """Return the score of each document with an inflected form of a word."""
        return self._ranking.matches(
            word, unranked=self._vocabulary.count(word) > MAX_RANKED
        )

    def _rarity(self, term: str) -> float:
        """Return the inverse document frequency of a word."""
        count = len(self._scores(term))
        return log(1 + (len(self) - count + 0.5) / (count + 0.5))

    def _similar(self, term: str) -> list[str]:
        """Return the words that a word in no document may stand for."""
        similar = self._vocabulary.similar(term)
        for word in [] if similar else SYNONYM_VOCABULARY.similar(term):
            similar += [word, *synonyms_of(word)]
        return similar
