"""The intent that is meant by a call that can be made of no tool.

A model of half a billion parameters invents tools, and turns on the milk to have it on
the shopping list.
"""

from collections.abc import Mapping
from typing import Any

from homeassistant.components.todo import DOMAIN as TODO_DOMAIN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import intent, llm

from .exposed_targets import async_exposed_entities
from .invented_tool import invented_call, kind_in_place, target_of
from .meant_words import ADD, CODE
from .named_entities import named_entities
from .user_words import UserWords

_TIMERS = {
    "HassAddTimer": intent.INTENT_START_TIMER,
    "HassCreateTimer": intent.INTENT_START_TIMER,
    "HassSetTimer": intent.INTENT_START_TIMER,
    "HassDeleteTimer": intent.INTENT_CANCEL_TIMER,
    "HassRemoveTimer": intent.INTENT_CANCEL_TIMER,
    "HassStopTimer": intent.INTENT_CANCEL_TIMER,
    "HassResumeTimer": intent.INTENT_UNPAUSE_TIMER,
    "HassGetTimer": intent.INTENT_TIMER_STATUS,
}
"""Intents for timers that do not exist, but that models expect."""


@callback
def async_list_item(
    hass: HomeAssistant,
    llm_context: llm.LLMContext,
    arguments: Mapping[str, Any],
    said: UserWords,
) -> tuple[str, dict[str, Any]] | None:
    """Return the intent that puts on a list what would be turned on there, if any."""
    item, place = arguments.get("name"), arguments.get("area")
    if not isinstance(item, str) or not isinstance(place, str) or not item:
        return None
    exposed = async_exposed_entities(hass, llm_context)
    lists = [e for e in exposed if e.domain == TODO_DOMAIN and e.is_named(place)]
    if (
        len(lists) != 1
        or not said.match(ADD)
        or said.is_invented(item)
        or any(entity.is_named(item) for entity in exposed)
    ):
        return None
    return "HassListAddItem", {"name": lists[0].label, "item": item}


@callback
def async_invented_call(
    hass: HomeAssistant,
    llm_context: llm.LLMContext,
    tool: str,
    arguments: Mapping[str, Any],
    said: UserWords,
) -> tuple[str, dict[str, Any]] | None:
    """Return the intent that is meant by a tool that does not exist, with its arguments.

    None if that is not clear, if it names nothing that is exposed, or if the user asked
    for such a text.
    """
    if said.match(CODE):
        return None
    if timer_intent := _TIMERS.get(tool.rpartition("__")[2]):
        return timer_intent, dict(arguments)
    exposed = async_exposed_entities(hass, llm_context)
    name = target_of(arguments)
    found = [
        entity
        for entity in exposed
        if (name and entity.is_named(name)) or entity.is_named(tool)
    ]
    if not found:
        # A call without a name is for what the user named.
        text = name or said.last
        found = [one.entity for one in named_entities(text, exposed) if one.by_name]
    if not found and (place := kind_in_place(tool, arguments, exposed)):
        target, domain = place, place["domain"]
    elif len(found) == 1:
        target, domain = {"name": found[0].label}, found[0].domain
    else:
        return None
    meant = invented_call(tool, arguments, domain, said)
    return (meant[0], {**target, **meant[1]}) if meant else None
