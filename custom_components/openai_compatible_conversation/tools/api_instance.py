"""The LLM API instance of one turn: the visible tools, and guarded tool calls.

With tool search, only the revealed tools are sent to the model. All others are
searchable: `query_tools` finds them, and what it finds is revealed, that is sent from
the next request on. A tool call never ends a turn: whatever goes wrong is returned as an
error result.

Decision records: docs/decisions/0002-tools-are-one-api.md and
docs/decisions/0007-tools-on-demand.md.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, override

from homeassistant.helpers import llm
from homeassistant.util.json import JsonObjectType

from ..options import Choice
from ..schedule.schedule_store import ScheduleStore
from ..session.session_state import SessionState
from ..speech.tool_names import ToolNames
from .api_prompts import without_titles, without_tool_names
from .call_dispatch import CallDispatcher
from .call_resolver import CallResolver
from .call_runner import CallRunner
from .confirm_action import ConfirmAction
from .definitions import definition_of
from .fact_tool import LEARN, FactSource
from .offered_tools import OfferedTools
from .query_tools import QueryTools
from .running_calls import RunningCalls
from .runtime import ToolRuntime
from .schedule_tools import schedule_tools
from .schema import wire_name
from .text_calls import TextCallCheck
from .tool_finder import ToolFinder
from .tool_order import ToolOrder
from .turn_questions import TurnQuestions
from .turn_toolset import TurnToolset


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

    @override
    def __post_init__(self) -> None:
        """Add `query_tools`, and index the tools by wire name."""
        super().__post_init__()
        self.calls = CallRunner(self.runtime)
        self.running = RunningCalls(self.runtime.hass)
        self.tools.insert(0, QueryTools(self._async_find))
        self.tools.append(ConfirmAction())
        if self.schedule is not None:
            self.tools += schedule_tools(
                self.schedule,
                self.fact_source,
                lambda: self.resolver,
                self.admin_tools,
            )
        self._by_name = {wire_name(tool.name): tool for tool in self.tools}

    @cached_property
    def names(self) -> ToolNames:
        """Return the names under which the model may call the tools."""
        return ToolNames(
            (
                (name, wire)
                for wire, tool in self._by_name.items()
                for name in (tool.name, wire)
            ),
            self.offered.parameters,
            self._is_meant,
        )

    @cached_property
    def offered(self) -> OfferedTools:
        """Return the tools that the requests of the turn offer."""
        return OfferedTools(
            self._by_name.keys(),
            lambda: self._toolset.current(self.offered.definition),
            self._create_definition,
        )

    @cached_property
    def _toolset(self) -> TurnToolset:
        """Return what the toolset of the turn is made of."""
        return TurnToolset(
            self._by_name,
            self.runtime,
            self.llm_context,
            self.fact_source,
            self.questions,
            self.order,
            self.schedule,
            self.source,
        )

    @cached_property
    def resolver(self) -> CallResolver:
        """Return what resolves the model's calls."""
        return CallResolver(
            self.runtime.hass,
            self.llm_context,
            self._by_name,
            self.names,
            self.fact_source,
            self.calls.withheld,
            self.text_calls,
            self.offered.definition,
        )

    @cached_property
    def text_calls(self) -> TextCallCheck:
        """Return what withholds calls in the text that are not run."""
        return TextCallCheck(
            self.runtime.hass,
            self.llm_context,
            self.admin_tools,
            self.fact_source,
            self.calls.withheld,
            self.questions,
        )

    @cached_property
    def _dispatcher(self) -> CallDispatcher:
        """Return what runs the model's calls."""
        return CallDispatcher(
            self._by_name,
            self.runtime,
            self.offered,
            self._finder,
            self.resolver,
            self.calls,
            self.questions,
            self.async_run_unchanged,
        )

    @cached_property
    def _finder(self) -> ToolFinder:
        """Return what searches the tools."""
        return ToolFinder(
            self.runtime,
            self._toolset.searchable,
            self.offered.definition,
            self.offered.want,
            self.llm_context,
        )

    def _is_meant(self, name: str, arguments: dict[str, Any]) -> bool:
        """Return whether it is clear what a call of a tool that does not exist means."""
        return self.resolver.is_meant(name, arguments)

    async def _async_find(self, query: str, domain: str | None) -> JsonObjectType:
        """Search for tools, and reveal those that are found."""
        return await self._finder.async_find(query, domain)

    def has_tool(self, name: str) -> bool:
        """Return whether there is or was a tool with a wire name, sent or not."""
        return name in self._by_name or name in self.offered

    @property
    def has_fact_tools(self) -> bool:
        """Return whether the model can learn facts."""
        return LEARN in self._by_name

    @property
    def prompt(self) -> str:
        """Return the prompt of the APIs, without the names of their tools."""
        return without_tool_names(self.api_prompt)

    @property
    def prompt_for_administrators(self) -> str:
        """Return the prompt of the APIs that require an administrator, if any."""
        return without_titles(self.admin_prompt)

    async def async_begin(self, state: SessionState, choice: Choice) -> None:
        """Decide on the tools of a turn of a session.

        `choice` is the option for tool search.
        """
        if self.offered.new_for(state, self._user_id):
            everybody: Collection[str] = self.offered.available
            if self._user_id is not None and self.for_nobody:
                everybody = (await self.for_nobody()).offered.available
            self.offered.note_audiences(state, self._user_id, everybody)
        self.offered.begin(state, choice)

    def select(self, state: SessionState, choice: Choice) -> list[dict[str, Any]]:
        """Return the function definitions to send with the next request of a session.

        Those of the previous request come first, in the same order. `choice` is the
        option for tool search.
        """
        self.calls.next_round()
        self.questions.next_round()
        self.offered.reveal(self._toolset.shown_seldom())
        return self.offered.select(state, choice)

    @property
    def _user_id(self) -> str | None:
        """Return the user of the turn, None if not known."""
        return self.llm_context.context.user_id if self.llm_context.context else None

    def _create_definition(self, name: str) -> dict[str, Any] | None:
        """Return the function definition of a tool, None if it cannot be sent."""
        return definition_of(self._by_name[name], self.custom_serializer, self.runtime)

    def tool(self, name: str) -> llm.Tool | None:
        """Return a tool by its wire name, None if there is none."""
        return self._by_name.get(name)

    async def async_run_unchanged(self, tool_input: llm.ToolInput) -> llm.ToolResult:
        """Run a call exactly as it is; raises what the tool raises."""
        return await super().async_call_tool(tool_input)

    @override
    async def async_call_tool(self, tool_input: llm.ToolInput) -> llm.ToolResult:
        """Run a tool call; return its result, or that it is still running."""
        return await self.running.async_result(self._dispatcher.async_call(tool_input))
