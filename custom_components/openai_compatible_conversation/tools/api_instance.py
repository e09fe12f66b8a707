"""The LLM API instance of one turn: the visible tools, and guarded tool calls.

With tool search, only the revealed tools are sent to the model. All others are
searchable: `query_tools` finds them, and what it finds is revealed, that is sent from
the next request on. A tool that is called without having been revealed is run as well.
A tool call never ends a turn: whatever goes wrong is returned as an error result.

Decision records: docs/decisions/0002-tools-are-one-api.md and
docs/decisions/0007-tools-on-demand.md.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
import re
from typing import Any, override

import probatio

from homeassistant.helpers import llm
from homeassistant.util.json import JsonObjectType

from ..excerpts.entry_order import texts_in
from ..options import Choice
from ..session.session_state import SessionState
from ..speech.tool_names import ToolNames
from .call_repair import as_called
from .call_resolver import CallResolver
from .call_runner import CallRunner
from .fact_tools import FORGET, LEARN, QUERY, FactSource
from .query_tools import QUERY_TOOLS, QueryTools
from .result import ResultFocus, result_text
from .runtime import ToolRuntime
from .schema import function_definition, wire_name
from .selection import Toolset, select_tools
from .tool_finder import ToolFinder

FACT_TOOLS = (LEARN, QUERY, FORGET)
"""The tools that are always sent, even with tool search."""

_TOOL_NAME_LIST = re.compile(
    r'(Follow these instructions for tools from "[^"]*") \([^)]*\):'
)


@dataclass(kw_only=True)
class ToolboxInstance(llm.APIInstance):
    """The tools for one turn, created anew for each turn.

    Every call gets a result: errors are returned to the model instead of raised.
    """

    runtime: ToolRuntime
    requires_admin: bool = False
    """Whether an API that requires an administrator is among the merged ones."""
    admin_tools: frozenset[str] = frozenset()
    """The names of the tools of such APIs."""
    fact_source: FactSource = field(default_factory=FactSource)
    """What the fact tools may learn from."""
    calls: CallRunner = field(init=False)
    tool_search: bool = field(default=False, init=False)
    """Whether only some of the tools are sent, and the others are searchable."""
    _by_name: dict[str, llm.Tool] = field(default_factory=dict, init=False)
    """All tools, by wire name."""
    _searchable: dict[str, llm.Tool] = field(default_factory=dict, init=False)
    """The tools that are sent on demand with tool search, by wire name."""
    _definitions: dict[str, dict[str, Any] | None] = field(
        default_factory=dict, init=False
    )
    _state: SessionState = field(default_factory=SessionState, init=False)

    @override
    def __post_init__(self) -> None:
        """Add `query_tools`, and index the tools by wire name."""
        super().__post_init__()
        self.calls = CallRunner(self.runtime)
        self.tools.insert(0, QueryTools(self._async_find))
        self._by_name = {wire_name(tool.name): tool for tool in self.tools}
        self._searchable = {
            name: tool
            for name, tool in self._by_name.items()
            if name not in (QUERY_TOOLS, *FACT_TOOLS)
        }

    @cached_property
    def names(self) -> ToolNames:
        """Return the names under which the model may call the tools."""
        return ToolNames(
            (
                (name, wire)
                for wire, tool in self._by_name.items()
                for name in (tool.name, wire)
            ),
            self._parameters,
        )

    @cached_property
    def resolver(self) -> CallResolver:
        """Return what resolves the model's calls."""
        return CallResolver(
            self.runtime.hass,
            self.llm_context,
            self._by_name,
            self.names,
            self.admin_tools,
            self.fact_source,
            self.calls,
            self.definition,
        )

    @cached_property
    def _finder(self) -> ToolFinder:
        """Return what searches the tools."""
        return ToolFinder(
            self.runtime,
            self._searchable,
            self.definition,
            self._reveal,
        )

    def _reveal(self, names: Sequence[str]) -> None:
        """Send tools from the next request on."""
        self._state.reveal_tools(names)

    async def _async_find(self, query: str, domain: str | None) -> JsonObjectType:
        """Search for tools, and reveal those that are found."""
        return await self._finder.async_find(query, domain)

    def _parameters(self, name: str) -> Collection[str]:
        """Return the names of a tool's parameters by its wire name."""
        schema = (self.definition(name) or {}).get("parameters", {})
        return schema.get("properties") or ()

    def has_tool(self, name: str) -> bool:
        """Return whether there is a tool with a wire name, sent or not."""
        return name in self._by_name

    @property
    def has_fact_tools(self) -> bool:
        """Return whether the model can learn facts."""
        return FACT_TOOLS[0] in self._by_name

    @property
    def prompt(self) -> str:
        """Return the prompt of the APIs, without tool names if there is tool search."""
        if not self.tool_search:
            return self.api_prompt
        # Home Assistant 2026.11 lists all tool names if several APIs are selected.
        return _TOOL_NAME_LIST.sub(r"\1:", self.api_prompt)

    def select(self, state: SessionState, choice: Choice) -> list[dict[str, Any]]:
        """Return the function definitions to send with the next request of a session.

        Those of the previous request come first, in the same order. `choice` is the
        option for tool search.
        """
        self._state = state
        self.calls.next_round()
        # A definition that was sent stays the same for the whole session.
        self._definitions = state.definitions
        names = select_tools(
            state,
            choice,
            Toolset(
                always=[name for name in FACT_TOOLS if name in self._by_name],
                search=QUERY_TOOLS,
                others=list(self._searchable),
                usual=self.runtime.usage.usual,
                definition=self.definition,
            ),
        )
        self.tool_search = bool(state.tool_search)
        return [d for name in names if (d := self.definition(name)) is not None]

    def definition(self, name: str) -> dict[str, Any] | None:
        """Return the function definition of a tool, None if it cannot be sent.

        `name` is the wire name.
        """
        if name not in self._definitions:
            self._definitions[name] = self._create_definition(self._by_name[name])
        return self._definitions[name]

    def _create_definition(self, tool: llm.Tool) -> dict[str, Any] | None:
        """Return the function definition of a tool, None if it cannot be sent."""
        try:
            return function_definition(
                tool.name,
                tool.description,
                probatio.to_openapi(
                    tool.parameters,
                    custom_serializer=self.custom_serializer,
                    openapi_version="3.1.0",
                ),
            )
        # Other integrations may provide tools with any kind of schema.
        except Exception as err:  # noqa: BLE001
            self.runtime.warn_once(
                tool.name, "The tool %s cannot be offered: %s", tool.name, err
            )
            return None

    def _focus(self, name: str, tool: llm.Tool, call: llm.ToolInput) -> ResultFocus:
        """Return what decides which part of a long result the model sees."""
        parameters = sorted(self._parameters(name), key=call.tool_args.__contains__)
        return ResultFocus(
            (*texts_in(call.tool_args), *(self.fact_source.utterances or ())[-1:]),
            tuple(parameters),
            tool.annotations.read_only,
        )

    @override
    async def async_call_tool(self, tool_input: llm.ToolInput) -> llm.ToolResult:
        """Run a tool call and return its result; errors become error results."""
        name = wire_name(tool_input.tool_name)
        tool = self._by_name.get(name)
        if tool is None:
            unknown = self._finder.async_unknown_tool
            return await self.calls.async_run(tool_input, None, unknown)
        # The model may call a tool that was not sent: it is sent from now on.
        self._reveal([name])
        repaired = self.resolver.repaired(tool, tool_input)
        call = replace(tool_input, tool_args=repaired.arguments)
        if repaired.question:
            self.calls.refuse(call.id, "AmbiguousTarget", repaired.question)
        result = await self.calls.async_run(
            call, tool, super().async_call_tool, self._focus(name, tool, call)
        )
        if name in self._searchable:
            self.fact_source.results.append(result_text(result))
            if not result.error:
                self.runtime.usage.count(name)
        return self.calls.annotate(call.id, as_called(repaired))
