"""The forms by which a word is found in facts, and the facts that match one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set as AbstractSet
from functools import lru_cache
from typing import NamedTuple

from ...search.stems import stem

KEY_WEIGHT = 3.0
"""Weight of a word in a key."""

_MIN_COMPOUND = 8
_MIN_TAIL = 4
"""Minimum letters of a compound and of its last part."""

_MAX_CACHED = 8000
"""Maximum words whose forms are cached."""


class Match(NamedTuple):
    """The facts that have something that a sentence has."""

    postings: Sequence[tuple[Mapping[str, float], float]]
    """Facts with weights, and a factor of the weights."""
    is_telling: bool = True
    """Whether it tells a fact without anything else."""

    def weights(self, fact_ids: AbstractSet[str]) -> dict[str, float]:
        """Return the weights of those of some facts that match."""
        weights: dict[str, float] = {}
        for found, factor in self.postings:
            for fact_id in found.keys() & fact_ids:
                weight = factor * found[fact_id]
                if weight > weights.get(fact_id, 0.0):
                    weights[fact_id] = weight
        return weights

    def ids(self, most: int) -> set[str]:
        """Return the facts that match; for more than `most`, some of more than that."""
        ids: set[str] = set()
        for found, _ in self.postings:
            ids.update(found)
            if len(ids) > most:
                break
        return ids


@lru_cache(_MAX_CACHED)
def forms_of(word: str, languages: tuple[str, ...]) -> frozenset[str]:
    """Return the forms by which a word is found."""
    return frozenset({word, *(stem(word, language) for language in languages)})


def tails_of(word: str) -> Iterator[str]:
    """Yield the last parts of a word that may be a compound."""
    if len(word) >= _MIN_COMPOUND:
        for cut in range(_MIN_TAIL, len(word) - _MIN_TAIL + 1):
            yield word[cut:]


def asked_besides(matches: Iterable[Match], best: Sequence[str], most: int) -> set[str]:
    """Return the facts with a key that is asked for beside what the best one is about.

    A sentence may ask for several things at once.
    """
    first, others = set(best[:1]), set(best[1:])
    return {
        fact_id
        for match in matches
        if match.is_telling and len(match.ids(most)) <= most
        if not match.weights(first)
        for fact_id, weight in match.weights(others).items()
        if weight >= KEY_WEIGHT
    }
