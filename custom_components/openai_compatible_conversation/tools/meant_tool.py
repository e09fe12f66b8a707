"""The tool that is meant where small models take one for another.

A model of one to two billion parameters turns a lock off to lock it, and pauses a timer
that is a radio. Told so, it gives up or does it again. What it means is plain from what
it names and from what the user said, so that is called.

Only what can do no harm is called instead: to lock, to pause and to resume.
"""

from collections.abc import Callable
from dataclasses import dataclass
import re

from homeassistant.components import conversation
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


@dataclass(frozen=True, slots=True)
class _Confusion:
    """An intent that is taken for another one by what its name stands for."""

    meant: str
    domain: str
    is_meant: Callable[[UserWords], bool]


def _is_to_lock(said: UserWords) -> bool:
    """Return whether the user asked to lock, and not to unlock."""
    return said.match(_LOCK) and not said.match(_UNLOCK)


def _is_any(_said: UserWords) -> bool:
    """Return that it is clear whatever the user said."""
    return True


_CONFUSIONS = {
    intent.INTENT_TURN_OFF: _Confusion(intent.INTENT_TURN_ON, LOCK_DOMAIN, _is_to_lock),
    intent.INTENT_PAUSE_TIMER: _Confusion(
        "HassMediaPause", MEDIA_PLAYER_DOMAIN, _is_any
    ),
    intent.INTENT_UNPAUSE_TIMER: _Confusion(
        "HassMediaUnpause", MEDIA_PLAYER_DOMAIN, _is_any
    ),
}
"""The intents that are taken for others."""


@callback
def async_meant_intent(
    hass: HomeAssistant, tool: llm.Tool, name: object, said: UserWords
) -> str | None:
    """Return the intent that is meant by a call of a tool, None if it is its own.

    `name` is the argument that names an entity.
    """
    while isinstance(tool, llm.NamespacedTool):
        tool = tool.tool
    if not isinstance(tool, llm.IntentTool) or not isinstance(name, str):
        return None
    confusion = _CONFUSIONS.get(tool.intent_type)
    if confusion is None or not confusion.is_meant(said):
        return None
    found = intent.async_match_targets(
        hass,
        intent.MatchTargetsConstraints(
            name=name,
            assistant=conversation.DOMAIN,
            allow_duplicate_names=True,
        ),
    )
    domains = {state.domain for state in found.states}
    return confusion.meant if domains == {confusion.domain} else None
