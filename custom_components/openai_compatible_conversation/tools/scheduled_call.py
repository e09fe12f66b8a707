"""The call that is to be made later, as a model gives it, checked as if it were made now.

Decision record: docs/decisions/0024-an-action-for-later.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
import json
from typing import Any

import probatio

from homeassistant.components import conversation
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import intent, llm
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..schedule.later_words import asks_for_repetition
from ..schedule.scheduled_action import ScheduledAction, ScheduleError
from ..schedule.times import time_of
from .blank_values import is_blank
from .call_repair import RepairedCall
from .exposed_targets import async_exposed_targets

SCHEDULE = "schedule_action"

OPTIONS = ("tool", "arguments", "in_minutes", "at")
"""The parameters of the tool that schedules a call."""


_REPETITIONS = frozenset(
    {
        *("cron", "daily", "days", "every", "frequency", "interval", "recurrence"),
        *("recurring", "repeat", "repeats", "rrule", "schedule", "weekdays"),
    }
)
"""What models call a parameter with which they would repeat something."""

_ONCE = (
    "Nothing was scheduled: an action is done once, and cannot be repeated. What is to "
    "be repeated is an automation, which the user can create in Home Assistant under "
    "Settings, Automations. Tell them so."
)


@dataclass(frozen=True, slots=True)
class ScheduledCall:
    """A call for later: the tool that is meant, and the arguments that it understands."""

    tool: llm.Tool
    given: Mapping[str, Any]
    """The arguments as the model gave them."""
    repaired: RepairedCall


def named_call(args: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the name of the tool in the arguments of `schedule_action`, and its own.

    Small models write its arguments as JSON in a text, or beside the others instead of
    in an object. Raises `ScheduleError` if they cannot be understood.
    """
    name, given = args.get("tool"), args.get("arguments")
    if not isinstance(name, str) or not name.strip():
        raise ScheduleError("no_tool", "tool must be the name of a tool.")
    if isinstance(given, str) and given.strip():
        try:
            given = json.loads(given)
        except (ValueError, RecursionError) as err:
            raise ScheduleError(
                "bad_arguments", "arguments must be an object, not a text."
            ) from err
    if is_blank(given):
        given = {key: value for key, value in args.items() if key not in OPTIONS}
    if not isinstance(given, dict):
        raise ScheduleError("bad_arguments", "arguments must be an object.")
    return name.strip(), given


def check_once(args: Mapping[str, Any], said: str, language: str | None) -> None:
    """Check that something is to be done once only. Raises `ScheduleError`."""
    # Without an object of their own, the arguments of the tool stand beside the others.
    beside = () if is_blank(args.get("arguments")) else args.keys() - {*OPTIONS}
    wanted = [args[key] for key in beside if key.casefold() in _REPETITIONS]
    if asks_for_repetition(said, language) or any(
        value is not False and not is_blank(value) for value in wanted
    ):
        raise ScheduleError("repeated", _ONCE)


def requested_time(args: Mapping[str, Any]) -> datetime:
    """Return the time in UTC that is asked for. Raises `ScheduleError`."""
    given = {
        key: None if is_blank(args.get(key)) else args[key]
        for key in ("in_minutes", "at")
    }
    if given["at"] is not None and given["in_minutes"] in (0, "0"):
        # Small models fill in what they leave out.
        given["in_minutes"] = None
    return time_of(given["in_minutes"], given["at"], dt_util.now())


def check_call(
    hass: HomeAssistant,
    call: ScheduledCall,
    parameters: Mapping[str, Any],
    llm_context: llm.LLMContext,
) -> None:
    """Check the arguments of a call as its tool would now.

    `parameters` is the schema that the model knows. Raises `ScheduleError`.
    """
    if call.repaired.question:
        raise ScheduleError("bad_arguments", call.repaired.question)
    arguments = {
        key: value
        for key, value in call.repaired.arguments.items()
        if not is_blank(value)
    }
    tool = unwrapped(call.tool)
    # If nothing is known of what a tool takes, only it can tell.
    if parameters.get("properties"):
        try:
            tool.parameters(arguments)
        except probatio.Invalid as err:
            raise ScheduleError("bad_arguments", f"{call.tool.name}: {err}") from err
    if isinstance(tool, llm.IntentTool) and not _is_target_there(
        hass, tool, arguments, llm_context
    ):
        raise ScheduleError(
            "bad_arguments",
            "Nothing that is exposed fits these arguments, so nothing is scheduled.",
        )


def schedule_context(action: ScheduledAction, context: Context) -> llm.LLMContext:
    """Return the context in which a scheduled call is made."""
    return llm.LLMContext(
        platform=DOMAIN,
        context=context,
        language=action.language,
        assistant=conversation.DOMAIN,
        device_id=action.device_id,
    )


def unwrapped(tool: llm.Tool) -> llm.Tool:
    """Return a tool without the namespaces in front of its name."""
    while isinstance(tool, llm.NamespacedTool):
        tool = tool.tool
    return tool


def _is_target_there(
    hass: HomeAssistant,
    tool: llm.IntentTool,
    arguments: Mapping[str, Any],
    llm_context: llm.LLMContext,
) -> bool:
    """Return whether an intent would find something, as far as that can be told."""
    targets = async_exposed_targets(hass, tool, llm_context)
    if targets is None:
        return True
    name = arguments.get("name")
    found = intent.async_match_targets(
        hass,
        intent.MatchTargetsConstraints(
            name=None if name == "all" else name,
            area_name=arguments.get("area"),
            floor_name=arguments.get("floor"),
            domains=_listed(arguments.get("domain")),
            device_classes=_listed(arguments.get("device_class")),
            assistant=llm_context.assistant,
            allow_duplicate_names=True,
        ),
        llm.async_get_match_preferences(hass, llm_context),
    )
    able = {entity.entity_id for entity in targets.entities}
    return any(state.entity_id in able for state in found.states)


def _listed(value: object) -> set[str] | None:
    """Return an argument that is one text or several, None if there is none."""
    values = value if isinstance(value, list) else [value]
    return {text for text in values if isinstance(text, str)} or None
