"""How a tool call of the model is run, from its arguments to its result.

A tool that is called without having been revealed is run as well. A tool that is gone is
sent as long as the session lasts, but not run.

Decision records: docs/decisions/0002-tools-are-one-api.md and
docs/decisions/0027-a-yes-before-it-is-done.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from homeassistant.helpers import llm

from ..excerpts.entry_order import texts_in
from .approval import CallApproval
from .call_repair import as_called
from .call_resolver import CallResolver
from .call_runner import CallRunner
from .meant_tool import intent_of
from .offered_tools import OfferedTools
from .query_tools import QUERY_TOOLS
from .questions import is_question
from .result import ResultFocus, result_text
from .runtime import ToolRuntime
from .schema import wire_name
from .switched import what_was_done
from .tool_finder import ToolFinder
from .tool_run import Run
from .turn_questions import CONFIRM, TurnQuestions

_REMEMBERED = "Answer with what is remembered."
"""What a small model is told that looks elsewhere for what it was told."""


@dataclass(slots=True)
class CallDispatcher:
    """Runs the calls of one turn: repaired, approved, and counted if they worked."""

    tools: Mapping[str, llm.Tool]
    """All tools, by wire name."""
    runtime: ToolRuntime
    offered: OfferedTools
    finder: ToolFinder
    resolver: CallResolver
    calls: CallRunner
    questions: TurnQuestions
    run: Run
    """Runs a call exactly as it is."""
    _approval: CallApproval = field(init=False)

    def __post_init__(self) -> None:
        """Create what holds calls until the user has said yes."""
        self._approval = CallApproval(
            self.runtime.hass,
            self.resolver.llm_context,
            self.calls.withheld,
            self.questions,
        )

    async def async_call(self, tool_input: llm.ToolInput) -> llm.ToolResult:
        """Run a tool call and return its result; errors become error results."""
        name = wire_name(tool_input.tool_name)
        tool = self.tools.get(name)
        if name in self.offered.missing:
            text = f"{name} is not available now."
            self.calls.withheld.refuse(tool_input.id, "NotAvailable", text)
        if tool is None:
            unknown = self.finder.async_unknown_tool
            return await self.calls.async_run(tool_input, None, unknown)
        # The model may call a tool that was not sent: it is sent from now on.
        self.offered.want([name])
        if name == CONFIRM:
            return await self._async_confirm(tool, tool_input)
        repaired = self.resolver.repaired(tool, tool_input)
        call = replace(tool_input, tool_args=repaired.arguments)
        if repaired.question:
            self.calls.withheld.refuse(call.id, "AmbiguousTarget", repaired.question)
        is_run = self._approval.is_run(tool, tool_input.tool_args, call)
        result = await self.calls.async_run(
            call, tool, self.run, self._focus(name, tool, call)
        )
        if is_run and name != QUERY_TOOLS:
            self.questions.has_result()
        if name in self.finder.searchable:
            self.resolver.fact_source.results.append(result_text(result))
            if is_run and not result.error:
                self.runtime.usage.count(name)
        done = what_was_done(intent_of(tool), result.data) if is_run else []
        if result.error and self._is_remembered():
            done = [_REMEMBERED]
        return self.calls.annotate(call.id, [*as_called(repaired), *done])

    def _is_remembered(self) -> bool:
        """Return whether a fact fits the question that the user asked."""
        source = self.resolver.fact_source
        said = (source.utterances or ("",))[-1]
        language = (self.resolver.llm_context.language or "").partition("-")[0]
        return ("?" in said or is_question(said, language)) and source.knows()

    async def _async_confirm(
        self, tool: llm.Tool, tool_input: llm.ToolInput
    ) -> llm.ToolResult:
        """Run the call that the user said yes to, in place of the one that says so."""
        confirmed = self._approval.confirmed(tool_input, self.tools)
        tool, call = confirmed or (tool, tool_input)
        name = wire_name(tool.name)
        result = await self.calls.async_run(
            call, tool, self.run, self._focus(name, tool, call)
        )
        if not confirmed:
            return result
        self.resolver.fact_source.results.append(result_text(result))
        if not result.error:
            for used in (name, CONFIRM):
                self.runtime.usage.count(used)
        done = what_was_done(intent_of(tool), result.data)
        return self.calls.annotate(call.id, done)

    def _focus(self, name: str, tool: llm.Tool, call: llm.ToolInput) -> ResultFocus:
        """Return what decides which part of a long result the model sees."""
        parameters = sorted(
            self.offered.parameters(name), key=call.tool_args.__contains__
        )
        return ResultFocus(
            (
                *texts_in(call.tool_args),
                *(self.resolver.fact_source.utterances or ())[-1:],
            ),
            tuple(parameters),
            tool.annotations.read_only,
        )
