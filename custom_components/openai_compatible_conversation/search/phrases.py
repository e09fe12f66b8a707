"""Words of a sentence that have a meaning together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set as AbstractSet
from typing import NamedTuple

from .stems import stem
from .word_forms import parts_of, verb_of
from .word_tables import UNCOMMON, Meaning, WordTable

_ONLY_SAID = 2
"""Length of the meaning of what mostly no tool is for, and has no other words."""


class Phrase(NamedTuple):
    """Words of a sentence that have a meaning together, by position."""

    positions: frozenset[int]
    meaning: Meaning


def find_phrases(
    sentence: Sequence[str],
    table: WordTable,
    people: AbstractSet[int],
    stop: AbstractSet[int],
) -> Iterator[Phrase]:
    """Yield what words of a sentence mean together in a language.

    Those at the positions `people` may be persons. Function words alone, at the
    positions `stop`, mean something only if they are close to each other.
    """
    places: defaultdict[str, set[int]] = defaultdict(set)
    for position, word in enumerate(sentence):
        for part in sorted(_roles(word, table)):
            places[part].add(position)
        if position in people:
            places["@person"].add(position)
    for first in tuple(places):
        for needed, meaning in table.phrases.get(first, ()):
            if all(part in places for part in needed):
                positions = frozenset(
                    place for part in needed for place in places[part]
                )
                # "Show" is no show that is shown.
                if len(positions) >= len(needed) and (
                    not positions <= stop or _are_close(positions)
                ):
                    yield Phrase(
                        positions, _as_said(meaning, needed, positions, sentence)
                    )


def compound_parts(word: str, table: WordTable) -> list[str]:
    """Return the stems of the parts of a compound that has no entry of its own."""
    if stem(word, table.language) in table.parts:
        return []
    return parts_of(
        word, table.language, lambda part: part in table.by_stem or part in table.parts
    )


def _are_close(positions: AbstractSet[int]) -> bool:
    """Return whether at most one other word is among some."""
    return max(positions) - min(positions) <= len(positions)


def _as_said(
    meaning: Meaning,
    needed: Iterable[str],
    positions: AbstractSet[int],
    sentence: Sequence[str],
) -> Meaning:
    """Return a meaning; that of what no tool is for, with the words for its classes."""
    is_of_class = any(part.startswith("@") for part in needed)
    if meaning[0] != UNCOMMON or len(meaning) != _ONLY_SAID or not is_of_class:
        return meaning
    return UNCOMMON, "+".join(sentence[place] for place in sorted(positions))


def _roles(word: str, table: WordTable) -> set[str]:
    """Return the stems and the classes for which a word may stand in a phrase."""
    whole = stem(word, table.language)
    parts = [] if whole in table.by_stem else compound_parts(word, table)
    roles = {whole, stem(verb_of(word, table.language), table.language), *parts}
    roles |= table.class_by_spelling.get(word, set())
    if word not in table.common:
        roles.update(*(table.class_by_stem.get(part, ()) for part in (whole, *parts)))
    return roles
