"""What is to be read of the house, if a model asks for what it made up.

Reading does no harm, so nothing is asked back: what the user did not say is left out
until something is found. Does not depend on Home Assistant.
"""

from collections.abc import Mapping
from typing import Any

from .target_repair import Target, repair_target
from .target_slots import TargetSlots
from .targets import Targets
from .user_words import UserWords

_INVENTED = ("area", "name")
"""The slots that are left out, in this order."""


def repair_reading_target(
    slots: Mapping[str, Any],
    targets: Targets,
    schema: Mapping[str, Any],
    said: UserWords,
) -> Target:
    """Return the filter of what is to be read, such that something is found.

    `schema` is the `parameters` object of the tool's function definition. The filter is
    unchanged if the user asked for just that.
    """
    repaired = repair_target(slots, targets, schema, said)
    values = TargetSlots(repaired.slots, targets, schema)
    for slot in _INVENTED:
        if _finds_anything(values, targets):
            break
        if said.is_invented(values.values.get(slot)):
            values.drop(slot, "the user did not say it")
    if not _finds_anything(values, targets):
        values = TargetSlots(repaired.slots, targets, schema)
    return Target(values.values, (*repaired.notes, *values.notes))


def _finds_anything(slots: TargetSlots, targets: Targets) -> bool:
    """Return whether there is an entity that the slots stand for."""
    name = slots.values.get("name")
    return any(
        (not isinstance(name, str) or entity.is_named(name))
        and not slots.conflicts(entity)
        for entity in targets.entities
    )
