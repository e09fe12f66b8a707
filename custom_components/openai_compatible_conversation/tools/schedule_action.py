"""The tool `schedule_action`, with which the model calls another tool later.

Decision record: docs/decisions/0024-an-action-for-later.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

import probatio

from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm

from ..schedule.schedule_store import ScheduleStore
from ..schedule.scheduled_action import (
    ScheduledAction,
    ScheduleError,
    checked_arguments,
)
from .call_repair import as_called, with_notes
from .call_resolver import CallResolver
from .fact_tool import FORGET, LEARN, QUERY, FactSource
from .outcome import subject_of
from .query_tools import QUERY_TOOLS
from .schedule_tool import SCHEDULE_TOOLS, ScheduleTool, scheduled_result, user_id_of
from .scheduled_call import (
    SCHEDULE,
    ScheduledCall,
    check_call,
    check_once,
    requested_time,
)
from .schema import wire_name
from .sensitivity import is_sensitive
from .turn_questions import CONFIRM

_NOT_FOR_LATER = frozenset(
    {*SCHEDULE_TOOLS, QUERY_TOOLS, LEARN, QUERY, FORGET, CONFIRM}
)
"""The tools that are not called later: what comes of them is for the turn."""


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A call that can be scheduled, and its time in UTC."""

    call: ScheduledCall
    arguments: dict[str, Any]
    at: datetime


class ScheduleAction(ScheduleTool):
    """Tool that schedules a call of another tool."""

    name = SCHEDULE
    title = "Do later"
    description = (
        "Calls another tool later instead of now, once: 'turn it off in 20 minutes', "
        "'wake me at seven with the radio', 'not now, tonight'. "
        "Give in_minutes or at. What is to be repeated needs an automation instead."
    )
    parameters = probatio.Schema(
        {
            probatio.Required("tool", description="The name of that tool."): str,
            probatio.Required("arguments", description="The arguments of it."): dict,
            probatio.Optional("in_minutes"): float,
            probatio.Optional(
                "at", description="Local time, as 2026-01-31T07:00 or 07:00."
            ): str,
        }
    )
    annotations = llm.ToolAnnotations(destructive=False, open_world=False)

    def __init__(
        self,
        store: ScheduleStore,
        fact_source: FactSource,
        resolver: Callable[[], CallResolver],
        admin_tools: frozenset[str],
    ) -> None:
        """Initialize with the resolver of the turn, and the tools for administrators."""
        super().__init__(store, fact_source)
        self._resolver = resolver
        self._admin_tools = admin_tools

    @override
    async def _async_run(
        self, hass: HomeAssistant, args: dict[str, Any], llm_context: llm.LLMContext
    ) -> llm.ToolResult:
        """Check and schedule a call; it is on disk when this returns."""
        planned = self.plan(hass, args, llm_context)
        call, arguments, at = planned.call, planned.arguments, planned.at
        action = await self._store.async_add(
            lambda action_id: ScheduledAction(
                id=action_id,
                at=at,
                tool=wire_name(call.tool.name),
                arguments=arguments,
                summary=_summary(call, arguments),
                integration=call.tool.integration,
                user_id=user_id_of(llm_context),
                device_id=llm_context.device_id,
                language=llm_context.language,
                is_private=call.tool.name in self._admin_tools,
                is_sensitive=any(
                    is_sensitive(hass, call.tool, form, llm_context)
                    for form in (call.given, arguments)
                ),
            )
        )
        result = llm.ToolResult(data={"scheduled": scheduled_result(action)})
        return with_notes(result, as_called(call.repaired))

    def plan(
        self, hass: HomeAssistant, args: Mapping[str, Any], llm_context: llm.LLMContext
    ) -> PlannedCall:
        """Return the call that would be scheduled. Raises `ScheduleError`."""
        check_once(args, self._said(), llm_context.language)
        resolver = self._resolver()
        call = resolver.scheduled_call(args)
        _check_tool(call.tool)
        definition = resolver.definition(wire_name(call.tool.name)) or {}
        check_call(hass, call, definition.get("parameters", {}), llm_context)
        arguments = checked_arguments(call.repaired.arguments)
        return PlannedCall(call, arguments, requested_time(args))


def _check_tool(tool: llm.Tool) -> None:
    """Check that a tool can be called later. Raises `ScheduleError`."""
    if tool.name in _NOT_FOR_LATER:
        raise ScheduleError("no_tool", f"{tool.name} cannot be called later.")
    if tool.annotations.read_only:
        raise ScheduleError(
            "no_tool",
            f"{tool.name} only looks something up, and nobody would hear its answer "
            "later. Schedule a tool that does something, or call this one now.",
        )


def _summary(call: ScheduledCall, arguments: Mapping[str, Any]) -> str:
    """Return what a person reads of a call, such as "Turn off: Kitchen light"."""
    title = call.tool.title or call.tool.name.rpartition("__")[2]
    subject = subject_of(arguments, "")
    return f"{title}: {subject}" if subject else title
