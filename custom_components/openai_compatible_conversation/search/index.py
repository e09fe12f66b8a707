"""In-memory full-text index of documents with a few fields each.

BM25 scores each word of the query by itself. A document's score is the sum over all
words, times the share of the query that the document has. Misspellings, compounds
and synonyms match too, with a lower weight.

Decision record: docs/decisions/0007-tools-on-demand.md.
"""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import NamedTuple

from .lexicon import Lexicon
from .matcher import SYNONYM_WEIGHT, Matcher
from .query import WEAK_WEIGHT, Term, query_terms
from .ranking import Ranking
from .synonyms import synonyms_of
from .vocabulary import Vocabulary
from .word_tables import Meaning
from .words import words

HINT_WEIGHT = 0.5
"""Weight of a word of the hint."""


class Hit(NamedTuple):
    """A document that matches.

    The score has no unit: higher is better, above 0, comparable within one search
    only. It is the sum of the scores of the query's words, times the share of the
    query that the document has.
    """

    key: str
    score: float
    fit: float = 1.0
    """How much of what the query asks for the document has, from 0 to 1.

    Unlike the score, it is comparable between searches.
    """


class Index:
    """Documents in memory, by key.

    To be used from one thread at a time. Close it to free its memory.
    """

    def __init__(
        self,
        weights: Mapping[str, float],
        heading: Iterable[str] = (),
        lexicon: Lexicon | None = None,
    ) -> None:
        """Initialize without documents.

        `weights` maps field names to weights. A match in a field of weight 1 and
        average length scores half of the maximum. In `heading` fields the length
        hardly matters. In all others a word scores less the longer the text is,
        because long texts contain many words by chance. The lexicon tells what the
        words of a query mean.
        """
        self._names = list(weights)
        self._ranking = Ranking(weights, heading)
        self._documents: dict[str, set[str]] = {}
        self._vocabulary = Vocabulary()
        self._matcher = Matcher(self._ranking, self._vocabulary)
        self._lexicon = lexicon

    def __len__(self) -> int:
        """Return the number of documents."""
        return len(self._documents)

    def close(self) -> None:
        """Free the memory; no document can be added afterwards."""
        self._ranking.close()
        self._documents.clear()
        self._vocabulary.clear()
        self._matcher.count = 0

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
        self._matcher.count = len(self._documents)

    def remove(self, key: str) -> None:
        """Remove a document, if present."""
        if key in self._documents:
            self._vocabulary.remove(self._documents.pop(key))
            self._ranking.remove(key)
            self._matcher.count = len(self._documents)

    def warm(self) -> None:
        """Look up the words of the lexicon, so that searches are faster."""
        for word in self._lexicon.tool_words() if self._lexicon else ():
            self._matcher.scores(word)

    def search(
        self, query: str, hint: str = "", names: Mapping[str, Meaning] | None = None
    ) -> list[Hit]:
        """Return all documents that match a word of the query or the hint, best first.

        Both may be any text. Of a word and its synonyms only the best match counts,
        because many words of one meaning make a document no more relevant. Stop words
        only raise the score of documents that other words match, unless the query
        has no other words. `names` maps words of names to words for what they name.
        """
        if not self._documents:
            return []
        terms = query_terms(query, self._matcher, self._lexicon, names)
        hints = query_terms(hint, self._matcher, self._lexicon) if hint else []
        return _ranked(
            [
                *terms,
                *(
                    term._replace(weight=term.weight * HINT_WEIGHT, claim=0.0)
                    for term in hints
                ),
            ]
        )

    def related(self, word: str) -> dict[str, float]:
        """Return how well documents match a word or its synonyms, by key.

        Misspellings and compounds are not taken for the word, as they are in a search.
        """
        found: dict[str, float] = {}
        for other, weight in (
            *((synonym, SYNONYM_WEIGHT) for synonym in synonyms_of(word)),
            (word, 1.0),
        ):
            for key, score in self._matcher.scores(other).items():
                found[key] = max(found.get(key, 0.0), weight * score)
        return found


def _ranked(terms: list[Term]) -> list[Hit]:
    """Return the documents that match terms, best first."""
    total = sum(term.weight * term.rarity for term in terms)
    claimed = sum(term.claim * term.rarity for term in terms)
    found: dict[str, tuple[float, float, float]] = {}
    for term in sorted(terms, key=lambda term: -term.weight):
        importance = term.weight * term.rarity
        claim = term.claim * term.rarity
        for key, (score, share) in term.matches.items():
            if key in found or term.weight >= WEAK_WEIGHT:
                scores, shares, fits = found.get(key, (0.0, 0.0, 0.0))
                found[key] = (
                    scores + term.weight * score,
                    shares + importance * share,
                    fits + claim * share,
                )
    hits = [
        Hit(key, score * share / total, fit / claimed if claimed else 1.0)
        for key, (score, share, fit) in found.items()
    ]
    # The sort is stable: hits with equal scores stay in the order they were found.
    hits.sort(key=lambda hit: -hit.score)
    return hits
