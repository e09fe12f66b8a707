"""What an intent can be directed at in a turn, from Home Assistant's registries."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from homeassistant.components.homeassistant import DOMAIN as HOMEASSISTANT
from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.const import EntityStateAttribute
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    intent,
    llm,
)

from ..const import DOMAIN
from .history import HISTORY
from .named_camera import CAMERA, LOOK
from .room_words import other_names
from .target_names import words_of
from .targets import SECURING, Entity, Place, Targets

_READERS = {
    (HOMEASSISTANT, "GetLiveContext"): None,
    (DOMAIN, HISTORY): None,
    (DOMAIN, LOOK): CAMERA,
}
"""The domains that tools read of what is named, None for all of them.

The tools are named with their integration, without a namespace.
"""


@callback
def async_exposed_targets(
    hass: HomeAssistant, tool: llm.IntentTool, llm_context: llm.LLMContext
) -> Targets | None:
    """Return what an intent can be directed at, None if its slots name no entities."""
    handler = _target_handler(hass, tool)
    if handler is None or not llm_context.assistant:
        return None
    domains = getattr(handler, "required_domains", None) or handler.platforms
    preferences = (
        llm.async_get_match_preferences(hass, llm_context)
        if tool.extra_slots
        else intent.MatchTargetsPreferences()
    )
    targets = _all_exposed(hass, llm_context.assistant, handler)
    return replace(
        targets,
        entities=tuple(
            e for e in targets.entities if not domains or e.domain in domains
        ),
        preferred_area=preferences.area_id,
        preferred_floor=preferences.floor_id,
        knows_needs=isinstance(handler, intent.DynamicServiceIntentHandler),
    )


@callback
def async_readable_targets(
    hass: HomeAssistant, tool: llm.Tool, llm_context: llm.LLMContext
) -> Targets | None:
    """Return what a tool can read that takes the same slots as intents do.

    None for other tools.
    """
    reader = (tool.integration, tool.name.rpartition("__")[2])
    if reader not in _READERS or not llm_context.assistant:
        return None
    targets = _all_exposed(hass, llm_context.assistant, None)
    if (domain := _READERS[reader]) is None:
        return targets
    return replace(
        targets, entities=tuple(e for e in targets.entities if e.domain == domain)
    )


@callback
def async_exposed_entities(
    hass: HomeAssistant, llm_context: llm.LLMContext
) -> tuple[Entity, ...]:
    """Return the entities that are exposed to the assistant of a turn."""
    if not llm_context.assistant:
        return ()
    return _all_exposed(hass, llm_context.assistant, None).entities


def _all_exposed(
    hass: HomeAssistant, assistant: str, handler: intent.IntentHandler | None
) -> Targets:
    """Return everything exposed, as far as an intent can do something to it.

    Without a handler, it is only to be read.
    """
    areas = _places(
        Place(
            id=area.id,
            names=(area.name, *sorted(area.aliases)),
            floor=area.floor_id,
        )
        for area in ar.async_get(hass).async_list_areas()
    )
    exposed = [
        _entity(hass, state, areas, handler)
        for state in hass.states.async_all()
        if async_should_expose(hass, assistant, state.entity_id)
    ]
    used_areas = {entity.area.id for entity in exposed if entity.area}
    used_floors = {entity.area.floor for entity in exposed if entity.area}
    return Targets(
        entities=tuple(exposed),
        areas=tuple(
            replace(area, has_exposed=area.id in used_areas) for area in areas.values()
        ),
        floors=tuple(
            Place(
                id=floor.floor_id,
                names=(floor.name, *sorted(floor.aliases)),
                has_exposed=floor.floor_id in used_floors,
            )
            for floor in fr.async_get(hass).async_list_floors()
        ),
    )


def _places(areas: Iterable[Place]) -> dict[str, Place]:
    """Return the areas by id, each with its names in other languages.

    One that is already called so keeps the name for itself.
    """
    areas = list(areas)
    others = [other_names(area.names) for area in areas]
    taken = Counter(
        words_of(name)
        for area, translated in zip(areas, others, strict=True)
        for name in (*area.names, *translated)
    )
    return {
        area.id: replace(
            area,
            other_names=tuple(n for n in translated if taken[words_of(n)] == 1),
        )
        for area, translated in zip(areas, others, strict=True)
    }


def _target_handler(
    hass: HomeAssistant, tool: llm.IntentTool
) -> intent.IntentHandler | None:
    """Return the handler of an intent whose slots name entities, areas and floors.

    The slots of timers and of a user's own intents may mean anything.
    """
    for handler in intent.async_get(hass):
        if handler.intent_type == tool.intent_type and (
            isinstance(handler, intent.DynamicServiceIntentHandler)
            or tool.integration in (handler.platforms or ())
        ):
            return handler
    return None


def _entity(
    hass: HomeAssistant,
    state: State,
    areas: Mapping[str, Place],
    handler: intent.IntentHandler | None,
) -> Entity:
    """Return the description of an exposed entity."""
    entry = er.async_get(hass).async_get(state.entity_id)
    classes = (
        entry.device_class if entry else None,
        state.attributes.get(EntityStateAttribute.DEVICE_CLASS),
    )
    return Entity(
        entity_id=state.entity_id,
        names=tuple(
            name
            for name in intent.async_get_entity_aliases(hass, entry, state=state)
            if name
        ),
        area=areas.get(_area_id(hass, entry) or ""),
        device_classes=frozenset(str(kind) for kind in classes if kind),
        is_able=handler is None or _is_able(entry, state, handler),
        is_secured=handler is None
        or handler.intent_type in SECURING.get(state.domain, ()),
    )


def _area_id(hass: HomeAssistant, entry: er.RegistryEntry | None) -> str | None:
    """Return the id of an entity's area, or else of its device's."""
    if entry is None or entry.area_id or not entry.device_id:
        return entry.area_id if entry else None
    device = dr.async_get(hass).async_get(entry.device_id)
    return dr.async_get_effective_area_id(hass, device) if device else None


def _is_able(
    entry: er.RegistryEntry | None, state: State, handler: intent.IntentHandler
) -> bool:
    """Return whether an entity has the features and the state that an intent needs."""
    features: int = getattr(handler, "required_features", None) or 0
    states: Any = getattr(handler, "required_states", None)
    supported = (
        entry.supported_features if entry else 0,
        state.attributes.get(EntityStateAttribute.SUPPORTED_FEATURES, 0),
    )
    return (not states or state.state in states) and any(
        mask & features == features for mask in supported
    )
