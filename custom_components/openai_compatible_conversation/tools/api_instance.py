"""The LLM API instance of one turn: the visible tools, and guarded tool calls.

With tool search, only the revealed tools are sent to the model. All others are
searchable: `query_tools` finds them, and what it finds is revealed, that is sent from
the next request on. A tool that is called without having been revealed is run as well.
A tool call never ends a turn: whatever goes wrong is returned as an error result.

Decision records: docs/decisions/0002-tools-are-one-api.md and
docs/decisions/0007-tools-on-demand.md.
"""

import asyncio
from dataclasses import dataclass, field
import logging
import re
from typing import Any, override

import probatio

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import llm
from homeassistant.helpers.json import json_dumps
from homeassistant.util.json import JsonObjectType

from ..completions.events import ToolCall
from ..options import Choice
from ..session.session_state import SessionState
from .fact_tools import FORGET, LEARN, QUERY
from .query_tools import QUERY_TOOLS, QueryTools
from .runtime import ToolRuntime
from .schema import function_definition, wire_name
from .selection import Toolset, select_tools

_LOGGER = logging.getLogger(__name__)

MAX_CONSECUTIVE_CALLS = 2
"""Consecutive calls of one tool with the same arguments that are run."""

MAX_DESCRIPTION = 200
"""Maximum number of characters of a description in a search result."""

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
    results: dict[str, llm.ToolResult] = field(default_factory=dict, init=False)
    """Results of the calls so far, by call id."""
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
    _argument_errors: dict[str, str] = field(default_factory=dict, init=False)
    _last_call: tuple[str, str] | None = field(default=None, init=False)
    _consecutive: int = field(default=0, init=False)

    @override
    def __post_init__(self) -> None:
        """Add `query_tools`, and index the tools by wire name."""
        super().__post_init__()
        self.tools.insert(0, QueryTools(self.async_find))
        self._by_name = {wire_name(tool.name): tool for tool in self.tools}
        self._searchable = {
            name: tool
            for name, tool in self._by_name.items()
            if name not in (QUERY_TOOLS, *FACT_TOOLS)
        }

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

    def wire_name_of(self, name: str) -> str:
        """Return the wire name of a tool.

        Home Assistant's own agent names intents without their integration; such a
        name is resolved if exactly one tool has it.
        """
        wire = wire_name(name)
        if wire in self._by_name:
            return wire
        matches = [known for known in self._by_name if known.endswith(f"__{name}")]
        return matches[0] if len(matches) == 1 else wire

    async def async_find(self, query: str, domain: str | None) -> JsonObjectType:
        """Search for tools, and reveal those that are found.

        Returns `tools` (names and shortened descriptions) and `more` (the number of
        further matches), and all `domains` if nothing is found.
        """
        catalog = await self.runtime.catalogs.async_catalog(
            self._searchable, self.definition
        )
        found = catalog.search(query, domain)
        self._state.reveal_tools(found.names)
        tools = [self.definition(name) or {} for name in found.names]
        result: JsonObjectType = {
            "tools": [
                {"name": name, "description": _shorten(tool.get("description", ""))}
                for name, tool in zip(found.names, tools, strict=True)
            ],
            "more": found.more,
        }
        if not found.names:
            result["domains"] = list(found.domains)
        return result

    def to_tool_input(self, call: ToolCall) -> llm.ToolInput:
        """Return a tool call as Home Assistant's `ToolInput`.

        If its arguments could not be parsed, running it returns an error result.
        """
        if call.problem:
            self._argument_errors[call.id] = call.problem
        tool = self._by_name.get(call.name)
        return llm.ToolInput(
            tool_name=tool.name if tool else call.name,
            tool_args=call.arguments,
            id=call.id,
        )

    def tool_input_from_text(
        self, name: str, arguments: dict[str, Any]
    ) -> llm.ToolInput | None:
        """Return a tool call that the model wrote as text.

        None if no tool has the name, or the arguments cannot be serialized.
        """
        tool = self._by_name.get(wire_name(name))
        if tool is None:
            return None
        try:
            json_dumps(arguments)
        except TypeError:
            return None
        return llm.ToolInput(tool_name=tool.name, tool_args=arguments)

    @override
    async def async_call_tool(self, tool_input: llm.ToolInput) -> llm.ToolResult:
        """Run a tool call and return its result; errors become error results."""
        try:
            result = await self._async_call_tool(tool_input)
        except (HomeAssistantError, probatio.Invalid) as err:
            # The shape of Home Assistant's own error results.
            result = _error_result(type(err).__name__, str(err))
        self.results[tool_input.id] = result
        return result

    async def _async_call_tool(self, tool_input: llm.ToolInput) -> llm.ToolResult:
        """Run a tool call; raises `HomeAssistantError` and `probatio.Invalid`."""
        if problem := self._argument_errors.pop(tool_input.id, None):
            return _error_result("InvalidArguments", problem)
        name = wire_name(tool_input.tool_name)
        if name not in self._by_name:
            return await self._async_unknown_tool(name)
        # The model may call a tool that was not sent: it is sent from now on.
        self._state.reveal_tools([name])
        if self._is_repeated(tool_input):
            return _error_result(
                "RepeatedCall",
                "This call was just made twice with the same arguments. "
                "Its result will not change: answer with what you have.",
            )
        result = await self._async_run(tool_input)
        if not result.error and name in self._searchable:
            self.runtime.usage.count(name)
        return result

    async def _async_unknown_tool(self, name: str) -> llm.ToolResult:
        """Return the error result for an unknown tool, and reveal similar tools."""
        catalog = await self.runtime.catalogs.async_catalog(
            self._searchable, self.definition
        )
        similar = catalog.nearest(name)
        self._state.reveal_tools(similar)
        hint = f" Did you mean {' or '.join(similar)}?" if similar else ""
        return _error_result("UnknownTool", f"There is no tool {name}.{hint}")

    async def _async_run(self, tool_input: llm.ToolInput) -> llm.ToolResult:
        """Run a tool call; return an error result once the call timeout has passed."""
        limit = self.runtime.call_timeout
        run = self.runtime.hass.async_create_task(
            super().async_call_tool(tool_input), f"tool {tool_input.tool_name}"
        )
        try:
            # The call is not cancelled: a script stopped half-way could do harm.
            done, _ = await asyncio.wait([run], timeout=limit)
        finally:
            if not run.done():
                run.add_done_callback(_log_late_failure)
        if not done:
            return _error_result(
                "Timeout", f"Still running after {limit:g} s; no result yet."
            )
        try:
            return run.result()
        except HomeAssistantError, probatio.Invalid:
            raise
        except Exception as err:
            _LOGGER.exception("The tool %s failed", tool_input.tool_name)
            return _error_result(type(err).__name__, str(err))

    def _is_repeated(self, tool_input: llm.ToolInput) -> bool:
        """Return whether a call exceeds the limit of consecutive identical calls."""
        signature = (tool_input.tool_name, json_dumps(tool_input.tool_args))
        self._consecutive = self._consecutive + 1 if signature == self._last_call else 1
        self._last_call = signature
        return self._consecutive > MAX_CONSECUTIVE_CALLS


def _shorten(text: str) -> str:
    """Return a tool description on one line, shortened to `MAX_DESCRIPTION`."""
    text = " ".join(text.split())
    return (
        text if len(text) <= MAX_DESCRIPTION else f"{text[:MAX_DESCRIPTION].rstrip()}…"
    )


def _error_result(kind: str, text: str) -> llm.ToolResult:
    """Return an error result in the shape of Home Assistant's own."""
    data: JsonObjectType = {"error": kind}
    if text:
        data["error_text"] = text
    return llm.ToolResult(data=data, error=True)


def _log_late_failure(run: asyncio.Task[llm.ToolResult]) -> None:
    """Log the failure of a tool call whose result is no longer awaited."""
    if not run.cancelled() and (err := run.exception()):
        _LOGGER.warning(
            "A tool failed after its turn had gone on: %s", type(err).__name__
        )
