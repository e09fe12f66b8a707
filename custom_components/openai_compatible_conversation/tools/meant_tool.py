"""The tool that is meant where small models take one for another.

A model of one to two billion parameters turns a lock off to lock it, pauses a timer
that is a radio, and sets the position of a fan. Told so, it gives up or does it again.
What it means is plain from what it names and from what the user said, so that is
called.

Only what can do no harm is called instead.
"""

from collections.abc import Mapping, Sequence
import re
from typing import Any, NamedTuple

from homeassistant.components import conversation
from homeassistant.components.climate import DOMAIN as CLIMATE_DOMAIN
from homeassistant.components.cover import DOMAIN as COVER_DOMAIN
from homeassistant.components.fan import DOMAIN as FAN_DOMAIN
from homeassistant.components.light import DOMAIN as LIGHT_DOMAIN
from homeassistant.components.lock import DOMAIN as LOCK_DOMAIN
from homeassistant.components.media_player import DOMAIN as MEDIA_PLAYER_DOMAIN
from homeassistant.components.todo import DOMAIN as TODO_DOMAIN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import intent, llm

from .blank_values import is_blank
from .invented_tool import call_with_quantity
from .meant_switching import SWITCHING, meant_switching, said_switching
from .meant_words import (
    ADD,
    LOCK,
    MUTE,
    NEXT_TRACK,
    PAUSE,
    POWER,
    POWER_ON,
    RESUME,
    TICK_OFF,
    UNLOCK,
)
from .said_quantity import QUANTITIES, said_quantity
from .user_words import UserWords


