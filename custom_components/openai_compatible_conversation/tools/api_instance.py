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
from homeassistant.helpers.json import json_dumps
from homeassistant.util.json import JsonObjectType

from ..completions.events import ToolCall
from ..completions.tool_arguments import NOT_JSON
from ..options import Choice
from ..session.session_state import SessionState
from ..speech.tool_names import ToolNames
from .base import IntegrationTool
from .call_hints import async_lock_hint, async_media_hint
from .call_repair import RepairedCall, as_called, async_repair_call
from .call_runner import CallRunner, error_result
from .fact_tools import FORGET, LEARN, QUERY, FactSource
from .query_tools import QUERY_TOOLS, QueryTools
from .result import hint_result, result_text
from .runtime import ToolRuntime
from .schema import function_definition, wire_name
from .selection import Toolset, select_tools
from .sensitivity import has_command, is_sensitive
from .user_words import UserWords

MAX_DESCRIPTION = 200
"""Maximum number of characters of a description in a search result."""

FACT_TOOLS = (LEARN, QUERY, FORGET)
"""The tools that are always sent, even with tool search."""

_NOT_FROM_TEXT = (
    "This call stood in the text of your answer, and was not run: what can do harm is "
    "run only if it is made as a tool call. If the user asked for it, make it so."
)

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
        self.tools.insert(0, QueryTools(self.async_find))
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

    def wire_name_of(self, name: str) -> str:
        """Return the wire name of a tool.

        Home Assistant's own agent names intents without their integration; such a
        name is resolved if exactly one tool has it.
        """
        return self.names.resolve(name) or wire_name(name)

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
            self.calls.refuse(call.id, "InvalidArguments", call.problem)
        tool = self._by_name.get(self.names.resolve(call.name) or "")
        return llm.ToolInput(
            tool_name=tool.name if tool else call.name,
            tool_args=call.arguments,
            id=call.id,
        )

    def tool_input_from_text(
        self, name: str, arguments: dict[str, Any]
    ) -> llm.ToolInput | None:
        """Return a tool call that the model wrote as text.

        None if no tool has the name, or the arguments cannot be serialized. A call that
        can do harm is not run: its result tells the model to make it properly.
        """
        tool = self._by_name.get(self.names.resolve(name) or "")
        if tool is None:
            return None
        try:
            json_dumps(arguments)
        except TypeError:
            return None
        call = llm.ToolInput(tool_name=tool.name, tool_args=arguments)
        repaired = self._repaired(tool, arguments).arguments
        if (
            tool.name in self.admin_tools
            or has_command(tool, repaired)
            or any(
                is_sensitive(self.runtime.hass, tool, form, self.llm_context)
                for form in (arguments, repaired)
            )
        ):
            self._refuse(call, tool, "NotRunFromText", _NOT_FROM_TEXT)
        return call

    def failed_call_from_text(
        self, text: str, written: Sequence[tuple[str, dict[str, Any]]]
    ) -> llm.ToolInput | None:
        """Return a call that can be nothing else, but cannot be run; None if unclear.

        `written` are the calls in the text. Running it tells the model what is wrong.
        """
        name, arguments = next(iter(written), (self.names.find(text) or "", {}))
        tool = self._by_name.get(self.names.resolve(name) or "")
        if tool is not None:
            call = llm.ToolInput(tool_name=tool.name, tool_args={})
            self.calls.refuse(call.id, "InvalidArguments", NOT_JSON)
            return call
        try:
            json_dumps(arguments)
        except TypeError:
            arguments = {}
        return llm.ToolInput(tool_name=name, tool_args=arguments) if name else None

    def identity(self, call: llm.ToolInput) -> tuple[str, dict[str, Any]]:
        """Return what a call does: the wire name of its tool, and its repaired arguments."""
        name = self.wire_name_of(call.tool_name)
        tool = self._by_name.get(name)
        arguments = call.tool_args
        return name, self._repaired(tool, arguments).arguments if tool else arguments

    def refuse_text_call(self, call: llm.ToolInput) -> None:
        """Have a call from the text answered with the advice to make it properly."""
        self.calls.refuse(call.id, "NotRunFromText", _NOT_FROM_TEXT)

    @override
    async def async_call_tool(self, tool_input: llm.ToolInput) -> llm.ToolResult:
        """Run a tool call and return its result; errors become error results."""
        name = wire_name(tool_input.tool_name)
        tool = self._by_name.get(name)
        if tool is None:
            return await self.calls.async_run(
                tool_input, None, self._async_unknown_tool
            )
        # The model may call a tool that was not sent: it is sent from now on.
        self._state.reveal_tools([name])
        repaired = self._repaired(tool, tool_input.tool_args)
        call = replace(tool_input, tool_args=repaired.arguments)
        if repaired.question:
            self._refuse(call, tool, "AmbiguousTarget", repaired.question)
        result = await self.calls.async_run(call, tool, super().async_call_tool)
        if result.error and (
            hint := async_media_hint(self.runtime.hass, tool, call, self.names)
        ):
            self.calls.replace(call.id, hint_result(hint))
        if name in self._searchable:
            self.fact_source.results.append(result_text(result))
            if not result.error:
                self.runtime.usage.count(name)
        notes = [] if self.calls.is_hint(call.id) else as_called(repaired)
        return self.calls.annotate(call.id, notes)

    @property
    def _said(self) -> UserWords:
        """Return what the user said."""
        return UserWords(self.fact_source.utterances)

    def _refuse(
        self, call: llm.ToolInput, tool: llm.Tool, kind: str, text: str
    ) -> None:
        """Have a call answered with an error, or with a hint if there is one."""
        find = async_lock_hint
        if hint := find(self.runtime.hass, tool, call, self.names, self._said):
            self.calls.hint(call.id, hint)
        else:
            self.calls.refuse(call.id, kind, text)

    def _repaired(self, tool: llm.Tool, arguments: dict[str, Any]) -> RepairedCall:
        """Return a call with its arguments brought to the schema and what is exposed."""
        schema = (self.definition(wire_name(tool.name)) or {}).get("parameters", {})
        if not schema.get("properties") or isinstance(tool, IntegrationTool):
            # Nothing is known of what the tool takes, or it reads it by itself.
            return RepairedCall(arguments)
        return async_repair_call(
            self.runtime.hass,
            tool,
            arguments,
            schema,
            self.llm_context,
            said=self._said,
        )

    async def _async_unknown_tool(self, tool_input: llm.ToolInput) -> llm.ToolResult:
        """Return the error result for an unknown tool, and reveal similar tools."""
        name = wire_name(tool_input.tool_name)
        catalog = await self.runtime.catalogs.async_catalog(
            self._searchable, self.definition
        )
        similar = catalog.nearest(name)
        self._state.reveal_tools(similar)
        hint = f" Did you mean {' or '.join(similar)}?" if similar else ""
        return error_result("UnknownTool", f"There is no tool {name}.{hint}")


def _shorten(text: str) -> str:
    """Return a tool description on one line, shortened to `MAX_DESCRIPTION`."""
    text = " ".join(text.split())
    return (
        text if len(text) <= MAX_DESCRIPTION else f"{text[:MAX_DESCRIPTION].rstrip()}…"
    )
