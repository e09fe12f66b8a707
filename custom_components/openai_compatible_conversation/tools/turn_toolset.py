"""Which tools of one turn are always sent, which are searched, and which are seldom needed.

Decision record: docs/decisions/0007-tools-on-demand.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from homeassistant.helpers import llm

from ..schedule.schedule_store import ScheduleStore
from .fact_tool import FORGET, LEARN, QUERY, FactSource
from .query_tools import QUERY_TOOLS
from .runtime import ToolRuntime
from .seldom_tools import SELDOM_TOOLS, shown_seldom
from .selection import Toolset
from .tool_order import ToolOrder
from .turn_questions import CONFIRM, TurnQuestions

FACT_TOOLS = (LEARN, QUERY, FORGET)
"""The tools that are always sent, even with tool search."""


@dataclass(slots=True)
class TurnToolset:
    """Sorts the tools of one turn, for the selection of those that are sent."""

    tools: Mapping[str, llm.Tool]
    """All tools, by wire name."""
    runtime: ToolRuntime
    llm_context: llm.LLMContext
    fact_source: FactSource
    questions: TurnQuestions
    order: ToolOrder
    schedule: ScheduleStore | None
    source: object
    """The options that say where the tools come from."""
    searchable: dict[str, llm.Tool] = field(init=False)
    """The tools that are sent on demand with tool search, by wire name."""

    def __post_init__(self) -> None:
        """Find the tools that are sent on demand."""
        self.searchable = {
            name: tool
            for name, tool in self.tools.items()
            if name not in (QUERY_TOOLS, CONFIRM, *FACT_TOOLS)
        }

    def current(self, definition: Callable[[str], dict[str, Any] | None]) -> Toolset:
        """Return the available tools, with the current limits.

        `definition` returns the function definition of a tool by its wire name.
        """
        context = self.llm_context.context
        shown = self.shown_seldom()
        facts = [name for name in FACT_TOOLS if name in self.tools]
        return Toolset(
            always=[*facts, *shown],
            search=QUERY_TOOLS,
            others=[n for n in self.searchable if n not in SELDOM_TOOLS],
            seldom=[n for n in SELDOM_TOOLS if n in self.tools],
            usual=self.runtime.usage.usual,
            arranged=self.order.arranged,
            definition=definition,
            source=self.source,
            user_id=context.user_id if context else None,
            limits=self.runtime.limits(),
        )

    def shown_seldom(self) -> list[str]:
        """Return the names of those of the seldom tools that are needed."""
        shown = shown_seldom(
            self.tools,
            self.schedule,
            self.runtime.usage.usual,
            (self.fact_source.utterances or ("",))[-1],
            self.llm_context.language,
        )
        return [*shown, CONFIRM] if self.questions.is_open else shown
