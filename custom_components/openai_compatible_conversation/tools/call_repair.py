"""Tool calls with sloppy arguments, made such that they can be run.

First the arguments are brought to the schema of their tool, then the target of an
intent to what is exposed. The model is told what was changed.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

import probatio

from homeassistant.components.intent.const import TIMER_DATA
from homeassistant.components.intent.timers import TimerManager
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import llm
from homeassistant.helpers.json import json_dumps
from homeassistant.util import dt as dt_util

from .argument_repair import repair
from .blank_values import is_blank
from .exposed_targets import async_exposed_targets, async_readable_targets
from .intent_values import repair_values
from .reading_target import repair_reading_target
from .repair_notes import NOTE, listed
from .target_repair import repair_target
from .timer_arguments import repair_timer
from .user_words import EVERYTHING_SAID, UserWords

_TARGETS = ("name", "area", "floor")


@dataclass(frozen=True, slots=True)
class RepairedCall:
    """The arguments to run a tool with.

    If there is a question, it is the error text for the model instead.
    """

    arguments: dict[str, Any]
    notes: tuple[str, ...] = ()
    question: str | None = None


@callback
def async_repair_call(
    hass: HomeAssistant,
    tool: llm.Tool,
    arguments: Mapping[str, Any],
    schema: Mapping[str, Any],
    llm_context: llm.LLMContext,
    *,
    said: UserWords = EVERYTHING_SAID,
) -> RepairedCall:
    """Return a call with arguments that its tool understands.

    `schema` is the `parameters` object of the function definition, `said` what the
    user said.
    """
    while isinstance(tool, llm.NamespacedTool):
        tool = tool.tool
    # Function definitions do not tell whether a tool takes other arguments, too.
    is_open = getattr(tool.parameters, "extra", None) == probatio.ALLOW_EXTRA
    repaired = repair(arguments, {**schema, "additionalProperties": is_open})
    if readable := async_readable_targets(hass, tool, llm_context):
        found = repair_reading_target(repaired.arguments, readable, schema, said)
        return RepairedCall(found.slots, (*repaired.notes, *found.notes))
    if not isinstance(tool, llm.IntentTool):
        return RepairedCall(repaired.arguments, repaired.notes)
    values = repair_values(repaired.arguments, schema)
    notes = (*repaired.notes, *values.notes)
    targets = async_exposed_targets(hass, tool, llm_context)
    if targets is None:
        timer = repair_timer(
            tool.intent_type,
            values.arguments,
            said,
            now=dt_util.now(),
            running=_names_of_timers(hass),
        )
        return RepairedCall(timer.arguments, (*notes, *timer.notes))
    if repaired.dropped and all(is_blank(values.arguments.get(s)) for s in _TARGETS):
        # What is left would reach everything of its kind.
        return RepairedCall(
            dict(arguments),
            question=f"There is no parameter {listed(repaired.dropped)}. Nothing was "
            "done. Call again with the name or the area that is meant.",
        )
    target = repair_target(
        values.arguments,
        targets,
        schema,
        said,
        has_lost_name=bool(repaired.dropped) or "name" in repaired.empty,
    )
    return RepairedCall(target.slots, (*notes, *target.notes), question=target.question)


def _names_of_timers(hass: HomeAssistant) -> list[str | None]:
    """Return the names of the timers that an intent can find, None for one without."""
    manager: TimerManager | None = hass.data.get(TIMER_DATA)
    timers = manager.timers.values() if manager else ()
    # Home Assistant's intents do not find delayed commands.
    return [timer.name for timer in timers if not timer.conversation_command]


def as_called(call: RepairedCall) -> list[str]:
    """Return what to tell the model of a repaired call, nothing if it was not changed.

    The arguments come first: small models take a note that begins with what was left
    out for a failure.
    """
    if not call.notes:
        return []
    return [f"called with {json_dumps(call.arguments)} ({'; '.join(call.notes)})"]


def with_notes(result: llm.ToolResult, notes: Sequence[str]) -> llm.ToolResult:
    """Return a tool result with notes for the model."""
    if not notes or not isinstance(result.data, dict):
        return result
    # A copy keeps the class and the response of an `IntentResponseDict`.
    data = copy(result.data)
    told = [str(data[NOTE])] if data.get(NOTE) else []
    data[NOTE] = " ".join((*told, "; ".join(notes)))
    return replace(result, data=data)
