"""What an intent can be directed at: exposed entities, areas and floors.

Does not depend on Home Assistant.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

_GUARDED_DOMAINS = frozenset({"alarm_control_panel", "lock"})
_GUARDED_COVERS = frozenset({"door", "garage", "gate"})

SECURING = {"lock": frozenset({"HassTurnOn"}), "cover": frozenset({"HassTurnOff"})}
"""The intents that lock or close what has a domain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An area or a floor."""

    id: str
    names: tuple[str, ...]
    """The name and the aliases."""
    other_names: tuple[str, ...] = ()
    """What it is called in other languages, by which Home Assistant does not find it."""
    floor: str | None = None
    """The id of an area's floor."""
    has_exposed: bool = True
    """Whether an exposed entity is there."""

    @property
    def spoken_names(self) -> tuple[str, ...]:
        """Return all names by which somebody may mean it."""
        return self.names + self.other_names

    def is_named(self, text: object) -> bool:
        """Return whether Home Assistant finds the place by a text."""
        return isinstance(text, str) and (text == self.id or _is_one(text, self.names))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """An exposed entity that the intent can act on."""

    entity_id: str
    names: tuple[str, ...]
    area: Place | None = None
    device_classes: frozenset[str] = frozenset()
    is_able: bool = True
    """Whether it has the features and the state that the intent needs."""
    is_secured: bool = False
    """Whether it is only locked, closed or read."""

    @property
    def domain(self) -> str:
        """Return the domain."""
        return self.entity_id.partition(".")[0]

    @property
    def is_guarded(self) -> bool:
        """Return whether acting on it by mistake could let someone in."""
        return not self.is_secured and (
            self.domain in _GUARDED_DOMAINS
            or (self.domain == "cover" and bool(self.device_classes & _GUARDED_COVERS))
        )

    @property
    def label(self) -> str:
        """Return by what the model may call it."""
        return self.names[0] if self.names else self.entity_id

    @property
    def kind(self) -> str:
        """Return what it is and where, for the model."""
        return f"{self.domain} in {self.area.names[0]}" if self.area else self.domain

    def is_named(self, text: str) -> bool:
        """Return whether Home Assistant finds the entity by a name."""
        return text == self.entity_id or _is_one(text, self.names)


@dataclass(frozen=True, kw_only=True)
class Targets:
    """What an intent can be directed at in a turn."""

    entities: tuple[Entity, ...]
    areas: tuple[Place, ...] = ()
    floors: tuple[Place, ...] = ()
    preferred_area: str | None = None
    """The id of the area that decides between entities of the same name."""
    preferred_floor: str | None = None
    knows_needs: bool = True
    """Whether `Entity.is_able` is known, so that equal names are ambiguous."""

    @cached_property
    def domains(self) -> frozenset[str]:
        """Return the domains of the entities."""
        return frozenset(entity.domain for entity in self.entities)

    def agrees(self, entity: Entity, slot: str, value: object) -> bool:
        """Return whether an entity is what the value of a slot asks for."""
        match slot:
            case "area":
                return entity.area is not None and entity.area.is_named(value)
            case "floor":
                return entity.area is not None and any(
                    floor.id == entity.area.floor
                    for floor in self.floors
                    if floor.is_named(value)
                )
            case "domain":
                return entity.domain in _texts(value)
        return bool(entity.device_classes.intersection(_texts(value)))

    def places(self, slot: str) -> tuple[Place, ...]:
        """Return all areas or all floors."""
        return self.areas if slot == "area" else self.floors

    def preferred(self, entities: Iterable[Entity]) -> list[Entity]:
        """Return those of some entities that Home Assistant prefers in this turn."""
        entities = list(entities)
        if self.preferred_floor and len(entities) > 1:
            entities = [
                e for e in entities if e.area and e.area.floor == self.preferred_floor
            ]
        if self.preferred_area and len(entities) > 1:
            entities = [
                e for e in entities if e.area and e.area.id == self.preferred_area
            ]
        return entities


def _is_one(text: str, names: Iterable[str]) -> bool:
    """Return whether a text is one of some names, as Home Assistant compares them."""
    text = text.strip().casefold()
    return any(name.strip().casefold() == text for name in names)


def _texts(value: object) -> list[str]:
    """Return a slot's value as a list of texts."""
    values = value if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str)]
