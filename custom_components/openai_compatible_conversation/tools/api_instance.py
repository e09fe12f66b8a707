"""The tools of one turn: which of them the model sees, and a guard around each call."""

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

MAX_IN_A_ROW = 2
"""How often the same call with the same arguments is run in succession."""

MAX_DESCRIPTION = 200
"""Characters of a description that a search returns."""

FACT_TOOLS = (LEARN, QUERY, FORGET)
"""The tools that are always shown."""

_LISTED = re.compile(r'(Follow these instructions for tools from "[^"]*") \([^)]*\):')


@dataclass(kw_only=True)
class ToolboxInstance(llm.APIInstance):
    """The tools for one turn. Each call has a result, whatever happens."""

    runtime: ToolRuntime
    results: dict[str, llm.ToolResult] = field(default_factory=dict, init=False)
    """What the calls so far came to, by their ids."""
    tool_search: bool = field(default=False, init=False)
    """Whether the model sees only some of the tools, and looks for the others."""
    _by_name: dict[str, llm.Tool] = field(default_factory=dict, init=False)
    """All tools, by the name that is sent."""
    _searchable: dict[str, llm.Tool] = field(default_factory=dict, init=False)
    """Those that the model may have to look for."""
    _definitions: dict[str, dict[str, Any] | None] = field(
        default_factory=dict, init=False
    )
    _state: SessionState = field(default_factory=SessionState, init=False)
    _refused: dict[str, str] = field(default_factory=dict, init=False)
    _last: tuple[str, str] | None = field(default=None, init=False)
    _in_a_row: int = field(default=0, init=False)

    @override
    def __post_init__(self) -> None:
        """Know the tools by the names that are sent."""
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
        """Return whether the model can remember facts."""
        return FACT_TOOLS[0] in self._by_name

    @property
    def prompt(self) -> str:
        """Return what the APIs tell the model, as short as what it sees of them."""
        if not self.tool_search:
            return self.api_prompt
        # Home Assistant 2026.11 lists all the names where there are several APIs.
        return _LISTED.sub(r"\1:", self.api_prompt)

    def select(self, transcript: SessionState, choice: Choice) -> list[dict[str, Any]]:
        """Return the definitions to send with the next request of a session.

        They begin with those of the request before. `choice` is whether tools
        are to be looked for.
        """
        self._state = transcript
        # A definition stays as it was sent as long as the session lives.
        self._definitions = transcript.definitions
        names = select_tools(
            transcript,
            choice,
            Toolset(
                always=[name for name in FACT_TOOLS if name in self._by_name],
                search=QUERY_TOOLS,
                others=list(self._searchable),
                usual=self.runtime.usage.usual,
                definition=self.definition,
            ),
        )
        self.tool_search = bool(transcript.tool_search)
        return [d for name in names if (d := self.definition(name)) is not None]

    def definition(self, name: str) -> dict[str, Any] | None:
        """Return the function definition of a tool, None if it has none."""
        if name not in self._definitions:
            self._definitions[name] = self._create_definition(self._by_name[name])
        return self._definitions[name]

    def _create_definition(self, tool: llm.Tool) -> dict[str, Any] | None:
        """Return the function definition of a tool, None if it has none."""
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
        # A tool of any integration may have a schema of any kind.
        except Exception as err:  # noqa: BLE001
            self.runtime.warn_once(
                tool.name, "The tool %s cannot be offered: %s", tool.name, err
            )
            return None

    def wire_name_of(self, name: str) -> str:
        """Return the name under which the model knows a tool.

        Home Assistant's own agent names an intent alone, without its integration.
        """
        sent = wire_name(name)
        if sent in self._by_name:
            return sent
        same = [known for known in self._by_name if known.endswith(f"__{name}")]
        return same[0] if len(same) == 1 else sent

    async def async_find(self, query: str, domain: str | None) -> JsonObjectType:
        """Return what a search finds; from the next request on it can be called."""
        catalog = await self.runtime.catalogs.async_catalog(
            self._searchable, self.definition
        )
        found = catalog.search(query, domain)
        self._state.reveal_tools(found.names)
        tools = [self.definition(name) or {} for name in found.names]
        result: JsonObjectType = {
            "tools": [
                {"name": name, "description": _short(tool.get("description", ""))}
                for name, tool in zip(found.names, tools, strict=True)
            ],
            "more": found.more,
        }
        if not found.names:
            result["domains"] = list(found.domains)
        return result

    def to_tool_input(self, call: ToolCall) -> llm.ToolInput:
        """Return a call of the model as Home Assistant takes it."""
        if call.problem:
            self._refused[call.id] = call.problem
        tool = self._by_name.get(call.name)
        return llm.ToolInput(
            tool_name=tool.name if tool else call.name,
            tool_args=call.arguments,
            id=call.id,
        )

    def tool_input_from_text(
        self, name: str, arguments: dict[str, Any]
    ) -> llm.ToolInput | None:
        """Return a call that stood in the text, None if no tool has its name."""
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
        """Run a call; what goes wrong comes back as an error result."""
        try:
            result = await self._async_call_tool(tool_input)
        except (HomeAssistantError, probatio.Invalid) as err:
            # In the shape that Home Assistant gives it.
            result = _failure(type(err).__name__, str(err))
        self.results[tool_input.id] = result
        return result

    async def _async_call_tool(self, tool_input: llm.ToolInput) -> llm.ToolResult:
        """Run a call; raises what Home Assistant's tools raise."""
        if problem := self._refused.pop(tool_input.id, None):
            return _failure("InvalidArguments", problem)
        name = wire_name(tool_input.tool_name)
        if name not in self._by_name:
            return await self._async_unknown(name)
        # What was not shown and is called all the same is shown from now on.
        self._state.reveal_tools([name])
        if self._repeated(tool_input):
            return _failure(
                "RepeatedCall",
                "This call was just made twice with the same arguments. "
                "Its result will not change: answer with what you have.",
            )
        result = await self._async_run(tool_input)
        if not result.error and name in self._searchable:
            self.runtime.usage.count(name)
        return result

    async def _async_unknown(self, name: str) -> llm.ToolResult:
        """Return the error for a name that no tool has, with those that are like it."""
        catalog = await self.runtime.catalogs.async_catalog(
            self._searchable, self.definition
        )
        near = catalog.nearest(name)
        self._state.reveal_tools(near)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        return _failure("UnknownTool", f"There is no tool {name}.{hint}")

    async def _async_run(self, tool_input: llm.ToolInput) -> llm.ToolResult:
        """Run a call for as long as a turn can wait."""
        limit = self.runtime.call_timeout
        run = self.runtime.hass.async_create_task(
            super().async_call_tool(tool_input), f"tool {tool_input.tool_name}"
        )
        try:
            # What was begun goes on: to stop a script half-way would do harm.
            done, _ = await asyncio.wait([run], timeout=limit)
        finally:
            if not run.done():
                run.add_done_callback(_log_late)
        if not done:
            return _failure(
                "Timeout", f"Still running after {limit:g} s; no result yet."
            )
        try:
            return run.result()
        except HomeAssistantError, probatio.Invalid:
            raise
        except Exception as err:
            _LOGGER.exception("The tool %s failed", tool_input.tool_name)
            return _failure(type(err).__name__, str(err))

    def _repeated(self, tool_input: llm.ToolInput) -> bool:
        """Return whether a call was made too often in succession."""
        signature = (tool_input.tool_name, json_dumps(tool_input.tool_args))
        self._in_a_row = self._in_a_row + 1 if signature == self._last else 1
        self._last = signature
        return self._in_a_row > MAX_IN_A_ROW


def _short(text: str) -> str:
    """Return the beginning of a tool's description."""
    text = " ".join(text.split())
    return (
        text if len(text) <= MAX_DESCRIPTION else f"{text[:MAX_DESCRIPTION].rstrip()}…"
    )


def _failure(kind: str, text: str) -> llm.ToolResult:
    """Return an error result, in the shape that Home Assistant's own have."""
    data: JsonObjectType = {"error": kind}
    if text:
        data["error_text"] = text
    return llm.ToolResult(data=data, error=True)


def _log_late(run: asyncio.Task[llm.ToolResult]) -> None:
    """Log how a call ended whose result nobody waits for any more."""
    if not run.cancelled() and (err := run.exception()):
        _LOGGER.warning(
            "A tool failed after its turn had gone on: %s", type(err).__name__
        )
