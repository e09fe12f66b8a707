"""Finds tools by what they do, and what a name was probably meant for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from homeassistant.helpers import llm
from homeassistant.util.json import JsonObjectType

from ..const import DOMAIN
from .exposed_targets import async_exposed_entities
from .query_names import names_in
from .result import error_result
from .runtime import ToolRuntime
from .schema import wire_name

MAX_DESCRIPTION = 200
"""Maximum number of characters of a description in a search result."""


@dataclass(frozen=True, slots=True)
class ToolFinder:
    """Searches the tools of one turn, and reveals what it finds."""

    runtime: ToolRuntime
    searchable: Mapping[str, llm.Tool]
    """The tools that are sent on demand, by wire name."""
    definition: Callable[[str], dict[str, Any] | None]
    """Returns the function definition of a tool by its wire name."""
    reveal: Callable[[Sequence[str]], None]
    """Has tools sent from the next request on."""
    llm_context: llm.LLMContext

    async def async_find(self, query: str, domain: str | None) -> JsonObjectType:
        """Search for tools, and reveal those that are found.

        Returns `tools` (names and shortened descriptions) and `more` (the number of
        further matches), and all `domains` if no tool fits.
        """
        catalog = await self.runtime.catalogs.async_catalog(
            self.searchable, self.definition, self.llm_context.language
        )
        entities = async_exposed_entities(self.runtime.hass, self.llm_context)
        found = catalog.search(query, domain, names=names_in(query, entities))
        self.reveal(found.names)
        tools = [self.definition(name) or {} for name in found.names]
        result: JsonObjectType = {
            "tools": [
                {"name": name, "description": _shorten(tool.get("description", ""))}
                for name, tool in zip(found.names, tools, strict=True)
            ],
            "more": found.more,
        }
        if not found.names:
            # The name of this integration says nothing of what its tools are for.
            result["domains"] = [name for name in found.domains if name != DOMAIN]
        return result

    async def async_unknown_tool(self, tool_input: llm.ToolInput) -> llm.ToolResult:
        """Return the error result for an unknown tool, and reveal similar tools."""
        name = wire_name(tool_input.tool_name)
        catalog = await self.runtime.catalogs.async_catalog(
            self.searchable, self.definition
        )
        similar = catalog.nearest(name)
        self.reveal(similar)
        hint = f" Did you mean {' or '.join(similar)}?" if similar else ""
        return error_result("UnknownTool", f"There is no tool {name}.{hint}")


def _shorten(text: str) -> str:
    """Return a tool description on one line, shortened to `MAX_DESCRIPTION`."""
    text = " ".join(text.split())
    return (
        text if len(text) <= MAX_DESCRIPTION else f"{text[:MAX_DESCRIPTION].rstrip()}…"
    )
