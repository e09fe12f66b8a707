"""What the tools for scheduled actions have in common.

Decision record: docs/decisions/0024-an-action-for-later.md.
"""

from typing import Any, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType

from ..schedule.schedule_store import ScheduleStore
from ..schedule.scheduled_action import ScheduledAction, ScheduleError
from .base import IntegrationTool
from .fact_tool import FactSource
from .result import error_result
from .scheduled_call import SCHEDULE

QUERY_SCHEDULED, CANCEL_SCHEDULED = "query_scheduled_actions", "cancel_scheduled_action"

SCHEDULE_TOOLS = (SCHEDULE, QUERY_SCHEDULED, CANCEL_SCHEDULED)


class ScheduleTool(IntegrationTool):
    """Base class of the tools for scheduled actions."""

    def __init__(self, store: ScheduleStore, fact_source: FactSource) -> None:
        """Initialize with the actions of the entry, and what is said in the turn."""
        self._store = store
        self._fact_source = fact_source

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
            return error_result(err.key, str(err))

    async def _async_run(
        self, hass: HomeAssistant, args: dict[str, Any], llm_context: llm.LLMContext
    ) -> llm.ToolResult:
        """Run the tool; raises `ScheduleError` if that is not possible."""
        raise NotImplementedError

    def _said(self) -> str:
        """Return what the user just said. Raises `ScheduleError` if nobody speaks."""
        utterances = self._fact_source.utterances
        if utterances is None:
            raise ScheduleError(
                "no_user",
                "This turn comes from an automation, and no user is speaking. In such "
                "a turn nothing is scheduled or cancelled.",
            )
        return utterances[-1] if utterances else ""


def scheduled_result(action: ScheduledAction) -> JsonObjectType:
    """Return an action as the result of a tool, with its local time."""
    return {
        "id": action.id,
        "at": dt_util.as_local(action.at).isoformat(timespec="seconds"),
        "tool": action.tool,
        "arguments": dict(action.arguments),
    }


def user_id_of(llm_context: llm.LLMContext) -> str | None:
    """Return the user of a turn, None if not known."""
    return llm_context.context.user_id if llm_context.context else None
