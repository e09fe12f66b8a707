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
from homeassistant.components.cover import DOMAIN as COVER_DOMAIN
from homeassistant.components.fan import DOMAIN as FAN_DOMAIN
from homeassistant.components.light import DOMAIN as LIGHT_DOMAIN
from homeassistant.components.lock import DOMAIN as LOCK_DOMAIN
from homeassistant.components.media_player import DOMAIN as MEDIA_PLAYER_DOMAIN
from homeassistant.components.todo import DOMAIN as TODO_DOMAIN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import intent, llm

from .blank_values import is_blank
from .exposed_targets import async_exposed_entities
from .invented_tool import call_with_quantity, invented_call, target_of
from .meant_words import (
    ADD,
    CODE,
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
from .named_entities import named_entities
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
    if not isinstance(name, str):
        return None
    if not any(intent_type == known for known, _ in _MEANT):
        return None
    if (domain := _domain_of(hass, name)) is None:
        return None
    for meant in _MEANT.get((intent_type, domain), ()):
        if meant.fits(arguments, said, is_written=is_written):
            return meant.intent_type, {"name": name, **meant.given(arguments)}
    if intent_type not in _SWITCHING or not is_written:
        return None
    is_on = intent_type == intent.INTENT_TURN_ON
    found = call_with_quantity(arguments, domain, said, is_on=is_on)
    return (found[0], {"name": name, **found[1]}) if found else None


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
    target = target_of(arguments)
    found = [entity for entity in exposed if target and entity.is_named(target)]
    if not found:
        # A call without a name is for what the user named.
        text = target or said.last
        found = [one.entity for one in named_entities(text, exposed) if one.by_name]
    if len(found) != 1:
        return None
    meant = invented_call(tool, arguments, found[0].domain, said)
    return (meant[0], {"name": found[0].label, **meant[1]}) if meant else None


def _domain_of(hass: HomeAssistant, name: str) -> str | None:
    """Return the domain of all entities that have a name, None if there are several."""
    constraints = intent.MatchTargetsConstraints(
        name=name, assistant=conversation.DOMAIN, allow_duplicate_names=True
    )
    found = intent.async_match_targets(hass, constraints)
    domains = {state.domain for state in found.states}
    return domains.pop() if len(domains) == 1 else None
