"""Finds the entities that the words of a name may stand for.

Does not depend on Home Assistant.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import eq
import re

from .target_names import Words, are_near, kind_of, spellings, without_kind, words_of
from .targets import Entity, Targets

type Found = list[tuple[Entity, str]]
"""Entities, each with the name that was found."""

_ENTITY_ID = re.compile(r"([a-z_]+)\.(\w+)")


@dataclass(frozen=True, kw_only=True)
class TargetSearch:
    """A search for the entities of one name."""

    targets: Targets
    has_area: bool = False
    """Whether the call says in which area the entity is."""
    domain: str | None = None
    """The domain that the name begins with, as an entity id does."""

    def exact(self, name: str) -> Found:
        """Return the entities that Home Assistant finds by a name."""
        return [(e, name) for e in self.targets.entities if e.is_named(name)]

    def same(self, words: Words) -> Found:
        """Return the entities with a name of the same words."""
        return self._matching(lambda own, _: own == words)

    def near(self, words: Words, same: Callable[[Words, Words], bool]) -> Found:
        """Return the entities whose name is the given one but for their area."""
        if kind_of(words) and not self.has_area:
            # "Light" alone is not the one light that is named after its room.
            return []

        def _is_near(own: Words, entity: Entity) -> bool:
            """Return whether a name of an entity is the given one."""
            areas = [
                area
                for name in (entity.area.spoken_names if entity.area else ())
                for area in spellings(name)
            ]
            # "Door" alone is not the garage's.
            is_whole = entity.is_guarded and not self.has_area
            return are_near(words, own, areas, same, is_whole=is_whole)

        return self._matching(_is_near)

    def with_kind(self, words: Words) -> Found:
        """Return the entities whose name is the given one but for their kind."""
        for rest, domain in without_kind(words):
            found = [pair for pair in self.near(rest, eq) if pair[0].domain == domain]
            if found:
                return found
        return []

    def _matching(self, test: Callable[[Words, Entity], bool]) -> Found:
        """Return the entities with a name whose words pass a test."""
        return [
            (entity, names[0])
            for entity in self.targets.entities
            if self.domain in (None, entity.domain)
            and (
                names := [
                    name
                    for name in entity.names
                    if any(test(own, entity) for own in self._forms(name, entity))
                ]
            )
        ]

    def _forms(self, name: str, entity: Entity) -> Iterator[Words]:
        """Yield the words that a name may be known by."""
        for words in spellings(name):
            yield words
            if self.domain and not entity.is_guarded:
                # "light.counter" may well be the "Counter Light".
                for rest, domain in without_kind(words):
                    if domain == entity.domain:
                        yield rest


def split_entity_id(name: str, targets: Targets) -> tuple[str | None, str]:
    """Return the domain of what may be an entity id, and the name in it."""
    found = _ENTITY_ID.fullmatch(name.strip().casefold())
    if found and found[1] in targets.domains and words_of(found[2]):
        return found[1], found[2].replace("_", " ")
    return None, name
