"""Which calls can do harm: those that unlock, open a way in, disarm or destroy.

Decision record: docs/decisions/0010-words-are-not-commands.md.
"""

from collections.abc import Mapping
import re
from typing import Any

from homeassistant.components.alarm_control_panel import DOMAIN as ALARM_DOMAIN
from homeassistant.components.cover import DOMAIN as COVER_DOMAIN, CoverDeviceClass
from homeassistant.components.lock import DOMAIN as LOCK_DOMAIN
from homeassistant.components.script import DOMAIN as SCRIPT_DOMAIN
from homeassistant.const import ATTR_DEVICE_CLASS
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import intent, llm

from .reached_entities import reached_entities

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
_STARTING = frozenset({intent.INTENT_TURN_ON, intent.INTENT_TOGGLE})
_WAYS_IN = frozenset(
    {CoverDeviceClass.DOOR, CoverDeviceClass.GARAGE, CoverDeviceClass.GATE}
)
_COMMAND = "conversation_command"
_UNDECLARED = llm.ToolAnnotations()


def is_sensitive(
    hass: HomeAssistant,
    tool: llm.Tool,
    arguments: Mapping[str, Any],
    llm_context: llm.LLMContext,
) -> bool:
    """Return whether a call unlocks, opens a door, gate or garage, disarms or destroys.

    An intent or a script is judged by the entities that it would reach, not by its
    annotations: those of an intent are the same for a lamp and a lock, and to remove
    an item from a list destroys nothing that matters. Any other tool is judged by its
    annotations. A tool that declares none is not taken for destructive, nor is one
    that only reads: what that says about destruction is a default without a meaning.
    """
    if _BY_NAME.search(tool.name):
        return True
    tool = _unwrapped(tool)
    if isinstance(tool, llm.IntentTool):
        return tool.intent_type in _UNLOCKING | _OPENING and any(
            _reaches_harm(hass, state.entity_id, tool.intent_type)
            for state in _targets(hass, arguments, llm_context)
        )
    if isinstance(tool, llm.ActionTool) and tool.integration == SCRIPT_DOMAIN:
        entity_id = f"{SCRIPT_DOMAIN}.{tool.name.removeprefix(f'{SCRIPT_DOMAIN}__')}"
        if _reaches_harm(hass, entity_id, intent.INTENT_TURN_ON):
            return True
    annotations = tool.annotations
    return (
        annotations.destructive
        and not annotations.read_only
        and annotations != _UNDECLARED
    )


def has_command(tool: llm.Tool, arguments: Mapping[str, Any]) -> bool:
    """Return whether a call, as it is run, has a command that is carried out later."""
    return isinstance(_unwrapped(tool), llm.IntentTool) and bool(
        arguments.get(_COMMAND)
    )


def _unwrapped(tool: llm.Tool) -> llm.Tool:
    """Return a tool without the namespaces in front of its name."""
    while isinstance(tool, llm.NamespacedTool):
        tool = tool.tool
    return tool


def _reaches_harm(hass: HomeAssistant, entity_id: str, intent_type: str) -> bool:
    """Return whether an intent for an entity unlocks or opens what the entity reaches.

    What a script or scene does with a lock, a door or an alarm is not known.
    """
    starts = intent_type in _STARTING
    return any(
        _is_guarded(state) if is_started else _is_harmful(intent_type, state)
        for state, is_started in reached_entities(hass, entity_id, starts=starts)
    )


def _is_guarded(state: State) -> bool:
    """Return whether an entity is a lock, an alarm, or a cover that is a way in."""
    return state.domain in (LOCK_DOMAIN, ALARM_DOMAIN) or _is_way_in(state)


def _is_harmful(intent_type: str, state: State) -> bool:
    """Return whether an intent unlocks an entity, or opens a way in."""
    if state.domain == LOCK_DOMAIN:
        return intent_type in _UNLOCKING
    return intent_type in _OPENING and _is_way_in(state)


def _is_way_in(state: State) -> bool:
    """Return whether an entity is a cover that lets people in."""
    return (
        state.domain == COVER_DOMAIN
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
