"""The tool calls of one response: made properly, or written into its text.

Decision record: docs/decisions/0010-words-are-not-commands.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from homeassistant.helpers import llm
from homeassistant.helpers.json import json_dumps

from ..completions.events import ToolCall
from ..completions.messages import ToolCallPart
from ..completions.partial_call import TRUNCATED
from ..speech.parts import SpeechText, TextToolCall
from ..speech.patterns import PatternRemover
from ..speech.tags import MARKERS
from ..speech.text_tool_calls import parse_tool_calls
from ..tools.api_instance import ToolboxInstance
from ..tools.schema import wire_name
from ..tools.turn_questions import CONFIRM
from .quoted_calls import QuotedCalls
from .written_calls import WrittenCalls


@dataclass(slots=True)
class ResponseCalls:
    """Takes the calls of a response as they arrive, and returns those to run now."""

    tools: ToolboxInstance | None
    """The tools that the model knows; without them, tool calls are ignored."""
    quoted: QuotedCalls
    """The calls that stand in what the model was sent."""
    may_call: bool = True
    """Whether calls are run; otherwise they are dropped, and not spoken either."""
    parts: list[ToolCallPart] = field(default_factory=list)
    """The calls that are run, for the message in the history."""
    has_written: bool = False
    """Whether a call that is run stood in the text."""
    _has_proper: bool = False
    _has_bare: bool = False
    """Whether a call stood in the text as JSON, without tags around it."""
    _written: WrittenCalls = field(default_factory=WrittenCalls)
    _has_failed: bool = False
    """Whether a call in the text could not be read, or is of no known tool."""

    @property
    def has_read(self) -> bool:
        """Return whether a call was read in the text, also one that is not run."""
        return self._written.has_any

    @property
    def are_bare(self) -> bool:
        """Return whether all calls stood in the text, as JSON and in no tags."""
        return self._has_bare and not self._has_proper

    @property
    def is_recital(self) -> bool:
        """Return whether the model writes down what it could call."""
        return self._written.is_recital

    def take_proper(self, event: ToolCall) -> Iterator[llm.ToolInput]:
        """Yield a call, unless it was run because it also stood in the text."""
        if (tools := self.tools) is None or not self.may_call:
            return
        self._has_proper = True
        # Some servers reuse call ids in each response.
        tools.calls.results.pop(event.id, None)
        call = tools.resolver.from_call(event)
        is_as_made = call.tool_args == event.arguments
        text = event.text if is_as_made else json_dumps(call.tool_args)
        written = None
        if not event.problem:
            written = self._written.match(tools.resolver.identity(call))
        if written is None:
            yield self._run(call, text)
            return
        # The history has the call as it was made properly, with the server's id.
        number = [known.id for known in self.parts].index(written.id)
        self.parts[number] = _part(call, text)
        tools.calls.share_result(written.id, call.id)

    def take_written(
        self, part: TextToolCall, *, is_cut: bool
    ) -> Iterator[llm.ToolInput | SpeechText]:
        """Yield the calls in a part of the text that are run now, or its words.

        `is_cut` tells whether the length limit cut the text.
        """
        written = parse_tool_calls(part.text)
        tools = self.tools
        calls = [
            (name, call)
            for name, arguments in written
            if tools and (call := tools.resolver.from_text(name, arguments))
        ]
        if any(self._is_quoted(call, part) for _, call in calls):
            # The model reads out what it was given: nothing of it is meant.
            yield SpeechText(PatternRemover(MARKERS).feed(part.raw, final=True))
            return
        if tools and self.may_call:
            self._has_bare |= bool(calls) and not part.raw.lstrip().startswith("<")
            for name, call in calls:
                if self._add_written(
                    tools, call, name, is_cut=is_cut and _is_cut(part, call)
                ):
                    self.has_written = True
                    yield self._run(call)
            if not (calls or part.fallback or self._has_failed):
                self._add_failed(tools, part.text, written)
        if part.fallback and not calls:
            yield SpeechText(part.fallback)

    def take_waiting(self) -> Iterator[llm.ToolInput]:
        """Yield the calls that waited for the end of the response."""
        for call in self._written.take_waiting():
            yield self._run(call)

    def take_recited(self) -> Iterator[llm.ToolInput]:
        """Yield the first call of a recital if none was run, so that its error is told."""
        waiting = self._written.take_waiting()
        if waiting and not self.parts:
            yield self._run(waiting[0])

    def _is_quoted(self, call: llm.ToolInput, part: TextToolCall) -> bool:
        """Return whether a call stands in what the model was sent.

        A token that is open was told to be called with, and nobody else knows it.
        """
        if (
            self.tools
            and call.tool_name == CONFIRM
            and self.tools.questions.is_token(call.tool_args)
        ):
            return False
        names = [call.tool_name, wire_name(call.tool_name)]
        return self.quoted.has(names, call.tool_args, part.text)

    def _add_written(
        self, tools: ToolboxInstance, call: llm.ToolInput, name: str, *, is_cut: bool
    ) -> bool:
        """Add a call in the text, and return whether it is run now.

        `name` is that of the tool as it was written.
        """
        if not self.quoted.is_complete:
            tools.text_calls.refuse(call)
        elif is_cut:
            tools.calls.withheld.refuse(call.id, "InvalidArguments", TRUNCATED)
        return self._written.add(
            call,
            tools.resolver.identity(call),
            name=name,
            is_refused=tools.calls.withheld.is_refused(call.id),
        )

    def _add_failed(
        self,
        tools: ToolboxInstance,
        text: str,
        written: Sequence[tuple[str, dict[str, Any]]],
    ) -> None:
        """Add a call that cannot be run, so that the model is told why at the end."""
        if call := tools.resolver.failed_from_text(text, written):
            self._has_failed = True
            self._written.add(call, tools.resolver.identity(call), is_refused=True)

    def _run(self, call: llm.ToolInput, text: str | None = None) -> llm.ToolInput:
        """Keep a call for the history, with the text of its arguments; return it."""
        self.parts.append(_part(call, text or json_dumps(call.tool_args)))
        return call


def _part(call: llm.ToolInput, text: str) -> ToolCallPart:
    """Return a tool call with the text of its arguments, as part of a message."""
    return ToolCallPart(call.id, wire_name(call.tool_name), text)


def _is_cut(part: TextToolCall, call: llm.ToolInput) -> bool:
    """Return whether the arguments of a call in a text are cut."""
    return all(
        arguments != call.tool_args
        for _, arguments in parse_tool_calls(part.text, repair=False)
    )
