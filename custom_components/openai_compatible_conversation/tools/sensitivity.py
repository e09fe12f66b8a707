"""Which calls can do harm: those that unlock, open a way in, disarm or destroy.

Decision records: docs/decisions/0010-words-are-not-commands.md and
docs/decisions/0027-a-yes-before-it-is-done.md.
"""

from collections.abc import Iterator, Mapping
import re
from typing import Any

from homeassistant.components.alarm_control_panel import DOMAIN as ALARM_DOMAIN
from homeassistant.components.cover import DOMAIN as COVER_DOMAIN, CoverDeviceClass
from homeassistant.components.lock import DOMAIN as LOCK_DOMAIN
from homeassistant.components.script import DOMAIN as SCRIPT_DOMAIN
from homeassistant.const import ATTR_DEVICE_CLASS, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import intent, llm

from ..confirmation.wording import Harm, HarmKind, described
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
    """Return whether a call unlocks, opens a door, gate or garage, disarms or destroys."""
    return bool(harms_of(hass, tool, arguments, llm_context))


def harms_of(
    hass: HomeAssistant,
    tool: llm.Tool,
    arguments: Mapping[str, Any],
    llm_context: llm.LLMContext,
) -> tuple[Harm, ...]:
    """Return what a call unlocks, opens, disarms or destroys.

    An intent or a script is judged by the entities that it would reach, not by its
    annotations: those of an intent are the same for a lamp and a lock, and to remove
    an item from a list destroys nothing that matters. Any other tool is judged by its
    annotations. A tool that declares none is not taken for destructive, nor is one
    that only reads: what that says about destruction is a default without a meaning.
    """
    by_itself = (Harm("other", described(title_of(tool), arguments)),)
    if _BY_NAME.search(tool.name):
        return by_itself
    tool = _unwrapped(tool)
    if isinstance(tool, llm.IntentTool):
        if tool.intent_type not in _UNLOCKING | _OPENING or _closes(tool, arguments):
            return ()
        return tuple(
            harm
            for state in _targets(hass, arguments, llm_context)
            for harm in _harms_to(hass, state, tool.intent_type)
        )
    if isinstance(tool, llm.ActionTool) and tool.integration == SCRIPT_DOMAIN:
        entity_id = f"{SCRIPT_DOMAIN}.{tool.name.removeprefix(f'{SCRIPT_DOMAIN}__')}"
        script = hass.states.get(entity_id) or State(entity_id, STATE_UNKNOWN)
        if harms := tuple(_harms_to(hass, script, intent.INTENT_TURN_ON)):
            return harms
    annotations = tool.annotations
    is_destructive = (
        annotations.destructive
        and not annotations.read_only
        and annotations != _UNDECLARED
    )
    return by_itself if is_destructive else ()


def harms_in(
    hass: HomeAssistant,
    tool: llm.Tool,
    given: Mapping[str, Any],
    repaired: Mapping[str, Any],
    llm_context: llm.LLMContext,
) -> tuple[Harm, ...]:
    """Return what a call can do, with its arguments as given and as they are run.

    A command that is carried out later may do anything.
    """
    if _has_command(tool, repaired):
        return (Harm("other", described(title_of(tool), repaired)),)
    return harms_of(hass, tool, repaired, llm_context) or harms_of(
        hass, tool, given, llm_context
    )


def title_of(tool: llm.Tool) -> str:
    """Return what a person reads of a tool."""
    return tool.title or tool.name.rpartition("__")[2].replace("_", " ")


def _has_command(tool: llm.Tool, arguments: Mapping[str, Any]) -> bool:
    """Return whether a call, as it is run, has a command that is carried out later."""
    return isinstance(_unwrapped(tool), llm.IntentTool) and bool(
        arguments.get(_COMMAND)
    )


def _unwrapped(tool: llm.Tool) -> llm.Tool:
    """Return a tool without the namespaces in front of its name."""
    while isinstance(tool, llm.NamespacedTool):
        tool = tool.tool
    return tool


def _closes(tool: llm.IntentTool, arguments: Mapping[str, Any]) -> bool:
    """Return whether a call closes what it sets the position of."""
    if tool.intent_type != intent.INTENT_SET_POSITION:
        return False
    position = arguments.get("position")
    return not isinstance(position, bool) and position in (0, "0")


def _harms_to(hass: HomeAssistant, target: State, intent_type: str) -> Iterator[Harm]:
    """Yield what an intent for an entity unlocks or opens, also through others.

    What a script or scene does with a lock, a door or an alarm is not known.
    """
    starts = intent_type in _STARTING
    reached: dict[HarmKind, list[str]] = {}
    for state, is_started in reached_entities(hass, target.entity_id, starts=starts):
        kind: HarmKind | None = _kind_of(intent_type, state)
        if is_started:
            kind = "other" if _is_guarded(state) else None
        if kind:
            through = state.entity_id != target.entity_id
            reached.setdefault(kind, []).extend([state.name] if through else [])
    for kind, names in reached.items():
        subject = f"{target.name} ({', '.join(names)})" if names else target.name
        yield Harm(kind, subject)


def _is_guarded(state: State) -> bool:
    """Return whether an entity is a lock, an alarm, or a cover that is a way in."""
    return state.domain in (LOCK_DOMAIN, ALARM_DOMAIN) or _is_way_in(state)


def _kind_of(intent_type: str, state: State) -> HarmKind | None:
    """Return whether an intent unlocks an entity, or opens a way in, None if neither."""
    if state.domain == LOCK_DOMAIN:
        return "unlock" if intent_type in _UNLOCKING else None
    return "open" if intent_type in _OPENING and _is_way_in(state) else None


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
