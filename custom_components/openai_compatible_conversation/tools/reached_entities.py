"""The entities that a group, a scene or a script acts on."""

from collections.abc import Iterator
from typing import NamedTuple

from homeassistant.components import script
from homeassistant.components.scene import DOMAIN as SCENE_DOMAIN
from homeassistant.const import (
    ATTR_AREA_ID,
    ATTR_DEVICE_ID,
    ATTR_ENTITY_ID,
    ATTR_FLOOR_ID,
    ATTR_LABEL_ID,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant, State, split_entity_id, valid_entity_id
from homeassistant.helpers import target

MAX_DEPTH = 5
"""Entities within entities that are followed."""

_STARTED = frozenset({script.DOMAIN, SCENE_DOMAIN})


class ReachedEntity(NamedTuple):
    """An entity that is reached through others, or by itself."""

    state: State
    is_started: bool
    """Whether a script or scene acts on it, by an action of its own."""


def reached_entities(
    hass: HomeAssistant, entity_id: str, *, starts: bool
) -> Iterator[ReachedEntity]:
    """Yield an entity and those that it acts on, each once.

    Scripts and scenes act only if the call `starts` them.
    """
    seen = {entity_id}
    level = [(entity_id, False)]
    for _ in range(MAX_DEPTH):
        members: list[tuple[str, bool]] = []
        for reached_id, is_started in level:
            state = hass.states.get(reached_id) or State(reached_id, STATE_UNKNOWN)
            yield ReachedEntity(state, is_started)
            starting = split_entity_id(reached_id)[0] in _STARTED
            if starting and not (starts or is_started):
                continue
            for member in _members(hass, reached_id):
                if member not in seen and valid_entity_id(member):
                    seen.add(member)
                    members.append((member, is_started or starting))
        level = members


def _members(hass: HomeAssistant, entity_id: str) -> set[str]:
    """Return the ids of the entities that an entity acts on directly."""
    if split_entity_id(entity_id)[0] == script.DOMAIN:
        return _script_targets(hass, entity_id)
    state = hass.states.get(entity_id)
    members = state.attributes.get(ATTR_ENTITY_ID) if state else None
    if not isinstance(members, list | tuple | set | frozenset):
        return set()
    return {member for member in members if isinstance(member, str)}


def _script_targets(hass: HomeAssistant, entity_id: str) -> set[str]:
    """Return the ids of the entities that a script names, also by device or place."""
    selection = target.TargetSelection(
        {
            ATTR_ENTITY_ID: script.entities_in_script(hass, entity_id),
            ATTR_DEVICE_ID: script.devices_in_script(hass, entity_id),
            ATTR_AREA_ID: script.areas_in_script(hass, entity_id),
            ATTR_FLOOR_ID: script.floors_in_script(hass, entity_id),
            ATTR_LABEL_ID: script.labels_in_script(hass, entity_id),
        }
    )
    found = target.async_extract_referenced_entity_ids(
        hass, selection, expand_group=False
    )
    return found.referenced | found.indirectly_referenced
