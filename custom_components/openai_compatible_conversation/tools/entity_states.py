"""States of entities on one line each, as they go with a turn."""

from collections.abc import Iterator

from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN, async_rounded_state
from homeassistant.const import EntityStateAttribute
from homeassistant.core import HomeAssistant, State, callback

WITHOUT_STATE = frozenset(
    {
        *("ai_task", "assist_satellite", "automation", "button", "calendar"),
        *("conversation", "event", "image", "input_button", "notify", "scene"),
        *("script", "stt", "tag", "todo", "tts", "update", "wake_word"),
    }
)
"""Domains whose state says little: a time, a number of items, or nothing."""

_MAX_VALUE = 60
"""Characters of a value; a song's title is anybody's text."""

_ATTRIBUTES = (
    ("temperature", "temperature"),
    ("current_temperature", "current temperature"),
    ("humidity", "humidity"),
    ("current_humidity", "current humidity"),
    ("media_title", "title"),
    ("media_artist", "artist"),
)
"""Attributes that are told, with the names that they are told by."""

_LEVELS = (("brightness", 255), ("percentage", 100), ("current_position", 100))
"""Attributes that say how far something is on or open, with their highest values.

They are told as "on (70 %)": where they are told by name, small models take them for
what is to be set.
"""


@callback
def async_state_line(hass: HomeAssistant, entity_id: str, name: str) -> str | None:
    """Return the name and the state of an entity, None if it has no state to tell."""
    state = hass.states.get(entity_id)
    if state is None or state.domain in WITHOUT_STATE:
        return None
    level = level_of(state)
    value = _value(hass, state) + (f" ({level} %)" if level is not None else "")
    return f"{_text(name)}: {', '.join([value, *_details(state)])}"


def _value(hass: HomeAssistant, state: State) -> str:
    """Return the state with its unit."""
    value = state.state
    if state.domain == SENSOR_DOMAIN:
        value = async_rounded_state(hass, state.entity_id, state)
    unit = state.attributes.get(EntityStateAttribute.UNIT_OF_MEASUREMENT)
    return _text(f"{value} {unit}" if unit else value)


def level_of(state: State) -> int | None:
    """Return how far something is on or open, in percent, if that is known."""
    for key, full in _LEVELS:
        if isinstance(value := state.attributes.get(key), int | float):
            return round(value / full * 100)
    return None


def _details(state: State) -> Iterator[str]:
    """Yield the attributes that are told by name."""
    attributes = state.attributes
    for key, name in _ATTRIBUTES:
        if isinstance(value := attributes.get(key), str | int | float):
            yield f"{name} {_text(str(value))}"
    if isinstance(value := attributes.get("volume_level"), int | float):
        yield f"volume {round(value * 100)} %"


def _text(text: str) -> str:
    """Return a text on one line, cut to `_MAX_VALUE` characters."""
    return " ".join(text.split())[:_MAX_VALUE]
