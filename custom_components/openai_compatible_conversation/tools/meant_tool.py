"""The tool that is meant where small models take one for another.

A model of one to two billion parameters turns a lock off to lock it, pauses a timer
that is a radio, and sets the position of a fan. Told so, it gives up or does it again.
What it means is plain from what it names and from what the user said, so that is
called.

Only what can do no harm is called instead.
"""

from collections.abc import Mapping
import re
from typing import Any

from homeassistant.components import conversation
from homeassistant.components.fan import DOMAIN as FAN_DOMAIN
from homeassistant.components.light import DOMAIN as LIGHT_DOMAIN
from homeassistant.components.lock import DOMAIN as LOCK_DOMAIN
from homeassistant.components.media_player import DOMAIN as MEDIA_PLAYER_DOMAIN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import intent, llm

from .user_words import UserWords

_LOCK = re.compile(
    r"\b(?:lock|schlie|sperr|abschlie|absperr|zuschlie|zusperr|verrieg|verschlie"
    r"|verrouill|ferm|cierr|bloque|sluit|vergrendel|afsluit)",
    re.IGNORECASE,
)
_UNLOCK = re.compile(
    r"\b(?:un|ent|auf|dé|des|de|ont)\s*(?:lock|sperr|rieg|schlie|schloss|verrouill"
    r"|bloque|grendel)|\b(?:open|öffn|oeffn|ouvr|abr|abier"
    r"|(?:schlie|sperr)\w*\b.*\bauf\b)",
    re.IGNORECASE,
)
"""Words for locking and unlocking in English, German, French, Spanish and Dutch."""


type _Meant = tuple[str, Mapping[str, str]]
"""The intent that is meant, and the names of its quantities by those of the other."""

_LOCKED: _Meant = (intent.INTENT_TURN_ON, {})
_PAUSED: _Meant = ("HassMediaPause", {})
_RESUMED: _Meant = ("HassMediaUnpause", {})
_SPEED = "HassFanSetSpeed"
_VOLUME = "HassSetVolume"

_MEANT: Mapping[tuple[str, str], _Meant] = {
    (intent.INTENT_TURN_OFF, LOCK_DOMAIN): _LOCKED,
    (intent.INTENT_PAUSE_TIMER, MEDIA_PLAYER_DOMAIN): _PAUSED,
    (intent.INTENT_UNPAUSE_TIMER, MEDIA_PLAYER_DOMAIN): _RESUMED,
    (intent.INTENT_SET_POSITION, FAN_DOMAIN): (_SPEED, {"position": "percentage"}),
    (intent.INTENT_SET_POSITION, LIGHT_DOMAIN): (
        "HassLightSet",
        {"position": "brightness"},
    ),
    (intent.INTENT_SET_POSITION, MEDIA_PLAYER_DOMAIN): (
        _VOLUME,
        {"position": "volume_level"},
    ),
    ("HassLightSet", FAN_DOMAIN): (_SPEED, {"brightness": "percentage"}),
    ("HassLightSet", MEDIA_PLAYER_DOMAIN): (_VOLUME, {"brightness": "volume_level"}),
}
"""What is meant by an intent for an entity of a domain that it cannot be for."""


@callback
def async_meant_call(
    hass: HomeAssistant,
    tool: llm.Tool,
    arguments: Mapping[str, Any],
    said: UserWords,
) -> tuple[str, dict[str, Any]] | None:
    """Return the intent that is meant by a call, with its arguments.

    None if the call means what it says. The arguments are brought to the schema.
    """
    while isinstance(tool, llm.NamespacedTool):
        tool = tool.tool
    name = arguments.get("name")
    if not isinstance(tool, llm.IntentTool) or not isinstance(name, str):
        return None
    if not any(intent_type == tool.intent_type for intent_type, _ in _MEANT):
        return None
    constraints = intent.MatchTargetsConstraints(
        name=name, assistant=conversation.DOMAIN, allow_duplicate_names=True
    )
    found = intent.async_match_targets(hass, constraints)
    domains = {state.domain for state in found.states}
    meant = None
    if len(domains) == 1:
        meant = _MEANT.get((tool.intent_type, domains.pop()))
    if meant is None or (meant is _LOCKED and not _is_to_lock(said)):
        return None
    intent_type, quantities = meant
    if not quantities.keys() <= arguments.keys():
        return None
    return intent_type, {
        "name": name,
        **{other: arguments[own] for own, other in quantities.items()},
    }


def _is_to_lock(said: UserWords) -> bool:
    """Return whether the user asked to lock, and not to unlock."""
    return said.match(_LOCK) and not said.match(_UNLOCK)
