"""The tool with which the model passes on the yes of a user.

It does nothing by itself. With the token of an open question, the call that the question
was about is run in its place.

Decision record: docs/decisions/0027-a-yes-before-it-is-done.md.
"""

from typing import override

import probatio

from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm

from .base import IntegrationTool
from .turn_questions import CONFIRM


class ConfirmAction(IntegrationTool):
    """Tool that runs what the user was asked about."""

    name = CONFIRM
    title = "Confirm"
    description = (
        "Does what you asked the user about, if they say yes. "
        "The token is told with their answer."
    )
    parameters = probatio.Schema({probatio.Required("token"): str})
    annotations = llm.ToolAnnotations(destructive=False, open_world=False)

    @override
    async def async_call(
        self,
        hass: HomeAssistant,
        tool_input: llm.ToolInput,
        llm_context: llm.LLMContext,
    ) -> llm.ToolResult:
        """Return that nothing was done: a call with a token is replaced before."""
        return llm.ToolResult(data={"done": False})
