"""What is in the house of the tasks, what it is usually like, and what is watched."""

from collections.abc import Mapping
from typing import Any

from testbed.house import EXPOSED as OF_THE_DEMO
from testbed.websocket import Message

from .tasks import States

ADDED: Mapping[str, str | None] = {
    "cover.garage_door": None,
    "cover.hall_window": "Bedroom",
    "cover.living_room_window": "Living Room",
    "fan.living_room_fan": "Living Room",
    "lock.kitchen_door": None,
    "media_player.walkman": None,
    "sensor.outside_humidity": None,
    "switch.decorative_lights": None,
    "todo.shopping_list": None,
}
"""Entities exposed in addition to those of the demo, by their area."""

EXPOSED: Mapping[str, str | None] = {**OF_THE_DEMO, **ADDED}

BLIND = "cover.hall_window"
"""The demo has no blind, so one of its windows becomes one."""

LIST = "todo.shopping_list"
PLAYER = "media_player.walkman"
ROOMS = ("Kitchen", "Living Room", "Bedroom")
SATELLITES: Mapping[str, str] = {
    room: f"assist_satellite.{room.lower().replace(' ', '_')}_satellite"
    for room in ROOMS
}
"""Entity IDs of the satellites by room."""

YAML = "\nscene:\n"
"""Home Assistant's `scene.apply`, with which the house is put into order."""

USUAL: States = {
    "climate.heatpump": {"state": "heat", "temperature": 20},
    "cover.garage_door": {"state": "closed"},
    BLIND: {"state": "open", "current_position": 100},
    "cover.kitchen_window": {"state": "closed"},
    "cover.living_room_window": {"state": "open", "current_position": 70},
    "fan.ceiling_fan": {"state": "off"},
    "fan.living_room_fan": {"state": "off"},
    "light.bed_light": {"state": "off"},
    "light.ceiling_lights": {
        "state": "on",
        "brightness": 178,
        "color_mode": "color_temp",
        "color_temp_kelvin": 2700,
    },
    "light.kitchen_lights": {"state": "off"},
    "light.living_room_rgbww_lights": {"state": "off"},
    "lock.front_door": {"state": "locked"},
    "lock.kitchen_door": {"state": "unlocked"},
    PLAYER: {"state": "playing", "volume_level": 0.5, "is_volume_muted": False},
    "switch.decorative_lights": {"state": "on"},
    LIST: {"items": ["Milk", "Bread"]},
    **{satellite: {"timers": []} for satellite in SATELLITES.values()},
}
"""The state of the house before a task, in Home Assistant's own attributes."""

_CONTROLLABLE = frozenset(
    {
        *("alarm_control_panel", "climate", "cover", "fan", "humidifier"),
        *("input_boolean", "input_number", "input_select", "lawn_mower", "light"),
        *("lock", "media_player", "number", "remote", "select", "siren", "switch"),
        *("text", "vacuum", "valve", "water_heater"),
    }
)
"""Domains that are watched. The others change by themselves."""

_WATCHED = (
    "color_temp_kelvin",
    "current_position",
    "is_volume_muted",
    "media_title",
    "media_track",
    "percentage",
    "temperature",
    "volume_level",
)


def seen(states: Mapping[str, Message]) -> dict[str, dict[str, Any]]:
    """Return all that can be controlled, with the attributes that tasks may expect."""
    return {
        entity_id: _seen_state(state)
        for entity_id, state in states.items()
        if entity_id.partition(".")[0] in _CONTROLLABLE
    }


def _seen_state(state: Message) -> dict[str, Any]:
    """Return a state with the attributes that tasks may expect.

    Brightness is in percent, and a colour is a hue and a saturation.
    """
    attributes = state["attributes"]
    seen = {"state": state["state"]} | {
        name: attributes[name] for name in _WATCHED if attributes.get(name) is not None
    }
    if (level := attributes.get("brightness")) is not None:
        seen["brightness"] = round(level / 2.55)
    if (colour := attributes.get("hs_color")) is not None:
        seen["hue"], seen["saturation"] = colour
    return seen
