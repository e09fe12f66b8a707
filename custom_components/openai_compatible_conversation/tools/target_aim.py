"""Sets the slots of an intent to the entity or the group that is meant.

What could open a lock or a door that was not clearly meant is asked back.

Does not depend on Home Assistant.
"""

from collections.abc import Iterable
from typing import Never

from .target_groups import Group
from .target_questions import contradiction, includes_guarded, labels, which
from .target_search import Found
from .target_slots import TargetSlots
from .targets import Entity, Targets
from .user_words import UserWords

_PLACES = ("area", "floor")
_ALL = "all"
"""The name by which Home Assistant itself takes everything."""


class TargetAim:
    """Directs one call at what a name was found to mean."""

    def __init__(
        self, name: str, slots: TargetSlots, targets: Targets, said: UserWords
    ) -> None:
        """Initialize with the name as the model gave it, and the slots to change."""
        self._name = name
        self._slots = slots
        self._targets = targets
        self._said = said

    def take_entity(self, found: Found, *, may_contradict: bool = False) -> bool:
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
            self.ask(labels(best, slots))
        else:
            # Home Assistant knows better on which one of the name it can act.
            slots.set("name", names[0])
        return True

    def _is_only_invented(self, name: str, conflicts: Iterable[str]) -> bool:
        """Return whether the user just said a name, and no place that contradicts it."""
        return self._said.says_all_of(name) and all(
            slot in _PLACES and self._said.is_invented(self._slots.values[slot])
            for slot in conflicts
        )

    def _aim_at(self, entity: Entity, name: str) -> None:
        """Set the target to an entity."""
        slots = self._slots
        conflicts = slots.conflicts(entity)
        if (
            entity.is_guarded
            and any(map(slots.is_deliberate, conflicts))
            and not self._is_only_invented(name, conflicts)
        ):
            raise contradiction(entity, name, slots, conflicts)
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

    def take_group(self, group: Group, *, at_least: int = 1) -> bool:
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
        guarded = [entity for entity in members if entity.is_guarded]
        says_kind = slots.is_given("domain") or slots.is_given("device_class")
        if guarded and (slots.is_widened or not says_kind):
            if self._name == _ALL:
                return False
            raise includes_guarded(self._name, guarded)
        slots.replace_name(values)
        return True

    def ask(self, candidates: Iterable[str]) -> Never:
        """Ask which one is meant."""
        raise which(self._name, candidates)
