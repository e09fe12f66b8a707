"""How well the documents of an index match words and their meanings."""

from collections.abc import Iterable, Mapping, Sequence
from math import log
from typing import NamedTuple

from .ranking import UNRANKED_SCORE, Ranking
from .synonyms import SYNONYM_VOCABULARY, synonyms_of
from .vocabulary import Vocabulary
from .word_tables import UNCOMMON, Meaning

SYNONYM_WEIGHT = 0.7
"""Weight of a synonym, where the word itself has weight 1."""

ONLY_SYNONYM_WEIGHT = 1.0
"""Weight of a synonym if no document has the word itself."""

SIMILAR_WEIGHT = 0.7
"""Weight of a word that an unknown word may stand for."""

MAX_RANKED = 1000
"""Maximum documents with a word for it to be ranked; beyond, all score the same."""

CLEAR_SCORE = 0.35
"""Score of a word for a document to be about it, and not only to mention it."""

_MEANING_WEIGHTS = (0.75, 0.375, 0.1875)
"""Weights of the best, the second and each further word of a meaning."""

_ONE_WORD_WEIGHT = 0.7
_ONE_WORD_SHARE = 0.5
_MANY_WORDS = 3
"""Factors for a document with one word of a meaning that has this many or more."""

type Matches = dict[str, tuple[float, float]]
"""Score of documents, and the share of a word's meaning that they have, by key."""


class Match(NamedTuple):
    """The documents that match a word."""

    matches: Matches
    rarity: float
    """Inverse document frequency of the word, that of no document if it is unknown."""
    is_exact: bool = True
    """Whether the word itself, a synonym or a meaning matches, and no similar word."""


class Matcher:
    """The words of the documents of an index."""

    def __init__(self, ranking: Ranking, vocabulary: Vocabulary) -> None:
        """Initialize with the documents, which the index adds and removes."""
        self._ranking = ranking
        self._vocabulary = vocabulary
        self.count = 0
        """Number of documents."""

    def scores(self, word: str) -> Mapping[str, float]:
        """Return the score of each document with an inflected form of a word."""
        return self._ranking.matches(
            word, unranked=self._vocabulary.count(word) > MAX_RANKED
        )

    def rarity(self, word: str) -> float:
        """Return the inverse document frequency of a word."""
        return self._rarity_of(len(self.scores(word)))

    @property
    def max_rarity(self) -> float:
        """Return the inverse document frequency of a word that no document has."""
        return self._rarity_of(0)

    def is_served(self, meaning: Meaning) -> bool:
        """Return whether there may be a document for a meaning."""
        mark, *words = meaning
        return mark != UNCOMMON or any(map(self.is_about, words))

    def is_about(self, word: str) -> bool:
        """Return whether a document is about a word, or all that `+` joins."""
        return ("+" in word or word in self._vocabulary) and any(
            score >= CLEAR_SCORE for score in self._joint(word).values()
        )

    def _joint(self, word: str) -> Mapping[str, float]:
        """Return the score of each document with all words that `+` joins."""
        first, *others = word.split("+")
        found = self.scores(first)
        for other in others:
            scores = self.scores(other)
            found = {
                key: min(score, scores[key])
                for key, score in found.items()
                if key in scores
            }
        return found

    def match_word(
        self, word: str, meanings: Sequence[Meaning] = (), *, may_be_misspelled: bool
    ) -> Match:
        """Return the documents with a word, a synonym, or words of a meaning.

        If there are none, those with words that it may stand for are returned.
        """
        own = self.scores(word)
        rarity = self._rarity_of(len(own))
        if len(own) > MAX_RANKED:
            return Match(dict.fromkeys(own, (rarity * UNRANKED_SCORE, 1.0)), rarity)
        found: Matches = {
            key: (rarity * score, min(1.0, score / CLEAR_SCORE))
            for key, score in own.items()
        }
        factor = SYNONYM_WEIGHT if own else ONLY_SYNONYM_WEIGHT
        others = [other for other in synonyms_of(word) if self.scores(other)]
        is_exact = bool(own or others or meanings)
        if not is_exact and may_be_misspelled:
            factor = SIMILAR_WEIGHT
            others = self._similar(word)
        for other in others:
            # A synonym is no more specific than the word in the query.
            each = factor * min(rarity, self.rarity(other))
            for key, score in self.scores(other).items():
                if key not in found or each * score > found[key][0]:
                    found[key] = (each * score, factor)
        for key, (score, share) in self.match_meanings(meanings).matches.items():
            if key not in found or score > found[key][0]:
                found[key] = (score, share)
        return Match(found, rarity, is_exact)

    def match_meanings(self, meanings: Iterable[Meaning]) -> Match:
        """Return the documents with words of any of the meanings, the more the better.

        The rarity is that of the rarest of these words.
        """
        best: Matches = {}
        rarity = 0.0
        for meaning in meanings:
            found: dict[str, list[float]] = {}
            for word in meaning:
                if word == UNCOMMON or not (scores := self._joint(word)):
                    continue
                each = self._rarity_of(len(scores))
                rarity = max(rarity, each)
                for key, score in scores.items():
                    found.setdefault(key, []).append(each * score)
            for key, parts in found.items():
                score, share = _combined(parts, len(meaning))
                if key not in best or score > best[key][0]:
                    best[key] = (score, share)
        return Match(best, rarity or self.max_rarity)

    def _rarity_of(self, count: int) -> float:
        """Return the inverse document frequency of a word in so many documents."""
        return log(1 + (self.count - count + 0.5) / (count + 0.5))

    def _similar(self, word: str) -> list[str]:
        """Return the words that a word in no document may stand for."""
        similar = self._vocabulary.similar(word)
        for other in [] if similar else SYNONYM_VOCABULARY.similar(word):
            similar += [other, *synonyms_of(other)]
        return similar


def _combined(parts: list[float], length: int) -> tuple[float, float]:
    """Return score and share of a document with some words of a meaning."""
    best, second, further = _MEANING_WEIGHTS
    parts.sort(reverse=True)
    score = best * parts[0] + second * sum(parts[1:2]) + further * sum(parts[2:])
    if len(parts) == 1 and length >= _MANY_WORDS:
        return score * _ONE_WORD_WEIGHT, _ONE_WORD_SHARE
    return score, 1.0
