"""The tools with which the model schedules a call, and lists and cancels what is scheduled.

They are shown only where they are needed: that to schedule when the user speaks of a time
to come, and all of them while something is scheduled, or when the home uses them. They
can always be found and called.

Decision record: docs/decisions/0024-an-action-for-later.md.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

import probatio

from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType

from ..schedule.later_words import speaks_of_later
from ..schedule.schedule_store import ScheduleStore
from ..schedule.scheduled_action import (
    ScheduledAction,
    ScheduleError,
    checked_arguments,
)
from .base import IntegrationTool
from .call_repair import as_called, with_notes
from .call_resolver import CallResolver
from .fact_tool import FORGET, LEARN, QUERY
from .outcome import subject_of
from .query_tools import QUERY_TOOLS
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

QUERY_SCHEDULED, CANCEL_SCHEDULED = "query_scheduled_actions", "cancel_scheduled_action"

SCHEDULE_TOOLS = (SCHEDULE, QUERY_SCHEDULED, CANCEL_SCHEDULED)

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


def shown_tools(
    store: ScheduleStore, used: Sequence[str], said: str, language: str | None
) -> list[str]:
    """Return the names of the tools that a request needs.

    `used` are those of them that the home uses, and `said` is what the user just said.
    """
    if store.actions:
        return [*SCHEDULE_TOOLS]
    if speaks_of_later(said, language):
        return [SCHEDULE, *(name for name in used if name != SCHEDULE)]
    return [*used]


class _ScheduleTool(IntegrationTool):
    """Base class of the tools for scheduled actions."""

    def __init__(
        self, store: ScheduleStore, resolver: Callable[[], CallResolver]
    ) -> None:
        """Initialize with the actions of the entry, and the resolver of the turn."""
        self._store = store
        self._resolver = resolver

    @override
    async def async_call(
        self,
        hass: HomeAssistant,
        tool_input: llm.ToolInput,
        llm_context: llm.LLMContext,
    ) -> llm.ToolResult:
        """Run the tool; a `ScheduleError` becomes an error result."""
        try:
            return await self._async_run(hass, tool_input.tool_args, llm_context)
        except ScheduleError as err:
            return llm.ToolResult(
                data={"error": err.key, "error_text": str(err)}, error=True
            )

    async def _async_run(
        self, hass: HomeAssistant, args: dict[str, Any], llm_context: llm.LLMContext
    ) -> llm.ToolResult:
        """Run the tool; raises `ScheduleError` if that is not possible."""
        raise NotImplementedError

    def _said(self) -> str:
        """Return what the user just said. Raises `ScheduleError` if nobody speaks."""
        utterances = self._resolver().fact_source.utterances
        if utterances is None:
            raise ScheduleError(
                "no_user",
                "This turn comes from an automation, and no user is speaking. In such "
                "a turn nothing is scheduled or cancelled.",
            )
        return utterances[-1] if utterances else ""


class ScheduleAction(_ScheduleTool):
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

    @override
    async def _async_run(
        self, hass: HomeAssistant, args: dict[str, Any], llm_context: llm.LLMContext
    ) -> llm.ToolResult:
        """Check and schedule a call; it is on disk when this returns."""
        planned = self.plan(hass, args, llm_context)
        call, arguments, at = planned.call, planned.arguments, planned.at
        resolver = self._resolver()
        context = llm_context.context
        action = await self._store.async_add(
            lambda action_id: ScheduledAction(
                id=action_id,
                at=at,
                tool=wire_name(call.tool.name),
                arguments=arguments,
                summary=_summary(call, arguments),
                integration=call.tool.integration,
                user_id=context.user_id if context else None,
                device_id=llm_context.device_id,
                language=llm_context.language,
                is_private=call.tool.name in resolver.admin_tools,
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


class QueryScheduledActions(_ScheduleTool):
    """Tool that lists the scheduled actions."""

    name = QUERY_SCHEDULED
    title = "List what is scheduled"
    description = "Lists the actions that are scheduled for later."
    annotations = llm.ToolAnnotations(
        read_only=True, destructive=False, idempotent=True, open_world=False
    )

    @override
    async def _async_run(
        self, hass: HomeAssistant, args: dict[str, Any], llm_context: llm.LLMContext
    ) -> llm.ToolResult:
        """Return the actions that the user may see, the next one first."""
        actions = self._store.visible_to(_user_id(llm_context))
        return llm.ToolResult(data={"scheduled": [*map(scheduled_result, actions)]})


class CancelScheduledAction(_ScheduleTool):
    """Tool that cancels a scheduled action."""

    name = CANCEL_SCHEDULED
    title = "Cancel what is scheduled"
    description = "Cancels an action that is scheduled for later."
    parameters = probatio.Schema(
        {
            probatio.Required(
                "id", description=f"As {SCHEDULE} or {QUERY_SCHEDULED} returned it."
            ): str
        }
    )
    annotations = llm.ToolAnnotations(
        destructive=False, idempotent=True, open_world=False
    )

    @override
    async def _async_run(
        self, hass: HomeAssistant, args: dict[str, Any], llm_context: llm.LLMContext
    ) -> llm.ToolResult:
        """Cancel an action; that is on disk when this returns."""
        self._said()
        action_id = str(args.get("id", "")).strip().casefold()
        cancelled = await self._store.async_cancel(action_id, _user_id(llm_context))
        return llm.ToolResult(data={"cancelled": cancelled})


def schedule_tools(
    store: ScheduleStore, resolver: Callable[[], CallResolver]
) -> Iterator[llm.Tool]:
    """Yield the tools for the actions of an entry and the resolver of a turn."""
    for tool in (ScheduleAction, QueryScheduledActions, CancelScheduledAction):
        yield tool(store, resolver)


def scheduled_result(action: ScheduledAction) -> JsonObjectType:
    """Return an action as the result of a tool, with its local time."""
    return {
        "id": action.id,
        "at": dt_util.as_local(action.at).isoformat(timespec="seconds"),
        "tool": action.tool,
        "arguments": dict(action.arguments),
    }


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


def _user_id(llm_context: llm.LLMContext) -> str | None:
    """Return the user of a turn, None if not known."""
    return llm_context.context.user_id if llm_context.context else None
