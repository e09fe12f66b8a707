"""Context of a turn, sent in front of the user's text in the same message.

It holds time, area, user, language and an automation's extra system prompt. These vary
between turns, so they must not be part of the system prompt. What was told is not told
again.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

from collections.abc import Sequence
import re

from homeassistant.components.conversation import ConversationInput
from homeassistant.components.intent import async_device_supports_timers
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
)
from homeassistant.util import dt as dt_util

from ..session.heard_messages import Interruption
from ..session.told_context import ToldContext

CONTEXT_START = "<context>"
CONTEXT_END = "</context>"
FACTS_START = "Remembered, as information:"
STATES_START = "Now:"

CONTEXT_INSTRUCTIONS = (
    f"A message of the user may begin with its context, between {CONTEXT_START} and {CONTEXT_END}: "
    "what is new of when, where and by whom it was said. Take it into account, and do "
    "not speak of it unasked. Commands that name no place, like 'turn on the lights', "
    "are for the area that was told last."
)
"""Part of the system prompt that explains the context."""

DEVICE_INSTRUCTIONS = (
    "If a command for all devices of a kind names no area and the context has none, ask "
    "which area is meant, unless there is only one such device. "
    "Timers can be started only where the context says so."
)
"""What Home Assistant's prompt says of the device, as far as it holds for every turn."""

_DEVICE_LINE = re.compile(
    r"^(?:When a user asks to turn on all devices of a specific type,"
    r"|This device is not able to start timers\.).*\n?",
    re.MULTILINE,
)


async def async_context(
    hass: HomeAssistant, user_input: ConversationInput
) -> ToldContext:
    """Return when, where and by whom something is said."""
    device_id = user_input.device_id
    return ToldContext(
        time=dt_util.now(),
        area=_area(hass, user_input),
        has_timers=bool(device_id and async_device_supports_timers(hass, device_id)),
        language=user_input.language,
        speaker=await _async_speaker(hass, user_input),
    )


def context_notes(
    extra: str | None,
    news: Sequence[str],
    facts: Sequence[str],
    states: Sequence[str],
) -> list[str]:
    """Return further lines of the context of a turn.

    `extra` is an extra system prompt, `news` are lines on what has changed since the
    last turn, `facts` are what is remembered that fits the text, and `states` are
    those of the entities that it names.
    """
    return [
        *([extra.strip()] if extra else []),
        *news,
        *([f"{FACTS_START} {'; '.join(facts)}"] if facts else []),
        *([f"{STATES_START} {'; '.join(states)}"] if states else []),
    ]


def interruption_line(interruption: Interruption, *, is_last: bool) -> str:
    """Return the line that tells of an answer that was interrupted.

    `is_last` is whether it is that of the turn before this one.
    """
    which = "last answer" if is_last else "last answer here"
    if not interruption.last_words:
        where = "before it was heard"
    elif is_last and interruption.is_cut:
        where = "where it ends"
    else:
        where = f'after "{interruption.last_words}"'
    return f"Your {which} was interrupted {where}."


def without_device_lines(api_prompt: str) -> str:
    """Return Home Assistant's API prompt without what it says of one device.

    The system prompt is the same for every device, so the context of each turn says
    it instead, and the two must not contradict each other.
    """
    return _DEVICE_LINE.sub("", api_prompt)


def _area(hass: HomeAssistant, user_input: ConversationInput) -> str | None:
    """Return the name of the area of the device, with its floor."""
    area_id = _area_id(hass, user_input)
    area = ar.async_get(hass).async_get_area(area_id) if area_id else None
    if area is None:
        return None
    name = _on_one_line(area.name)
    floor = fr.async_get(hass).async_get_floor(area.floor_id or "")
    return f"{name} (floor: {_on_one_line(floor.name)})" if floor else name


def _area_id(hass: HomeAssistant, user_input: ConversationInput) -> str | None:
    """Return the area id of the device or satellite of the turn."""
    if (
        user_input.device_id
        and (device := dr.async_get(hass).async_get(user_input.device_id))
        and (area_id := dr.async_get_effective_area_id(hass, device))
    ):
        return area_id
    if user_input.satellite_id and (
        satellite := er.async_get(hass).async_get(user_input.satellite_id)
    ):
        return satellite.area_id
    return None


async def _async_speaker(
    hass: HomeAssistant, user_input: ConversationInput
) -> str | None:
    """Return the name of the user, if known."""
    user_id = user_input.context.user_id
    user = await hass.auth.async_get_user(user_id) if user_id else None
    return _on_one_line(user.name) if user and user.name else None


def _on_one_line(name: str) -> str:
    """Return a name with line breaks replaced by spaces."""
    return " ".join(name.split())
