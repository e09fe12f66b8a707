"""The slots of one intent while its target is repaired.

Does not depend on Home Assistant.
"""

from collections.abc import Mapping
import json
from typing import Any

from .target_groups import Group
from .targets import Entity, Place, Targets

_CONSTRAINTS = ("area", "floor", "domain", "device_class")
"""The slots that narrow down which entities are meant, if they are optional."""


class TargetSlots:
    """The slots of one call, what they mean among the targets, and what changed."""

    def __init__(
        self, slots: Mapping[str, Any], targets: Targets, schema: Mapping[str, Any]
    ) -> None:
        """Initialize with the slots as the model gave them."""
        self.values = dict(slots)
        self.notes: list[str] = []
        self.is_widened = False
        """Whether a slot was dropped or exchanged, so that the call may reach more."""
        self.required = frozenset(schema.get("required") or ())
        self.known = frozenset(schema.get("properties") or ())
        self._targets = targets

    def is_given(self, slot: str) -> bool:
        """Return whether a slot narrows down which entities are meant."""
        return slot not in self.required and not _is_blank(self.values.get(slot))

    def is_place(self, slot: str) -> bool:
        """Return whether there is a place of the name in a slot."""
        value = self.values.get(slot)
        return any(place.is_named(value) for place in self._targets.places(slot))

    def is_deliberate(self, slot: str) -> bool:
        """Return whether a slot says something that only the user can have said.

        A place that does not exist is an invention, and the place of the device that
        is spoken to is added to everything by many models.
        """
        if slot not in ("area", "floor"):
            return True
        value = self.values.get(slot)
        preferred = (self._targets.preferred_area, self._targets.preferred_floor)
        return any(
            place.is_named(value) and place.id not in preferred
            for place in self._targets.places(slot)
        )

    def is_ignorable(self, slot: str) -> bool:
        """Return whether a slot is a place that does not exist."""
        return slot in ("area", "floor") and not self.is_place(slot)

    def can_set(self, slot: str) -> bool:
        """Return whether a slot may be set to narrow down what is meant."""
        return slot in self.known and slot not in self.required

    def conflicts(
        self, entity: Entity, values: Mapping[str, Any] | None = None
    ) -> list[str]:
        """Return the slots that contradict an entity, by default the present ones."""
        values = self.values if values is None else values
        return [
            slot
            for slot in _CONSTRAINTS
            if slot not in self.required
            and not _is_blank(values.get(slot))
            and not self._targets.agrees(entity, slot, values[slot])
        ]

    def distinction(self, entity: Entity) -> tuple[str | None, ...]:
        """Return by what the intent can tell an entity from others of its name."""
        return (
            entity.area.id if entity.area and self.can_set("area") else None,
            entity.domain if self.can_set("domain") else None,
        )

    def of_group(self, group: Group) -> dict[str, Any] | None:
        """Return the values for a group, None if those that are given forbid it."""
        if "name" in self.required:
            return None
        values = {slot: v for slot, v in self.values.items() if slot != "name"}
        if group.place:
            if not self._move_to(group.place, group.slot, values):
                return None
        elif not (self.is_place("area") or self.is_place("floor")) and not (
            group.is_all and (group.domain or self.is_given("domain"))
        ):
            return None
        if group.domain and self.can_set("domain"):
            if self.is_given("domain") and group.domain not in values["domain"]:
                return None
            values["domain"] = [group.domain]
        return values

    def _move_to(self, place: Place, slot: str, values: dict[str, Any]) -> bool:
        """Set an area or floor in values; return whether the given ones allow it."""
        if not place.is_named(values.get(slot)):
            if not self.can_set(slot) or self.is_deliberate(slot):
                return False
            values[slot] = place.names[0]
        if slot == "floor" and self.is_deliberate("area"):
            return False
        floors = [f for f in self._targets.floors if f.is_named(values.get("floor"))]
        if slot == "floor":
            values.pop("area", None)
        elif place.floor not in [floor.id for floor in floors]:
            values.pop("floor", None)
        return True

    def set(self, slot: str, value: Any) -> None:
        """Set a slot, and note it."""
        if self.values.get(slot) != value:
            self.values[slot] = value
            self.notes.append(f"{slot} was read as {shown(value)}")

    def drop(self, slot: str, reason: str) -> None:
        """Remove a slot, and note why."""
        del self.values[slot]
        self.notes.append(f"{slot} was left out: {reason}")

    def rename(self, slot: str, other: str) -> None:
        """Give the value of a slot to another one, and note it."""
        self.values[other] = self.values.pop(slot)
        self.notes.append(f"{slot} was taken for {other}")

    def replace_name(self, values: dict[str, Any]) -> None:
        """Set the values for a group that a name stands for."""
        told = [
            f"{slot} {shown(value)}"
            for slot, value in values.items()
            if slot in _CONSTRAINTS and value
        ]
        dropped = [s for s in self.values if s not in values and s != "name"]
        self.notes.append(f"name was read as {', '.join(told)}")
        self.notes += [f"{slot} was left out" for slot in dropped]
        self.values = values


def shown(value: Any) -> str:
    """Return a value for a note."""
    return json.dumps(value, ensure_ascii=False)


def _is_blank(value: Any) -> bool:
    """Return whether a slot's value says nothing."""
    return not value.strip() if isinstance(value, str) else not value
