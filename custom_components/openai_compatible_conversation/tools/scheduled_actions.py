"""The tools that list and cancel scheduled actions.

Decision record: docs/decisions/0024-an-action-for-later.md.
"""

from typing import Any, override

import probatio

from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm

from .schedule_tool import (
    CANCEL_SCHEDULED,
    QUERY_SCHEDULED,
    ScheduleTool,
    scheduled_result,
    user_id_of,
)
from .scheduled_call import SCHEDULE


class QueryScheduledActions(ScheduleTool):
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
        actions = self._store.visible_to(user_id_of(llm_context))
        return llm.ToolResult(data={"scheduled": [*map(scheduled_result, actions)]})


class CancelScheduledAction(ScheduleTool):
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
        cancelled = await self._store.async_cancel(action_id, user_id_of(llm_context))
        return llm.ToolResult(data={"cancelled": cancelled})
