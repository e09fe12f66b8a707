"""What goes with a turn: when, where, who, and what an automation adds."""

from collections.abc import Iterator

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

CONTEXT_INSTRUCTIONS = (
    f"Each message of the user begins with its context, between {CONTEXT_START} and {CONTEXT_END}: "
    "when and where it was said. Take it into account, and do not speak of it unasked."
)
"""Tells the model what the context is."""


async def async_with_context(
    hass: HomeAssistant, user_input: ConversationInput, extra: str | None
) -> str:
    """Return what a user said, after the context in which it was said."""
    lines = [
        CONTEXT_START,
        dt_util.now().strftime("%A, %Y-%m-%d, %H:%M"),
        *_place(hass, user_input),
        *await _async_speaker(hass, user_input),
        f"Language: {user_input.language}",
        *([extra.strip()] if extra else []),
        CONTEXT_END,
        user_input.text,
    ]
    return "\n".join(lines)


def _place(hass: HomeAssistant, user_input: ConversationInput) -> Iterator[str]:
    """Yield where the speaker's device is, and what it can do besides listen."""
    if (area_id := _area_of(hass, user_input)) and (
        area := ar.async_get(hass).async_get_area(area_id)
    ):
        floor = fr.async_get(hass).async_get_floor(area.floor_id or "")
        where = (
            f"{_line(area.name)} (floor: {_line(floor.name)})"
            if floor
            else _line(area.name)
        )
        yield (
            f"Area: {where}. Commands that name no place, like 'turn on the lights', "
            "are for this area."
        )
    if user_input.device_id and async_device_supports_timers(
        hass, user_input.device_id
    ):
        yield "This device is able to start timers."


def _area_of(hass: HomeAssistant, user_input: ConversationInput) -> str | None:
    """Return the area of the device that the speaker uses."""
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
) -> list[str]:
    """Return who speaks, if it is known."""
    if (user_id := user_input.context.user_id) and (
        user := await hass.auth.async_get_user(user_id)
    ):
        return [f"Speaker: {_line(user.name)}"] if user.name else []
    return []


def _line(name: str) -> str:
    """Return a name on one line."""
    return " ".join(name.split())
