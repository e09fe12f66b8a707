"""Which calls can do harm: those that unlock, open a way in, disarm or destroy.

Decision record: docs/decisions/0010-words-are-not-commands.md.
"""

from collections.abc import Mapping
import re
from typing import Any

from homeassistant.components.cover import DOMAIN as COVER_DOMAIN, CoverDeviceClass
from homeassistant.components.lock import DOMAIN as LOCK_DOMAIN
from homeassistant.const import ATTR_DEVICE_CLASS
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import intent, llm

_BY_NAME = re.compile(r"unlock|disarm", re.IGNORECASE)
_UNLOCKING = frozenset({intent.INTENT_TURN_OFF, intent.INTENT_TOGGLE})
_OPENING = frozenset(
    {
        intent.INTENT_TURN_ON,
        intent.INTENT_TOGGLE,
        intent.INTENT_SET_POSITION,
        "HassOpenCover",
    }
)
_WAYS_IN = frozenset({CoverDeviceClass.GARAGE, CoverDeviceClass.GATE})


def is_sensitive(
    hass: HomeAssistant,
    tool: llm.Tool,
    arguments: Mapping[str, Any],
    llm_context: llm.LLMContext,
) -> bool:
    """Return whether a call unlocks, opens a gate or garage door, disarms or destroys.

    An intent is judged by the entities that it would reach: Home Assistant annotates
    all its intents alike. Any other tool is judged by its annotations. A tool that
    declares none is not taken for destructive.
    """
    if _BY_NAME.search(tool.name):
        return True
    while isinstance(tool, llm.NamespacedTool):
        tool = tool.tool
    if not isinstance(tool, llm.IntentTool):
        return tool.annotations.destructive and tool.annotations != _UNDECLARED
    if tool.intent_type not in _UNLOCKING | _OPENING:
        return False
    return any(
        _is_harmful(tool.intent_type, state)
        for state in _targets(hass, arguments, llm_context)
    )


_UNDECLARED = llm.ToolAnnotations()


def _is_harmful(intent_type: str, state: State) -> bool:
    """Return whether an intent unlocks an entity, or opens a gate or garage door."""
    if state.domain == LOCK_DOMAIN:
        return intent_type in _UNLOCKING
    return (
        state.domain == COVER_DOMAIN
        and intent_type in _OPENING
        and state.attributes.get(ATTR_DEVICE_CLASS) in _WAYS_IN
    )


def _targets(
    hass: HomeAssistant, arguments: Mapping[str, Any], llm_context: llm.LLMContext
) -> list[State]:
    """Return the exposed entities that a call may reach, duplicate names included."""
    name = _text(arguments.get("name"))
    found = intent.async_match_targets(
        hass,
        intent.MatchTargetsConstraints(
            # To Home Assistant "all" names no entity.
            name=None if name == "all" else name,
            area_name=_text(arguments.get("area")),
            floor_name=_text(arguments.get("floor")),
            domains=_texts(arguments.get("domain")),
            device_classes=_texts(arguments.get("device_class")),
            assistant=llm_context.assistant,
            allow_duplicate_names=True,
        ),
        llm.async_get_match_preferences(hass, llm_context),
    )
    return found.states


def _text(value: object) -> str | None:
    """Return an argument that is a text with something in it."""
    return value if isinstance(value, str) and value.strip() else None


def _texts(value: object) -> set[str] | None:
    """Return an argument that is one text or several, None if there is none."""
    values = value if isinstance(value, list) else [value]
    return {text for one in values if (text := _text(one))} or None
