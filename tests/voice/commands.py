"""Spoken commands, and the states of the demo house that they are to lead to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from testbed.websocket import Message

type Holds = Callable[[Message], bool]


@dataclass(frozen=True)
class Command:
    """What is said, and what it is to do."""

    say: str
    before: tuple[str, Mapping[str, Any]]
    """An action and its data that bring the entities into another state."""
    after: Mapping[str, Holds]
    """What holds for the state of each entity afterwards."""


def _is(*states: str) -> Holds:
    """Return whether a state is one of these."""
    return lambda state: state["state"] in states


def _is_dimmed(percent: int) -> Holds:
    """Return whether a light has a brightness in percent."""
    return lambda state: (
        round((state["attributes"].get("brightness") or 0) / 2.55) == percent
    )


BED, KITCHEN = "light.bed_light", "light.kitchen_lights"
CEILING, SOFA = "light.ceiling_lights", "light.living_room_rgbww_lights"
FAN, WINDOW, DOOR = "fan.ceiling_fan", "cover.kitchen_window", "lock.front_door"

LIGHT_ON = ("light.turn_on", {"brightness_pct": 100})
LIGHT_OFF: tuple[str, Mapping[str, Any]] = ("light.turn_off", {})

COMMANDS = (
    Command("Turn on the bed light.", LIGHT_OFF, {BED: _is("on")}),
    Command("Turn on the kitchen lights.", LIGHT_OFF, {KITCHEN: _is("on")}),
    Command("Turn off the ceiling lights.", LIGHT_ON, {CEILING: _is("off")}),
    Command("Turn on the ceiling fan.", ("fan.turn_off", {}), {FAN: _is("on")}),
    Command("Turn off the ceiling fan.", ("fan.turn_on", {}), {FAN: _is("off")}),
    Command("Set the bed light to forty percent.", LIGHT_ON, {BED: _is_dimmed(40)}),
    Command(
        "Set the kitchen lights to seventy percent.",
        LIGHT_ON,
        {KITCHEN: _is_dimmed(70)},
    ),
    Command(
        "Turn on the lights in the living room.",
        LIGHT_OFF,
        {CEILING: _is("on"), SOFA: _is("on")},
    ),
    Command(
        "Close the kitchen window.",
        ("cover.open_cover", {}),
        {WINDOW: _is("closing", "closed")},
    ),
    Command("Lock the front door.", ("lock.unlock", {}), {DOOR: _is("locked")}),
)