class _Meant(NamedTuple):
    """The intent that is meant."""

    intent_type: str
    quantities: Mapping[str, str] = {}
    """The names of its quantities by those of the other, of which one is needed."""
    said: re.Pattern[str] | None = None
    """What the user must have said."""
    unsaid: re.Pattern[str] | None = None
    """What the user must not have said."""
    only_written: bool = False
    """Whether a model that makes its calls properly means what it says."""

    def fits(
        self, arguments: Mapping[str, Any], said: UserWords, *, is_written: bool
    ) -> bool:
        """Return whether a call with some arguments means this."""
        return (
            (not self.quantities or bool(self.given(arguments)))
            and (is_written or not self.only_written)
            and (self.said is None or said.match(self.said))
            and not (self.unsaid and said.match(self.unsaid))
        )

    def given(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the quantities that a call gives, by the names that this takes."""
        return {
            to: arguments[name]
            for name, to in self.quantities.items()
            if not is_blank(arguments.get(name))
        }


_SWITCHING = (intent.INTENT_TURN_ON, intent.INTENT_TURN_OFF)
_PLACES = ("area", "floor", "domain", "device_class")
_SPEED = "HassFanSetSpeed"
_VOLUME = "HassSetVolume"
_OFF = (intent.INTENT_TURN_OFF, MEDIA_PLAYER_DOMAIN)

_MEANT: Mapping[tuple[str, str], Sequence[_Meant]] = {
    (intent.INTENT_TURN_OFF, LOCK_DOMAIN): [
        _Meant(intent.INTENT_TURN_ON, said=LOCK, unsaid=UNLOCK)
    ],
    (intent.INTENT_TURN_ON, LOCK_DOMAIN): [
        # It is not run from text. To lock the door would not be what was asked for.
        _Meant(intent.INTENT_TURN_OFF, said=UNLOCK, only_written=True)
    ],
    _OFF: [
        _Meant("HassMediaPause", said=PAUSE, unsaid=POWER, only_written=True),
        _Meant("HassMediaNext", said=NEXT_TRACK, unsaid=POWER, only_written=True),
        _Meant("HassMediaPlayerMute", said=MUTE, unsaid=POWER, only_written=True),
    ],
    (intent.INTENT_TURN_ON, MEDIA_PLAYER_DOMAIN): [
        _Meant("HassMediaUnpause", said=RESUME, unsaid=POWER_ON, only_written=True)
    ],
    (intent.INTENT_TURN_ON, LIGHT_DOMAIN): [_Meant("HassLightSet", {"color": "color"})],
    (intent.INTENT_PAUSE_TIMER, MEDIA_PLAYER_DOMAIN): [_Meant("HassMediaPause")],
    (intent.INTENT_UNPAUSE_TIMER, MEDIA_PLAYER_DOMAIN): [_Meant("HassMediaUnpause")],
    (intent.INTENT_SET_POSITION, FAN_DOMAIN): [
        _Meant(_SPEED, {"position": "percentage"})
    ],
    (intent.INTENT_SET_POSITION, LIGHT_DOMAIN): [
        _Meant("HassLightSet", {"position": "brightness"})
    ],
    (intent.INTENT_SET_POSITION, MEDIA_PLAYER_DOMAIN): [
        _Meant(_VOLUME, {"position": "volume_level"})
    ],
    ("HassLightSet", FAN_DOMAIN): [_Meant(_SPEED, {"brightness": "percentage"})],
    ("HassLightSet", MEDIA_PLAYER_DOMAIN): [
        _Meant(_VOLUME, {"brightness": "volume_level"})
    ],
    ("HassListAddItem", TODO_DOMAIN): [
        _Meant(
            "HassListCompleteItem",
            {"item": "item"},
            said=TICK_OFF,
            unsaid=ADD,
            only_written=True,
        )
    ],
    ("HassStopMoving", FAN_DOMAIN): [_Meant(intent.INTENT_TURN_OFF)],
    ("HassStopMoving", MEDIA_PLAYER_DOMAIN): [_Meant("HassMediaPause")],
    ("HassLock", LOCK_DOMAIN): [_Meant(intent.INTENT_TURN_ON)],
    ("HassUnlock", LOCK_DOMAIN): [_Meant(intent.INTENT_TURN_OFF)],
    ("HassMediaPlay", MEDIA_PLAYER_DOMAIN): [_Meant("HassMediaUnpause")],
    ("HassMediaResume", MEDIA_PLAYER_DOMAIN): [_Meant("HassMediaUnpause")],
    ("HassMediaStop", MEDIA_PLAYER_DOMAIN): [_Meant("HassMediaPause")],
    ("HassOpenCover", COVER_DOMAIN): [_Meant(intent.INTENT_TURN_ON)],
    ("HassCloseCover", COVER_DOMAIN): [_Meant(intent.INTENT_TURN_OFF)],
}
"""What is meant by an intent for an entity of a domain that it cannot be for.

Among them are intents that do not exist, but that models expect.
"""
_MISTAKEN = {
    *SWITCHING,
    *(intent_type for intent_type, _ in QUANTITIES.values()),
    *(intent_type for intent_type, _ in _MEANT),
}
"""All intents that may mean another one."""


def intent_of(tool: llm.Tool) -> str:
    """Return the intent that a tool handles, empty if it is another kind of tool."""
    while isinstance(tool, llm.NamespacedTool):
        tool = tool.tool
    return tool.intent_type if isinstance(tool, llm.IntentTool) else ""


@callback
def async_meant_call(
    hass: HomeAssistant,
    intent_type: str,
    name: object,
    arguments: Mapping[str, Any],
    *,
    said: UserWords,
    is_written: bool,
) -> tuple[str, dict[str, Any]] | None:
    """Return the intent that is meant by that of a call, with its arguments.

    None if the call means what it says. `name` is that of an entity as Home Assistant
    finds it, `arguments` are as the model gave them. `is_written` tells whether the
    call stood in the text.
    """
    if intent_type not in _MISTAKEN:
        return None
    is_named = isinstance(name, str) and bool(name)
    domain = _domain_of(hass, str(name)) if is_named else _given_domain(arguments)
    if domain is None:
        return None
    target = (
        {"name": name}
        if is_named
        else {slot: arguments[slot] for slot in _PLACES if slot in arguments}
    )
    if is_written and (
        switching := meant_switching(
            intent_type, arguments, domain, said, str(name or "")
        )
    ):
        return switching, target
    if not is_named:
        return None
    if is_written and (
        quantity := _said_quantity(intent_type, arguments, domain, said)
    ):
        return quantity[0], {**arguments, **target, **quantity[1]}
    for meant in _MEANT.get((intent_type, domain), ()):
        if meant.fits(arguments, said, is_written=is_written):
            return meant.intent_type, target | meant.given(arguments)
    if intent_type not in _SWITCHING or not is_written:
        return None
    is_on = intent_type == intent.INTENT_TURN_ON
    found = call_with_quantity(arguments, domain, said, is_on=is_on)
    return (found[0], target | found[1]) if found else None


def _said_quantity(
    intent_type: str, arguments: Mapping[str, Any], domain: str, said: UserWords
) -> tuple[str, dict[str, Any]] | None:
    """Return the intent that sets the value that the user said, if a call does not."""
    if (value := said_quantity(domain, said)) is None:
        return None
    setting, parameter = QUANTITIES[domain]
    if intent_type == setting:
        is_meant = arguments.get(parameter) != value
    else:
        # Setting a temperature turns nothing on.
        is_meant = intent_type in _SWITCHING and not (
            domain == CLIMATE_DOMAIN and said_switching(domain, said)
        )
    return (setting, {parameter: value}) if is_meant else None


def _given_domain(arguments: Mapping[str, Any]) -> str | None:
    """Return the domain that a call without a name is for, None if there are several.

    It is empty if the call is for all of a place.
    """
    match arguments.get("domain"):
        case str(domain) | [str(domain)]:
            return domain
        case None | []:
            return ""
    return None


def _domain_of(hass: HomeAssistant, name: str) -> str | None:
    """Return the domain of all entities that have a name, None if there are several."""
    constraints = intent.MatchTargetsConstraints(
        name=name, assistant=conversation.DOMAIN, allow_duplicate_names=True
    )
    found = intent.async_match_targets(hass, constraints)
    domains = {state.domain for state in found.states}
    return domains.pop() if len(domains) == 1 else None
