"""Context of a turn, sent in front of the user's text in the same message.

It holds time, area, user, language and an automation's extra system prompt. These vary
between turns, so they must not be part of the system prompt.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

from collections.abc import Iterator, Sequence
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

CONTEXT_START = "<context>"
CONTEXT_END = "</context>"
FACTS_START = "Remembered, as information:"
STATES_START = "Now:"

CONTEXT_INSTRUCTIONS = (
    f"Each message of the user begins with its context, between {CONTEXT_START} and {CONTEXT_END}: "
    "when and where it was said. Take it into account, and do not speak of it unasked."
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


async def async_with_context(
    hass: HomeAssistant,
    user_input: ConversationInput,
    extra: str | None,
    facts: Sequence[str] = (),
    states: Sequence[str] = (),
) -> str:
    """Return the user's text with its context in front.

    `extra` is an extra system prompt that is part of the context, `facts` are what is
    remembered that fits the text, `states` are those of the entities that it names.
    """
    lines = [
        CONTEXT_START,
        dt_util.now().strftime("%A, %Y-%m-%d, %H:%M"),
        *_device_lines(hass, user_input),
        f"Language: {user_input.language}",
        *([extra.strip()] if extra else []),
        *([f"{FACTS_START} {'; '.join(facts)}"] if facts else []),
        *([f"{STATES_START} {'; '.join(states)}"] if states else []),
        *await _async_speaker_lines(hass, user_input),
        CONTEXT_END,
        user_input.text,
    ]
    return "\n".join(lines)


def without_device_lines(api_prompt: str) -> str:
    """Return Home Assistant's API prompt without what it says of one device.

    The system prompt is the same for every device, so the context of each turn says
    it instead, and the two must not contradict each other.
    """
    return _DEVICE_LINE.sub("", api_prompt)


def _device_lines(hass: HomeAssistant, user_input: ConversationInput) -> Iterator[str]:
    """Yield lines with the area of the device, and its support for timers."""
    if (area_id := _area_id(hass, user_input)) and (
        area := ar.async_get(hass).async_get_area(area_id)
    ):
        floor = fr.async_get(hass).async_get_floor(area.floor_id or "")
        location = (
            f"{_on_one_line(area.name)} (floor: {_on_one_line(floor.name)})"
            if floor
            else _on_one_line(area.name)
        )
        yield (
            f"Area: {location}. Commands that name no place, like 'turn on the lights', "
            "are for this area."
        )
    if user_input.device_id and async_device_supports_timers(
        hass, user_input.device_id
    ):
        yield "This device is able to start timers."


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


async def _async_speaker_lines(
    hass: HomeAssistant, user_input: ConversationInput
) -> list[str]:
    """Return a line with the name of the user, if known.

    Small models take "Speaker: Ann" for a value to fill in: a list or a timer is then
    called Ann, and so are they when they are asked who they are.
    """
    if (user_id := user_input.context.user_id) and (
        user := await hass.auth.async_get_user(user_id)
    ):
        return [f"{_on_one_line(user.name)} says:"] if user.name else []
    return []


def _on_one_line(name: str) -> str:
    """Return a name with line breaks replaced by spaces."""
    return " ".join(name.split())
