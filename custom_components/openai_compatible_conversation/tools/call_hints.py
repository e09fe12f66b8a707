"""What a call was probably meant for, where small models take one tool for another.

A model of one to two billion parameters gives up on an error, but makes a call that it
is told to make. The hint names neither arguments nor their values: a call written as
text would be taken for a quotation of it.
"""

import re

from homeassistant.components import conversation
from homeassistant.components.lock import DOMAIN as LOCK_DOMAIN
from homeassistant.components.media_player import DOMAIN as MEDIA_PLAYER_DOMAIN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import intent, llm

from ..speech.tool_names import ToolNames
from .user_words import UserWords

_LIKE_TIMERS = {
    intent.INTENT_PAUSE_TIMER: ("HassMediaPause", "pause"),
    intent.INTENT_UNPAUSE_TIMER: ("HassMediaUnpause", "resume"),
}
"""Intents for what plays, and what they do, by the intents for timers like them."""


_UNLOCK = re.compile(
    r"\b(?:un|ent|auf|dé|des|de|ont)\s*(?:lock|sperr|rieg|schlie|schloss|verrouill"
    r"|bloque|grendel)|\b(?:open|öffn|oeffn|ouvr|abr|abier|let\b.*\bin\b"
    r"|(?:schlie|sperr)\w*\b.*\bauf\b)",
    re.IGNORECASE,
)
"""Words for unlocking, in the languages in which locking is told apart from it."""


@callback
def async_lock_hint(
    hass: HomeAssistant,
    tool: llm.Tool,
    call: llm.ToolInput,
    names: ToolNames,
    said: UserWords,
) -> str | None:
    """Return how to lock a lock, for a refused call that would have unlocked it.

    None if the user seems to have asked for just that.
    """
    if (
        _intent_type(tool) == intent.INTENT_TURN_OFF
        and (other := names.resolve(intent.INTENT_TURN_ON))
        and said.are_known
        and not said.match(_UNLOCK)
        and _is_one(hass, call, LOCK_DOMAIN)
    ):
        return (
            f"Nothing was done yet: {call.tool_name} unlocks. Call {other} to lock it."
        )
    return None


@callback
def async_media_hint(
    hass: HomeAssistant, tool: llm.Tool, call: llm.ToolInput, names: ToolNames
) -> str | None:
    """Return what to call for a media player that was taken for a timer."""
    if (
        (like := _LIKE_TIMERS.get(_intent_type(tool) or ""))
        and (other := names.resolve(like[0]))
        and _is_one(hass, call, MEDIA_PLAYER_DOMAIN)
    ):
        name = call.tool_args["name"]
        return f"{name} is a media player. Call {other} to {like[1]} it."
    return None


def _intent_type(tool: llm.Tool) -> str | None:
    """Return the intent of a tool, None if it has none."""
    while isinstance(tool, llm.NamespacedTool):
        tool = tool.tool
    return tool.intent_type if isinstance(tool, llm.IntentTool) else None


def _is_one(hass: HomeAssistant, call: llm.ToolInput, domain: str) -> bool:
    """Return whether a call names an exposed entity of a domain."""
    name = call.tool_args.get("name")
    if not isinstance(name, str):
        return False
    constraints = intent.MatchTargetsConstraints(
        name=name,
        domains={domain},
        assistant=conversation.DOMAIN,
        allow_duplicate_names=True,
    )
    return intent.async_match_targets(hass, constraints).is_match
