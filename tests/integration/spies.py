"""LLM tools and APIs that record their calls."""

import asyncio
from collections.abc import Callable
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm


class SpyTool(llm.Tool):
    """A tool that records its calls."""

    description = "Does something."
    integration = "test"

    def __init__(
        self, name: str, run: Callable[[], Any] | None = None, **fields: Any
    ) -> None:
        """Initialize with an optional function to run, and tool attributes."""
        self.name = name
        self.calls: list[dict[str, Any]] = []
        self.languages: list[str | None] = []
        self._run = run
        vars(self).update(fields)

    async def async_call(
        self,
        hass: HomeAssistant,
        tool_input: llm.ToolInput,
        llm_context: llm.LLMContext,
    ) -> llm.ToolResult:
        """Record the call, and return the result of the function."""
        self.calls.append(tool_input.tool_args)
        self.languages.append(llm_context.language)
        result = self._run() if self._run else None
        if asyncio.iscoroutine(result):
            result = await result
        return llm.ToolResult(data=result or {"ok": True})


class SpyAPI(llm.API):
    """An LLM API with the given tools."""

    def __init__(self, hass: HomeAssistant, api_id: str, *tools: llm.Tool) -> None:
        """Initialize with the tools."""
        super().__init__(hass=hass, id=api_id, name=api_id)
        self.tools = list(tools)

    async def async_get_api_instance(
        self, llm_context: llm.LLMContext
    ) -> llm.APIInstance:
        """Return an instance with the tools."""
        return llm.APIInstance(self, f"Prompt of {self.id}.", llm_context, self.tools)
