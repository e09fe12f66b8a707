"""The target of an intent, brought to what is exposed.

A model that names an entity exactly and adds an area or a domain of its own invention
means the entity. A name that is an entity's but for an article, a plural or its area is
the entity's; a name that only an area has is the area. What may mean several things is
asked back, and so is what could open a lock or a door that was not clearly meant.

Only names of exposed entities are written. Does not depend on Home Assistant.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from operator import eq
from typing import Any

from .slot_corrections import correct_slots
from .target_aim import TargetAim
from .target_groups import Group, find_groups
from .target_names import Words, are_alike, kind_of, spellings, words_of
from .target_questions import UnclearTargetError, reaches_guarded, unknown
from .target_rooms import check_room, take_said_area
from .target_search import Found, TargetSearch, split_entity_id
from .target_slots import TargetSlots
from .targets import Entity, Targets
from .user_words import EVERYTHING_SAID, UserWords


@dataclass(frozen=True, slots=True)
class Target:
    """The slots of an intent, and notes for the model on what changed.

    If there is a question, the intent is not to be called.
    """

    slots: dict[str, Any]
    notes: tuple[str, ...] = ()
    question: str | None = None


def repair_target(
    slots: Mapping[str, Any],
    targets: Targets,
    schema: Mapping[str, Any],
    said: UserWords = EVERYTHING_SAID,
    *,
    has_lost_name: bool = False,
) -> Target:
    """Return the slots of an intent with a target that Home Assistant can find.

    `schema` is the `parameters` object of the tool's function definition. A target is
    unchanged if nothing exposed is meant by it. `has_lost_name` tells that the call
    may have had a name that was not understood.
    """
    repaired = TargetSlots(slots, targets, schema)
    try:
        _TargetRepair(repaired, targets, said).run(has_lost_name=has_lost_name)
    except UnclearTargetError as err:
        return Target(dict(slots), question=str(err))
    return Target(repaired.values, tuple(repaired.notes))


class _TargetRepair:
    """Repairs the target of one call."""

    def __init__(self, slots: TargetSlots, targets: Targets, said: UserWords) -> None:
        """Initialize with the slots, which are changed."""
        self._slots = slots
        self._targets = targets
        self._said = said

    def run(self, *, has_lost_name: bool) -> None:
        """Repair the slots; raises an error if it is not clear what they mean."""
        check_room(self._slots, self._targets, self._said)
        correct_slots(self._slots, self._targets, self._said)
        take_said_area(self._slots, self._targets, self._said)
        self._take_area_for_name()
        self._take_kind_for_name()
        name = self._slots.values.get("name")
        if not isinstance(name, str) or not name.strip():
            if has_lost_name or self._slots.is_widened:
                self._check_guarded()
        elif not self._take_name(name) and "name" in self._slots.required:
            self._ask_which_exists(name)

    def _check_guarded(self) -> None:
        """Ask if a call without a name would open a lock or a door."""
        slots = self._slots
        guarded = [
            e for e in self._targets.entities if e.is_guarded and not slots.conflicts(e)
        ]
        if guarded:
            raise reaches_guarded(guarded)

    def _ask_which_exists(self, name: str) -> None:
        """Ask for a name that an entity of the intent has."""
        entities = self._targets.entities
        if candidates := [entity for entity in entities if entity.is_able] or entities:
            raise unknown(name, candidates)

    def _take_area_for_name(self) -> None:
        """Take an area that does not exist for the name that an entity has."""
        slots = self._slots
        area = slots.values.get("area")
        if (
            not isinstance(area, str)
            or not slots.can_set("area")
            or not slots.is_ignorable("area")
            or "name" not in slots.known
            or slots.values.get("name")
        ):
            return
        words = words_of(area)
        found = TargetSearch(targets=self._targets).same(words)
        if words and not kind_of(words) and found and not _has_guarded(found):
            slots.rename("area", "name")

    def _take_kind_for_name(self) -> None:
        """Leave out a name that was picked where the user asked for all of its kind.

        That is so if they said the area and the kind, and nothing of the name besides.
        """
        slots, said = self._slots, self._said
        name, area = slots.values.get("name"), slots.values.get("area")
        if not isinstance(name, str) or not slots.can_set("domain"):
            return
        for entity in self._targets.entities:
            place = entity.area
            if not (place and place.is_named(area) and entity.is_named(name)):
                continue
            known = [word for text in place.names for word in words_of(text)]
            own = [
                word
                for word in words_of(name)
                if word not in known and not kind_of((word,))
            ]
            if (
                own
                and all(map(said.is_invented, own))
                and not said.is_invented(area)
                and said.says_plural(entity.domain)
            ):
                slots.drop("name", "the user did not say it")
                slots.set("domain", [entity.domain])
                return

    def _take_name(self, name: str) -> bool:
        """Set the target to what a name means; return whether it means anything."""
        aim = TargetAim(name, self._slots, self._targets, self._said)
        domain, rest = split_entity_id(name, self._targets)
        search = TargetSearch(
            targets=self._targets,
            has_area=self._slots.is_given("area") and self._slots.is_place("area"),
            domain=domain,
        )
        # "Light" in the kitchen is not the one in the hall that has no other name.
        is_own = kind_of(words_of(rest)) is None
        return (
            aim.take_entity(search.exact(name), may_contradict=is_own)
            or any(
                self._take_words(words, search, aim, is_own=is_own)
                for words in spellings(rest)
                if words
            )
            or self._take_only_one(name, aim)
        )

    def _take_only_one(self, name: str, aim: TargetAim) -> bool:
        """Set the target to the only entity of the intent if no other can be meant.

        That is if the name is an invention, or a word for the kind of device.
        """
        words = words_of(name)
        able = [entity for entity in self._targets.entities if entity.is_able]
        if not words or len(able) != 1 or len(self._targets.domains) != 1:
            return False
        (entity,) = able
        if entity.is_guarded:
            return False
        kind = kind_of(words)
        if self._said.is_invented(name) or (kind and kind[0] == entity.domain):
            return self._leave_invented_place(entity) and aim.take_entity(
                [(entity, own) for own in entity.names[:1]]
            )
        return False

    def _leave_invented_place(self, entity: Entity) -> bool:
        """Leave out a place that was not said; return whether no other contradicts."""
        for slot in self._slots.conflicts(entity):
            if slot in ("area", "floor") and not self._said.is_invented(
                self._slots.values[slot]
            ):
                return False
        for slot in ("area", "floor"):
            if self._said.is_invented(self._slots.values.get(slot)):
                self._slots.drop(slot, "the user did not say it")
        return True

    def _take_words(
        self, words: Words, search: TargetSearch, aim: TargetAim, *, is_own: bool
    ) -> bool:
        """Set the target to what a name means that is not exactly an entity's.

        Returns whether anything is meant by it.
        """
        groups = self._groups(words, search.domain)
        group = groups[0] if len(groups) == 1 else None
        if (
            aim.take_entity(search.same(words), may_contradict=is_own)
            or (group and not group.domain and aim.take_group(group))
            or aim.take_entity(search.near(words, eq))
            # "Kitchen lights" are all of them, even if one is named "Kitchen Light".
            or (group and group.is_plural and aim.take_group(group, at_least=2))
            or aim.take_entity(search.near(words, are_alike))
            or aim.take_entity(search.with_kind(words))
            or (group and aim.take_group(group))
        ):
            return True
        if len(groups) > 1:
            aim.ask(f"{g.place.names[0]} ({g.place.id})" for g in groups if g.place)
        return False

    def _groups(self, words: Words, domain: str | None) -> list[Group]:
        """Return the groups that words stand for, of a domain if one was named."""
        groups = find_groups(words, self._targets)
        if domain:
            return [
                replace(group, domain=domain)
                for group in groups
                if group.domain in (None, domain)
            ]
        return groups


def _has_guarded(found: Found) -> bool:
    """Return whether a guarded entity is among those that were found."""
    return any(entity.is_guarded for entity, _ in found)
