"""The target of an intent, brought to what is exposed.

A model that names an entity exactly and adds an area or a domain of its own invention
means the entity. A name that is an entity's but for an article, a plural or its area is
the entity's; a name that only an area has is the area. What may mean several things is
asked back, and so is what could open a lock or a door that was not clearly meant.

Only names of exposed entities are written. Does not depend on Home Assistant.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import eq
from typing import Any

from .target_groups import Group, find_groups
from .target_names import Words, are_alike, are_near, kind_of, words_of
from .target_slots import TargetSlots, shown
from .targets import Entity, Targets
from .user_words import EVERYTHING_SAID, UserWords

MAX_CANDIDATES = 10
"""Maximum number of candidates that are named in a question."""

_ALL = "all"
"""The name by which Home Assistant itself takes everything."""

type _Found = list[tuple[Entity, str]]
"""Entities, each with the name that was found."""


@dataclass(frozen=True, slots=True)
class Target:
    """The slots of an intent, and notes for the model on what changed.

    If there is a question, the intent is not to be called.
    """

    slots: dict[str, Any]
    notes: tuple[str, ...] = ()
    question: str | None = None


class _UnclearTargetError(Exception):
    """Raised with a question for the model, if it is not clear what is meant."""


def repair_target(
    slots: Mapping[str, Any],
    targets: Targets,
    schema: Mapping[str, Any],
    said: UserWords = EVERYTHING_SAID,
) -> Target:
    """Return the slots of an intent with a target that Home Assistant can find.

    `schema` is the `parameters` object of the tool's function definition. A target is
    unchanged if nothing exposed is meant by it.
    """
    repaired = TargetSlots(slots, targets, schema)
    try:
        _TargetRepair(repaired, targets, said).run()
    except _UnclearTargetError as err:
        return Target(dict(slots), question=str(err))
    return Target(repaired.values, tuple(repaired.notes))


class _TargetRepair:
    """Repairs the target of one call."""

    def __init__(self, slots: TargetSlots, targets: Targets, said: UserWords) -> None:
        """Initialize with the slots, which are changed."""
        self._slots = slots
        self._targets = targets
        self._said = said
        self._name = ""

    def run(self) -> None:
        """Repair the slots; raises an error if it is not clear what they mean."""
        self._slots.correct_place("area")
        self._slots.correct_place("floor")
        self._slots.correct_domain()
        name = self._slots.values.get("name")
        if not isinstance(name, str) or not name.strip():
            return
        self._name = name
        words = words_of(name)
        # "Light" in the kitchen is not the one in the hall that has no other name.
        is_own = kind_of(words) is None
        exact = [(e, name) for e in self._targets.entities if e.is_named(name)]
        if self._take_entity(exact, may_contradict=is_own) or not words:
            return
        if not self._take_words(words, is_own=is_own):
            self._take_only_one(words)

    def _take_only_one(self, words: Words) -> None:
        """Set the target to the only entity of the intent if no other can be meant.

        That is if the name is an invention, or a word for the kind of device.
        """
        able = [entity for entity in self._targets.entities if entity.is_able]
        if len(able) != 1 or len({e.domain for e in self._targets.entities}) != 1:
            return
        (entity,) = able
        if entity.is_guarded:
            return
        kind = kind_of(words)
        if self._said.is_invented(self._name) or (kind and kind[0] == entity.domain):
            self._take_entity([(entity, name) for name in entity.names[:1]])

    def _take_words(self, words: Words, *, is_own: bool) -> bool:
        """Set the target to what a name means that is not exactly an entity's.

        Returns whether anything is meant by it.
        """
        groups = find_groups(words, self._targets)
        group = groups[0] if len(groups) == 1 else None
        same = self._matching(lambda own, _: own == words)
        if (
            self._take_entity(same, may_contradict=is_own)
            or (group and not group.domain and self._take_group(group))
            or self._take_entity(self._near(words, eq))
            # "Kitchen lights" are all of them, even if one is named "Kitchen Light".
            or (group and group.is_plural and self._take_group(group, at_least=2))
            or self._take_entity(self._near(words, are_alike))
            or (group and self._take_group(group))
        ):
            return True
        if len(groups) > 1:
            self._ask(f"{g.place.names[0]} ({g.place.id})" for g in groups if g.place)
        return False

    def _matching(self, test: Callable[[Words, Entity], bool]) -> _Found:
        """Return the entities with a name whose words pass a test."""
        return [
            (entity, names[0])
            for entity in self._targets.entities
            if (names := [n for n in entity.names if test(words_of(n), entity)])
        ]

    def _near(self, words: Words, same: Callable[[Words, Words], bool]) -> _Found:
        """Return the entities whose name is the given one but for their area."""
        if kind_of(words) and not self._slots.is_given("area"):
            # "Light" alone is not the one light that is named after its room.
            return []

        def _is_near(own: Words, entity: Entity) -> bool:
            """Return whether a name of an entity is the given one."""
            areas = (
                [words_of(name) for name in entity.area.names] if entity.area else []
            )
            return are_near(words, own, areas, same)

        return self._matching(_is_near)

    def _take_entity(self, found: _Found, *, may_contradict: bool = False) -> bool:
        """Set the target to the one entity that is meant; return whether there is one.

        Slots that contradict it are dropped. Without `may_contradict`, an entity is not
        meant if the slots contradict it, except by a place that does not exist.
        """
        slots = self._slots
        found = [pair for pair in found if pair[0].is_able] or found
        if not may_contradict:
            found = [
                (entity, name)
                for entity, name in found
                if all(map(slots.is_ignorable, slots.conflicts(entity)))
            ]
        if not found:
            return False
        fewest = min(len(slots.conflicts(entity)) for entity, _ in found)
        best = [pair for pair in found if len(slots.conflicts(pair[0])) == fewest]
        preferred = self._targets.preferred(entity for entity, _ in best)
        if len(preferred) == 1 and not fewest:
            best = [pair for pair in best if pair[0] is preferred[0]]
        names = list({name.casefold(): name for _, name in best}.values())
        if len(best) == 1:
            self._aim_at(*best[0])
        elif len(names) > 1 or self._targets.knows_needs:
            self._ask(self._labels(best))
        else:
            # Home Assistant knows better on which one of the name it can act.
            slots.set("name", names[0])
        return True

    def _aim_at(self, entity: Entity, name: str) -> None:
        """Set the target to an entity."""
        slots = self._slots
        conflicts = slots.conflicts(entity)
        if entity.is_guarded and any(map(slots.is_deliberate, conflicts)):
            given = ", ".join(f"{s} {shown(slots.values[s])}" for s in conflicts)
            raise _UnclearTargetError(
                f"{name} is a {entity.kind}, but the call says {given}. Nothing was "
                "done. Call again without that if it is meant, or ask the user."
            )
        for slot in conflicts:
            slots.drop(slot, f"{name} is a {entity.kind}")
        if name == self._name:
            return
        slots.set("name", name)
        # Another entity may have the name, too.
        if self._rivals(entity, name) and entity.area and slots.can_set("area"):
            slots.set("area", entity.area.names[0])
        if self._rivals(entity, name):
            slots.set("name", entity.entity_id)

    def _rivals(self, entity: Entity, name: str) -> list[Entity]:
        """Return the other entities that the slots and a name also stand for."""
        return [
            other
            for other in self._targets.entities
            if other is not entity
            and other.is_named(name)
            and not self._slots.conflicts(other)
        ]

    def _take_group(self, group: Group, *, at_least: int = 1) -> bool:
        """Set the target to a group; return whether the intent can have it."""
        slots = self._slots
        values = slots.of_group(group)
        members = [
            entity
            for entity in self._targets.entities
            if values and not slots.conflicts(entity, values)
        ]
        if (
            values is None
            or len(members) < at_least
            or (group.domain and {e.domain for e in members} != {group.domain})
        ):
            return False
        guarded = [e.names[0] for e in members if e.is_guarded and e.names]
        if guarded and not (slots.is_given("domain") or slots.is_given("device_class")):
            if self._name == _ALL:
                return False
            raise _UnclearTargetError(
                f"{shown(self._name)} includes {', '.join(guarded[:MAX_CANDIDATES])}. "
                "Nothing was done. Call again with area and domain, or ask the user."
            )
        slots.replace_name(values)
        return True

    def _labels(self, found: _Found) -> list[str]:
        """Return the names of entities by which a call can tell them apart."""
        labels = []
        for entity, name in found:
            same = [
                other
                for other, other_name in found
                if other_name.casefold() == name.casefold()
                and self._slots.distinction(other) == self._slots.distinction(entity)
            ]
            unique = name if len(same) == 1 else entity.entity_id
            labels.append(f"{unique} ({entity.kind})")
        return labels

    def _ask(self, candidates: Iterable[str]) -> None:
        """Ask which one is meant."""
        listed = ", ".join(list(candidates)[:MAX_CANDIDATES])
        raise _UnclearTargetError(
            f"{shown(self._name)} may be: {listed}. Nothing was done. Call again with "
            "one of them, or ask the user which one is meant."
        )
