"""The tool with which the model searches for other tools."""

from collections.abc import Awaitable, Callable
from typing import Any, override

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
"""Part of the system prompt with tool search: how to find further tools."""


def with_instructions(definition: dict[str, Any]) -> dict[str, Any]:
    """Return a definition that tells by itself to search, if it is that of this tool.

    It is for a request whose system prompt does not say so.
    """
    if definition["name"] != QUERY_TOOLS:
        return definition
    text = f"{definition['description']} {SEARCH_INSTRUCTIONS}"
    return {**definition, "description": text}


class QueryTools(IntegrationTool):
    """Tool that finds other tools by what they do, and makes them callable."""

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
        """Initialize with a function that searches by query and optional domain."""
        self._find = find

    @override
    async def async_call(
        self,
        hass: HomeAssistant,
        tool_input: llm.ToolInput,
        llm_context: llm.LLMContext,
    ) -> llm.ToolResult:
        """Return the tools that match; raises `probatio.Invalid`."""
        # Small models send null for arguments that they omit.
        args = {k: v for k, v in tool_input.tool_args.items() if v is not None}
        args = self.parameters(args)
        found = await self._find(args["query"], args.get("domain"))
        return llm.ToolResult(data=found)
