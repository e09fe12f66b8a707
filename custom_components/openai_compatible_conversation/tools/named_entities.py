"""The entities that a sentence names, in the order in which it names them.

An entity is named by all words of a name of its own. If there is only one of its kind
in an area, or in the house, it is also named by its kind: "the fan in the bedroom". What
measures something is named by that: "how warm is it outside?".

Does not depend on Home Assistant.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
import re

from .measured_entity import MEASURING, measured_entity
from .target_names import Words, are_alike, kind_of, words_of
from .targets import Entity, Place

MAX_NAMED = 5
"""Entities that a sentence is taken to name; one that fits more names none of them."""

_MAX_WORDS = 60
"""Words of a sentence that are read."""

_MIN_LETTERS = 3
_MAX_JOINED = 6
"""Words that are read as one: "heat pump" names HeatPump."""

_MAX_APART = 3
"""Other words that may stand between those of a name: "the window in the kitchen"."""

_NO_KINDS = frozenset({"switch"})
"""Kinds whose words mean something else in most sentences: "switch on the lamp"."""

_KINDS = {
    "climate": r"heatpump|warmepumpe|pompeachaleur|bombadecalor|warmtepomp",
    "media_player": r"mediaplayer|musicplayer|musikspieler|mediaspeler|reproductor",
    "weather": r"weather|wetter|meteo|clima|tiempo|weer",
    "vacuum": r"vacuum|hoover|saugroboter|staubsauger|aspirateur|aspiradora|stofzuiger",
}
"""Further words for kinds of entities, of which a home mostly has one."""


@dataclass(frozen=True, slots=True)
class NamedEntity:
    """An entity that a sentence names."""

    entity: Entity
    by_name: bool
    """Whether it is called by its own name, not only by what and where it is."""


class _Sentence:
    """The words of a sentence, of which each belongs to one name."""

    def __init__(self, text: str) -> None:
        """Initialize with a sentence of which nothing is read yet."""
        self.words = words_of(text)[:_MAX_WORDS]
        self._is_free = [True] * len(self.words)
        self._spans: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
        for start in range(len(self.words)):
            for end in range(start + 1, min(start + _MAX_JOINED, len(self.words)) + 1):
                joined = "".join(self.words[start:end])
                self._spans[joined[:_MIN_LETTERS]].append((joined, start, end))

    def find(self, name: Words) -> range | None:
        """Return where a name stands in words that are free, None if nowhere."""
        joined = "".join(name)
        for text, start, end in self._spans.get(joined[:_MIN_LETTERS], ()):
            if all(self._is_free[start:end]) and are_alike((text,), (joined,)):
                return range(start, end)
        return None

    def find_apart(self, name: Words) -> set[int] | None:
        """Return where the words of a name stand, in any order and near each other."""
        places = [
            next((i for i in self.free() if are_alike((self.words[i],), (word,))), None)
            for word in name
        ]
        found = {place for place in places if place is not None}
        if len(found) < len(name) or max(found) - min(found) >= len(name) + _MAX_APART:
            return None
        return found

    def free(self) -> Iterator[int]:
        """Yield the positions of the words that belong to no name yet."""
        return (i for i, is_free in enumerate(self._is_free) if is_free)

    def take(self, places: range | set[int]) -> None:
        """Have words belong to a name."""
        for place in places:
            self._is_free[place] = False

    def kinds(self) -> Iterator[tuple[int, str]]:
        """Yield the domains that free words stand for, and where they stand."""
        for place in self.free():
            kind = kind_of((self.words[place],))
            if kind and kind[0] not in _NO_KINDS:
                yield place, kind[0]
        for domain, pattern in _KINDS.items():
            for spans in self._spans.values():
                for text, start, end in spans:
                    if all(self._is_free[start:end]) and re.fullmatch(pattern, text):
                        yield start, domain


def named_entities(
    text: str, entities: Sequence[Entity], area_id: str | None = None
) -> list[NamedEntity]:
    """Return the entities that a sentence names, at most `MAX_NAMED`.

    `area_id` is the area that is meant where none is named.
    """
    sentence = _Sentence(text)
    found: dict[int, list[NamedEntity]] = defaultdict(list)
    for place, entity in _by_name(sentence, entities):
        found[place].append(NamedEntity(entity, by_name=True))
    for place, entity in _by_kind(sentence, entities, area_id):
        found[place].append(NamedEntity(entity, by_name=False))
    found[len(sentence.words)] += _by_quantity(text, entities, area_id, found)
    ordered = [named for place in sorted(found) for named in found[place]]
    unique = {named.entity.entity_id: named for named in reversed(ordered)}
    return [*reversed(unique.values())] if len(unique) <= MAX_NAMED else []


def _by_name(
    sentence: _Sentence, entities: Sequence[Entity]
) -> Iterator[tuple[int, Entity]]:
    """Yield the entities that are called by name, the longest names first."""
    by_name: dict[Words, list[Entity]] = defaultdict(list)
    for entity in entities:
        for words in map(words_of, entity.names):
            if len("".join(words)) >= _MIN_LETTERS:
                by_name[words].append(entity)
    names = sorted(by_name, key=lambda words: -len("".join(words)))
    for name in names:
        if places := sentence.find(name):
            sentence.take(places)
            yield from ((places[0], entity) for entity in by_name[name])
    for name in names:
        if len(name) > 1 and (apart := sentence.find_apart(name)):
            sentence.take(apart)
            yield from ((min(apart), entity) for entity in by_name[name])


def _by_kind(
    sentence: _Sentence, entities: Sequence[Entity], area_id: str | None
) -> Iterator[tuple[int, Entity]]:
    """Yield the entities that are called by what and where they are."""
    areas = {entity.area.id: entity.area for entity in entities if entity.area}
    named = {area.id for area in areas.values() if _names_area(sentence, area)}
    here = {area_id} if area_id else set()
    for place, domain in sentence.kinds():
        of_kind = [entity for entity in entities if entity.domain == domain]
        if named or (here and len(of_kind) > 1):
            of_kind = [e for e in of_kind if e.area and e.area.id in (named or here)]
        if len(of_kind) == 1:
            yield place, of_kind[0]


def _by_quantity(
    text: str,
    entities: Sequence[Entity],
    area_id: str | None,
    found: Mapping[int, Sequence[NamedEntity]],
) -> Iterator[NamedEntity]:
    """Yield what measures what the sentence asks for, unless that is named itself."""
    domains = {one.entity.domain for named in found.values() for one in named}
    if domains.isdisjoint(MEASURING) and (
        entity := measured_entity(text, entities, area_id)
    ):
        yield NamedEntity(entity, by_name=False)


def _names_area(sentence: _Sentence, area: Place) -> bool:
    """Return whether an area is named by words that belong to no other name."""
    return any(
        len("".join(words := words_of(name))) >= _MIN_LETTERS
        and sentence.find(words) is not None
        for name in area.spoken_names
    )
