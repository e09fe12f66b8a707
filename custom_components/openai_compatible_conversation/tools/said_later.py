"""Calls that a small model makes at once, and that the user wants later.

"Turn the fan on at eleven" turns it on, and "in twenty minutes" starts a timer with a
command. Where the user said the time outright, the call is scheduled.

Decision record: docs/decisions/0024-an-action-for-later.md.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import intent, llm
from homeassistant.util import dt as dt_util

from ..schedule.said_time import said_time
from .blank_values import is_blank
from .exposed_targets import async_exposed_entities
from .meant_switching import said_switching
from .meant_tool import intent_of
from .named_entities import named_entities
from .number_reading import read_number
from .said_quantity import QUANTITIES
from .targets import Entity
from .user_words import UserWords

_TIMERS = frozenset(
    {
        *(intent.INTENT_START_TIMER, intent.INTENT_CANCEL_TIMER),
        *(intent.INTENT_INCREASE_TIMER, intent.INTENT_DECREASE_TIMER),
        *(intent.INTENT_PAUSE_TIMER, intent.INTENT_UNPAUSE_TIMER),
        *(intent.INTENT_TIMER_STATUS, intent.INTENT_CANCEL_ALL_TIMERS),
    }
)
_WITH_LEVEL = frozenset(intent_type for intent_type, _ in QUANTITIES.values())
_MINUTES = {"hours": 60.0, "minutes": 1.0, "seconds": 1 / 60}


def is_timed_command(tool: str, arguments: Mapping[str, Any]) -> bool:
    """Return whether a call starts a timer to do something when it ends."""
    return tool.rpartition("__")[2] == intent.INTENT_START_TIMER and not is_blank(
        arguments.get("conversation_command")
    )


@callback
def async_scheduled_arguments(
    hass: HomeAssistant,
    llm_context: llm.LLMContext,
    call: llm.ToolInput,
    tool: llm.Tool | None,
    said: UserWords,
) -> dict[str, Any] | None:
    """Return the arguments of `schedule_action` for a call that is meant for later.

    None if it is meant now, or if that is not clear. `tool` is the one that is called,
    None if there is none.
    """
    found = said_time(said.last, llm_context.language, dt_util.now())
    if is_timed_command(call.tool_name, call.tool_args):
        switched = _switched(async_exposed_entities(hass, llm_context), said)
        time = found.argument if found else _delay(call.tool_args)
        return {**switched, **time} if switched and time else None
    intent_type = intent_of(tool) if tool else ""
    if tool is None or not intent_type or intent_type in _TIMERS or found is None:
        return None
    if tool.annotations.read_only or not (
        found.is_certain or intent_type not in _WITH_LEVEL
    ):
        return None
    return {"tool": tool.name, "arguments": dict(call.tool_args), **found.argument}


def _switched(entities: Iterable[Entity], said: UserWords) -> dict[str, Any] | None:
    """Return the call that turns on or off what the user named, None if unclear."""
    named = named_entities(said.last, [*entities])
    if len(named) != 1:
        return None
    entity = named[0].entity
    switching = said_switching(entity.domain, said, entity.label)
    if switching is None:
        return None
    return {"tool": switching, "arguments": {"name": entity.label}}


def _delay(arguments: Mapping[str, Any]) -> dict[str, float] | None:
    """Return the length of a timer as a delay, None if it has none."""
    minutes = sum(
        factor * (read_number(str(arguments.get(unit)), unit) or 0)
        for unit, factor in _MINUTES.items()
    )
    return {"in_minutes": minutes} if minutes > 0 else None
