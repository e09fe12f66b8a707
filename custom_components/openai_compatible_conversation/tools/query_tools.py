"""The tool with which the model finds others."""

from collections.abc import Awaitable, Callable
from typing import override

import probatio

from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm
from homeassistant.util.json import JsonObjectType

from .base import IntegrationTool

QUERY_TOOLS = "query_tools"

SEARCH_INSTRUCTIONS = (
    f"You see only some of the tools that exist. Before you say that you cannot do or "
    f"know something, call {QUERY_TOOLS} with a few words for what you need; then call "
    "the tool that it finds."
)
"""Tells the model that there are more tools."""


class QueryTools(IntegrationTool):
    """Finds tools by what they do, and lets the model call them."""

    name = QUERY_TOOLS
    title = "Find tools"
    description = (
        "Finds further tools by what they do, such as to control a kind of device, "
        "play media, manage lists or look something up. The tools that it returns "
        "can be called afterwards."
    )
    parameters = probatio.Schema(
        {
            probatio.Required(
                "query",
                description="What the tool should do, in a few words, in English.",
            ): str,
            probatio.Optional(
                "domain",
                description="The kind of device or service it is for, such as light.",
            ): str,
        },
        extra=probatio.REMOVE_EXTRA,
    )
    annotations = llm.ToolAnnotations(
        read_only=True, destructive=False, idempotent=True, open_world=False
    )

    def __init__(
        self, find: Callable[[str, str | None], Awaitable[JsonObjectType]]
    ) -> None:
        """Initialize with what finds tools by a query and perhaps a domain."""
        self._find = find

    @override
    async def async_call(
        self,
        hass: HomeAssistant,
        tool_input: llm.ToolInput,
        llm_context: llm.LLMContext,
    ) -> llm.ToolResult:
        """Find tools."""
        # Small models send null for what they leave out.
        given = {k: v for k, v in tool_input.tool_args.items() if v is not None}
        given = self.parameters(given)
        found = await self._find(given["query"], given.get("domain"))
        return llm.ToolResult(data=found)
