"""Names that stand for several devices: a room, its lights, or all of a kind.

Does not depend on Home Assistant.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from .target_names import (
    Words,
    is_house,
    kind_of,
    spellings,
    without_all,
    without_area,
    without_house,
    without_place_word,
)
from .targets import Place, Targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """All devices, or all of a domain, in a place or anywhere."""

    slot: str = "area"
    """The slot for the place."""
    place: Place | None = None
    domain: str | None = None
    is_plural: bool = False
    is_all: bool = False
    """Whether the name says "all"."""


def find_groups(words: Words, targets: Targets) -> list[Group]:
    """Return the groups that the words of a name stand for, one for each place."""
    rest = without_all(words)
    is_all = rest is not None
    words = words if rest is None else rest
    if not words:
        return [Group(is_all=is_all)]
    if kind := kind_of(words):
        return [Group(domain=kind[0], is_plural=kind[1], is_all=is_all)]
    for slot in ("area", "floor"):
        groups = [
            group
            for place in targets.places(slot)
            if place.has_exposed
            for group in list(_groups_in(words, slot, place, is_all=is_all))[:1]
        ]
        if groups:
            return groups
    if is_house(words):
        return [Group(is_all=True)]
    rest = without_house(words)
    if rest and (kind := kind_of(rest)):
        return [Group(domain=kind[0], is_plural=kind[1], is_all=True)]
    return []


def _groups_in(
    words: Words, slot: str, place: Place, *, is_all: bool
) -> Iterator[Group]:
    """Yield the groups in a place that the words stand for."""
    for area in (words for name in place.spoken_names for words in spellings(name)):
        for rest in without_area(words, area):
            if not without_place_word(rest):
                yield Group(slot=slot, place=place, is_all=is_all)
            elif kind := kind_of(rest):
                domain, is_plural = kind
                yield Group(
                    slot=slot,
                    place=place,
                    domain=domain,
                    is_plural=is_plural,
                    is_all=is_all,
                )
