"""Whether a call that turns something on is meant to turn it off, or the other way.

A model of half a billion parameters turns on what it is asked to turn off, above all
where it is asked in another language than English.

Does not depend on Home Assistant.
"""

from collections.abc import Mapping
import re
from typing import Any

from .meant_words import (
    CLOSE,
    NEGATED,
    OPEN,
    POLITE,
    POWER,
    POWER_ON,
    SEVERAL,
    SHORT_OFF,
    SHORT_ON,
    STOP,
)
from .number_reading import read_number
from .user_words import UserWords

TURN_ON, TURN_OFF = "HassTurnOn", "HassTurnOff"

_SETTING = frozenset({"HassFanSetSpeed", "HassLightSet"})
"""Intents that turn on what they are directed at."""
_STOP = "HassStopMoving"
_POSITION = "HassSetPosition"
_OPPOSITE = {TURN_ON: 0, TURN_OFF: 100}
"""The position that is the opposite of what opens or closes a cover."""
SWITCHING = _SETTING | {TURN_ON, TURN_OFF, _STOP, _POSITION}
"""All intents that turn something on or off."""

_UNLIKE = frozenset({"alarm_control_panel", "lock", "valve", "water_heater"})
"""Domains that other words turn on and off, and where the wrong way does harm."""

_OPENED = "cover"
_OPENING = (OPEN,), (CLOSE,)
_POWERING = (POWER_ON, SHORT_ON), (POWER, SHORT_OFF)


def said_switching(domain: str, said: UserWords, name: str = "") -> str | None:
    """Return the intent that the user asked for, if it turns something on or off.

    `domain` is that of what they spoke of, empty if it is several or unknown. Of
    several wishes, it is the one that has a word of the name.
    """
    if domain in _UNLIKE or said.match(NEGATED):
        return None
    wishes = SEVERAL.split(POLITE.sub("", said.last))
    found = [
        (wish, direction)
        for wish in wishes
        if (direction := _direction(wish, is_opened=domain == _OPENED))
    ]
    if len(found) != 1:
        return None
    wish, direction = found[0]
    is_about = len(wishes) == 1 or (name and not UserWords([wish]).is_invented(name))
    return direction if is_about else None


def meant_switching(
    intent_type: str,
    arguments: Mapping[str, Any],
    domain: str,
    said: UserWords,
    name: str = "",
) -> str | None:
    """Return the intent that is meant by a call that turns something on or off.

    None if that is the one that is called, or unclear.
    """
    meant = said_switching(domain, said, name)
    if meant is None or intent_type == meant or intent_type not in SWITCHING:
        return None
    if intent_type == _STOP and said.match(STOP):
        return None
    if intent_type == _POSITION:
        position = read_number(str(arguments.get("position")), "position")
        is_opposite = domain == _OPENED and position == _OPPOSITE[meant]
        return meant if is_opposite and not _has_said_value(arguments, said) else None
    if intent_type not in _SETTING:
        return meant
    return meant if meant == TURN_OFF and not _has_said_value(arguments, said) else None


def _direction(wish: str, *, is_opened: bool) -> str | None:
    """Return the intent that a wish asks for, None if it is both or none."""
    is_on, is_off = (
        any(pattern.search(wish) for pattern in patterns)
        for patterns in (_OPENING if is_opened else _POWERING)
    )
    if is_on == is_off:
        return None
    return TURN_ON if is_on else TURN_OFF


def _has_said_value(arguments: Mapping[str, Any], said: UserWords) -> bool:
    """Return whether the user said one of the numbers of a call, or that it has none."""
    numbers = [
        number
        for key, value in arguments.items()
        if isinstance(value, int | float | str)
        and (number := read_number(str(value), key)) is not None
    ]
    return not numbers or any(
        said.match(re.compile(rf"\b{re.escape(f'{number:g}')}\b")) for number in numbers
    )
