"""The LLM API instance of one turn: the visible tools, and guarded tool calls.

With tool search, only the revealed tools are sent to the model. All others are
searchable: `query_tools` finds them, and what it finds is revealed, that is sent from
the next request on. A tool that is called without having been revealed is run as well.
A tool that is gone is sent as long as the session lasts, but not run. A tool call never
ends a turn: whatever goes wrong is returned as an error result.

Decision records: docs/decisions/0002-tools-are-one-api.md and
docs/decisions/0007-tools-on-demand.md.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, override

from homeassistant.helpers import llm
from homeassistant.util.json import JsonObjectType

from ..excerpts.entry_order import texts_in
from ..options import Choice
from ..schedule.schedule_store import ScheduleStore
from ..session.session_state import SessionState
from ..speech.tool_names import ToolNames
from .api_prompts import without_titles, without_tool_names
from .approval import CallApproval
from .call_repair import as_called
from .call_resolver import CallResolver
from .call_runner import CallRunner
from .confirm_action import ConfirmAction
from .definitions import definition_of
from .fact_tool import FORGET, LEARN, QUERY, FactSource
from .offered_tools import OfferedTools
from .query_tools import QUERY_TOOLS, QueryTools
from .result import ResultFocus, result_text
from .running_calls import RunningCalls
from .runtime import ToolRuntime
from .schedule_tools import schedule_tools
from .schema import wire_name
from .seldom_tools import SELDOM_TOOLS, shown_seldom
from .selection import Toolset
from .tool_finder import ToolFinder
from .tool_order import ToolOrder
from .turn_questions import CONFIRM, TurnQuestions

FACT_TOOLS = (LEARN, QUERY, FORGET)
"""The tools that are always sent, even with tool search."""


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
    admin_prompt: str = ""
    """The prompt of such APIs."""
    fact_source: FactSource = field(default_factory=FactSource)
    """What the fact tools may learn from."""
    order: ToolOrder = field(default_factory=ToolOrder)
    """The order of the tools in earlier sessions."""
    source: object = None
    """The options that say where the tools come from."""
    schedule: ScheduleStore | None = None
    """The scheduled actions, None if nothing can be scheduled."""
    questions: TurnQuestions = field(default_factory=TurnQuestions)
    """What is asked in the turn before it is done, and what it may say yes to."""
    for_nobody: Callable[[], Awaitable[ToolboxInstance]] | None = None
    """Returns the tools that there are for no particular user."""
    calls: CallRunner = field(init=False)
    running: RunningCalls = field(init=False)
    _by_name: dict[str, llm.Tool] = field(default_factory=dict, init=False)
    """All tools, by wire name."""
    _searchable: dict[str, llm.Tool] = field(default_factory=dict, init=False)
    """The tools that are sent on demand with tool search, by wire name."""

    @override
    def __post_init__(self) -> None:
        """Add `query_tools`, and index the tools by wire name."""
        super().__post_init__()
        self.calls = CallRunner(self.runtime)
        self.running = RunningCalls(self.runtime.hass)
        self.tools.insert(0, QueryTools(self._async_find))
        self.tools.append(ConfirmAction())
        if self.schedule is not None:
            self.tools += schedule_tools(self.schedule, lambda: self.resolver)
        self._by_name = {wire_name(tool.name): tool for tool in self.tools}
        self._searchable = {
            name: tool
            for name, tool in self._by_name.items()
            if name not in (QUERY_TOOLS, CONFIRM, *FACT_TOOLS)
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
            self._is_meant,
        )

    @cached_property
    def offered(self) -> OfferedTools:
        """Return the tools that the requests of the turn offer."""
        return OfferedTools(
            self._by_name.keys(), self._toolset, self._create_definition
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
            self.questions,
            self.definition,
        )

    @cached_property
    def _approval(self) -> CallApproval:
        """Return what holds calls until the user has said yes."""
        return CallApproval(
            self.runtime.hass, self.llm_context, self.calls, self.questions
        )

    @cached_property
    def _finder(self) -> ToolFinder:
        """Return what searches the tools."""
        return ToolFinder(
            self.runtime,
            self._searchable,
            self.definition,
            self.offered.want,
            self.llm_context,
        )

    def _is_meant(self, name: str, arguments: dict[str, Any]) -> bool:
        """Return whether it is clear what a call of a tool that does not exist means."""
        return self.resolver.is_meant(name, arguments)

    async def _async_find(self, query: str, domain: str | None) -> JsonObjectType:
        """Search for tools, and reveal those that are found."""
        return await self._finder.async_find(query, domain)

    def _parameters(self, name: str) -> Collection[str]:
        """Return the names of a tool's parameters by its wire name."""
        schema = (self.definition(name) or {}).get("parameters", {})
        return schema.get("properties") or ()

    def has_tool(self, name: str) -> bool:
        """Return whether there is or was a tool with a wire name, sent or not."""
        return name in self._by_name or name in self.offered

    @property
    def has_fact_tools(self) -> bool:
        """Return whether the model can learn facts."""
        return FACT_TOOLS[0] in self._by_name

    @property
    def prompt(self) -> str:
        """Return the prompt of the APIs, without the names of their tools."""
        return without_tool_names(self.api_prompt)

    @property
    def prompt_for_administrators(self) -> str:
        """Return the prompt of the APIs that require an administrator, if any."""
        return without_titles(self.admin_prompt)

    @property
    def tool_search(self) -> bool:
        """Return whether the system prompt has to say that tools are searched."""
        return self.offered.tool_search

    async def async_begin(self, state: SessionState, choice: Choice) -> None:
        """Decide on the tools of a turn of a session.

        `choice` is the option for tool search.
        """
        if new := self.offered.new_for(state, self._user_id):
            everybody: Collection[str] = self.offered.available
            if self._user_id is not None and self.for_nobody:
                everybody = (await self.for_nobody()).offered.available
            for name in new:
                audience = None if name in everybody else self._user_id
                state.audiences.setdefault(name, set()).add(audience)
        self.offered.begin(state, choice)

    def select(self, state: SessionState, choice: Choice) -> list[dict[str, Any]]:
        """Return the function definitions to send with the next request of a session.

        Those of the previous request come first, in the same order. `choice` is the
        option for tool search.
        """
        self.calls.next_round()
        self.questions.next_round()
        self.offered.reveal(self._shown_seldom_tools())
        return self.offered.select(state, choice)

    def _shown_seldom_tools(self) -> list[str]:
        """Return the names of those of the seldom tools that are needed."""
        shown = shown_seldom(
            self._by_name,
            self.schedule,
            self.runtime.usage.usual,
            (self.fact_source.utterances or ("",))[-1],
            self.llm_context.language,
        )
        return [*shown, CONFIRM] if self.questions.is_open else shown

    def _toolset(self) -> Toolset:
        """Return the available tools."""
        shown = self._shown_seldom_tools()
        facts = [name for name in FACT_TOOLS if name in self._by_name]
        return Toolset(
            always=[*facts, *shown],
            search=QUERY_TOOLS,
            others=[n for n in self._searchable if n not in SELDOM_TOOLS],
            seldom=[n for n in SELDOM_TOOLS if n in self._by_name],
            usual=self.runtime.usage.usual,
            arranged=self.order.arranged,
            definition=self.offered.definition,
            source=self.source,
            user_id=self._user_id,
            limits=self.runtime.limits(),
        )

    @property
    def _user_id(self) -> str | None:
        """Return the user of the turn, None if not known."""
        return self.llm_context.context.user_id if self.llm_context.context else None

    def definition(self, name: str) -> dict[str, Any] | None:
        """Return the function definition of a tool, None if it cannot be sent.

        `name` is the wire name.
        """
        return self.offered.definition(name)

    def _create_definition(self, name: str) -> dict[str, Any] | None:
        """Return the function definition of a tool, None if it cannot be sent."""
        return definition_of(self._by_name[name], self.custom_serializer, self.runtime)

    def _focus(self, name: str, tool: llm.Tool, call: llm.ToolInput) -> ResultFocus:
        """Return what decides which part of a long result the model sees."""
        parameters = sorted(self._parameters(name), key=call.tool_args.__contains__)
        return ResultFocus(
            (*texts_in(call.tool_args), *(self.fact_source.utterances or ())[-1:]),
            tuple(parameters),
            tool.annotations.read_only,
        )

    def tool(self, name: str) -> llm.Tool | None:
        """Return a tool by its wire name, None if there is none."""
        return self._by_name.get(name)

    async def async_run_unchanged(self, tool_input: llm.ToolInput) -> llm.ToolResult:
        """Run a call exactly as it is; raises what the tool raises."""
        return await super().async_call_tool(tool_input)

    @override
    async def async_call_tool(self, tool_input: llm.ToolInput) -> llm.ToolResult:
        """Run a tool call; return its result, or that it is still running."""
        return await self.running.async_result(self._async_call(tool_input))

    async def _async_call(self, tool_input: llm.ToolInput) -> llm.ToolResult:
        """Run a tool call and return its result; errors become error results."""
        name = wire_name(tool_input.tool_name)
        tool = self._by_name.get(name)
        if name in self.offered.missing:
            text = f"{name} is not available now."
            self.calls.refuse(tool_input.id, "NotAvailable", text)
        if tool is None:
            unknown = self._finder.async_unknown_tool
            return await self.calls.async_run(tool_input, None, unknown)
        # The model may call a tool that was not sent: it is sent from now on.
        self.offered.want([name])
        if name == CONFIRM:
            return await self._async_confirm(tool, tool_input)
        repaired = self.resolver.repaired(tool, tool_input)
        call = replace(tool_input, tool_args=repaired.arguments)
        if repaired.question:
            self.calls.refuse(call.id, "AmbiguousTarget", repaired.question)
        is_run = self._approval.is_run(tool, tool_input.tool_args, call)
        result = await self.calls.async_run(
            call, tool, self.async_run_unchanged, self._focus(name, tool, call)
        )
        if is_run and name != QUERY_TOOLS:
            self.questions.has_result()
        if name in self._searchable:
            self.fact_source.results.append(result_text(result))
            if is_run and not result.error:
                self.runtime.usage.count(name)
        return self.calls.annotate(call.id, as_called(repaired))

    async def _async_confirm(
        self, tool: llm.Tool, tool_input: llm.ToolInput
    ) -> llm.ToolResult:
        """Run the call that the user said yes to, in place of the one that says so."""
        confirmed = self._approval.confirmed(tool_input, self._by_name)
        tool, call = confirmed or (tool, tool_input)
        name = wire_name(tool.name)
        result = await self.calls.async_run(
            call, tool, self.async_run_unchanged, self._focus(name, tool, call)
        )
        if confirmed:
            self.fact_source.results.append(result_text(result))
            if not result.error:
                for used in (name, CONFIRM):
                    self.runtime.usage.count(used)
        return result
