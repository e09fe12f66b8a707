"""One response of the model, as deltas for a Home Assistant chat log.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from homeassistant.components import conversation
from homeassistant.helpers import llm
from homeassistant.helpers.json import json_dumps

from ..completions.errors import CompletionError
from ..completions.events import (
    Event,
    Finished,
    ReasoningDelta,
    TextDelta,
    TokenUsage,
    ToolCall,
)
from ..completions.messages import AssistantMessage, ToolCallPart
from ..completions.partial_call import TRUNCATED
from ..speech.data_pipeline import DataPipeline
from ..speech.parts import (
    ContinueListening,
    ReasoningText,
    SpeechPart,
    SpeechText,
    TextToolCall,
)
from ..speech.patterns import PatternRemover
from ..speech.pipeline import SpeechPipeline
from ..speech.tags import MARKERS
from ..speech.text_tool_calls import parse_tool_calls
from ..tools.api_instance import ToolboxInstance
from ..tools.schema import wire_name
from .quoted_calls import QuotedCalls
from .response_limits import ResponseLimits
from .response_text import ResponseText
from .written_calls import WrittenCalls

TOKEN_EVENTS = (TextDelta, ReasoningDelta, ToolCall)
"""Events that consist of the model's own tokens."""

type Delta = conversation.AssistantContentDeltaDict


@dataclass(slots=True)
class ModelResponse:
    """The response to one request, filled while its deltas are consumed."""

    pipeline: SpeechPipeline | DataPipeline
    tools: ToolboxInstance | None
    """The tools that the model knows; without them, tool calls are ignored."""
    quoted: QuotedCalls
    """The calls that stand in what the model was sent."""
    may_call: bool = True
    """Whether calls are run; otherwise they are dropped, and not spoken either."""
    limits: ResponseLimits = field(default_factory=ResponseLimits)
    """What ends the response if it does not end by itself."""
    has_spoken: bool = False
    has_called: bool = False
    continue_listening: bool = False
    finish_reason: str | None = None
    usage: list[TokenUsage] = field(default_factory=list)
    first_at: float | None = None
    """When the first token arrived, in the event loop's time."""
    error: CompletionError | None = None
    """The error that ended the response after its first words or calls."""
    is_complete: bool = False
    """Whether the response ended without an error."""
    calls: list[ToolCallPart] = field(default_factory=list)
    _text: ResponseText = field(default_factory=ResponseText)
    _reasoning: list[str] = field(default_factory=list)
    _shown_reasoning: list[str] = field(default_factory=list)
    """Reasoning as shown in the chat log, including that from the text."""
    _written: WrittenCalls = field(default_factory=WrittenCalls)
    _has_failed_call: bool = False
    """Whether a call in the text could not be read, or is of no known tool."""

    @property
    def message(self) -> AssistantMessage:
        """Return the response as a message for the next request.

        It holds the verbatim text, so that it matches the server's prompt cache. If the
        text is incomplete or has tool calls or special tokens in it, the spoken text is
        used instead. What the model repeated without end is no part of it: a model
        imitates what stands in its history.
        """
        if self.is_complete and self.pipeline.is_verbatim:
            content, reasoning = self._text.verbatim, self._reasoning
        else:
            content = self._text.spoken_until(self.limits.repetition_end)
            reasoning = self._shown_reasoning
        if self.limits.error or self.limits.reasoning_error:
            reasoning = []
        return AssistantMessage(
            content if content and not content.isspace() else None,
            tuple(self.calls),
            "".join(reasoning) or None,
        )

    async def deltas(self, events: AsyncGenerator[Event]) -> AsyncGenerator[Delta]:
        """Yield events as deltas, after one with the role; raises `CompletionError`.

        After the first words or calls, an error is stored in `error` instead of raised.
        """
        started = False
        try:
            async for event in events:
                if self.first_at is None and isinstance(event, TOKEN_EVENTS):
                    self.first_at = asyncio.get_running_loop().time()
                for delta in self._event_deltas(event):
                    if not started:
                        started = True
                        yield {"role": "assistant"}
                    yield delta
            self.is_complete = True
        except CompletionError as err:
            # Close the connection now, not after the tools: the server may go on.
            await events.aclose()
            if not (self.has_spoken or self.has_called):
                raise
            # Raising here would lose what was already spoken or done.
            self.error = err
            if self.limits.error:
                # What is held could not end, either.
                return
            for part in self.pipeline.flush(is_cut=True):
                if isinstance(part, SpeechText):
                    self._text.spoken.append(part.text)
                    yield {"content": part.text}

    def _event_deltas(self, event: Event) -> Iterator[Delta]:
        """Yield the deltas of an event; raises `CompletionError` at a limit."""
        match event:
            case TextDelta(text):
                kept = self.limits.cut_text(text)
                self._text.add_written(kept)
                yield from self._part_deltas(self.pipeline.feed(kept))
            case ReasoningDelta(text):
                self._reasoning.append(text)
                yield from self._part_deltas(self.pipeline.feed_reasoning(text))
            case ToolCall():
                yield from self._part_deltas(self.pipeline.flush(goes_on=True))
                if self.tools and self.may_call:
                    yield from self._proper_call_deltas(self.tools, event)
            case TokenUsage():
                self.usage.append(event)
            case Finished(reason):
                self.finish_reason = reason
                is_cut = reason == "length"
                yield from self._part_deltas(self.pipeline.flush(is_cut=is_cut))
                for call in self._written.take_waiting():
                    yield from self._call_deltas(call, json_dumps(call.tool_args))
                is_empty = not (self.has_spoken or self.has_called)
                if is_empty and (error := self.limits.reasoning_error):
                    raise error
        if error := self.limits.error:
            raise error

    def _part_deltas(self, speech_parts: Iterable[SpeechPart]) -> Iterator[Delta]:
        """Yield the deltas of parts of the model's text."""
        for part in speech_parts:
            if self.limits.is_speech_over:
                continue
            match part:
                case SpeechText(text):
                    if kept := self.limits.cut_speech(text):
                        self.has_spoken |= not kept.isspace()
                        self._text.spoken.append(kept)
                        yield {"content": kept}
                case ReasoningText(text):
                    self.limits.add_reasoning(text)
                    self._shown_reasoning.append(text)
                    yield {"thinking_content": text}
                case ContinueListening():
                    self.continue_listening = True
                case TextToolCall():
                    yield from self._text_call_deltas(part)

    def _text_call_deltas(self, part: TextToolCall) -> Iterator[Delta]:
        """Yield the tool calls that the model wrote as text, or the text if it is none."""
        written = parse_tool_calls(part.text)
        calls = [
            call
            for name, arguments in written
            if self.tools and (call := self.tools.resolver.from_text(name, arguments))
        ]
        if any(
            self.quoted.has(
                [c.tool_name, wire_name(c.tool_name)], c.tool_args, part.text
            )
            for c in calls
        ):
            # The model reads out what it was given: nothing of it is meant.
            quotation = PatternRemover(MARKERS).feed(part.raw, final=True)
            yield from self._part_deltas([SpeechText(quotation)])
            return
        if self.tools and self.may_call:
            for call in calls:
                yield from self._written_call_deltas(self.tools, part, call)
            if not (calls or part.fallback or self._has_failed_call):
                self._add_failed_call(self.tools, part.text, written)
        if part.fallback and not calls:
            yield from self._part_deltas([SpeechText(part.fallback)])

    def _add_failed_call(
        self,
        tools: ToolboxInstance,
        text: str,
        written: Sequence[tuple[str, dict[str, Any]]],
    ) -> None:
        """Add a call that cannot be run, so that the model is told why at the end."""
        if call := tools.resolver.failed_from_text(text, written):
            self._has_failed_call = True
            self._written.add(call, tools.resolver.identity(call), is_refused=True)

    def _written_call_deltas(
        self, tools: ToolboxInstance, part: TextToolCall, call: llm.ToolInput
    ) -> Iterator[Delta]:
        """Yield a tool call in the text, unless it waits for the end."""
        if not self.quoted.is_complete:
            tools.resolver.refuse_text_call(call)
        elif self._is_truncated(part, call):
            tools.calls.refuse(call.id, "InvalidArguments", TRUNCATED)
        is_refused = tools.calls.is_refused(call.id)
        if self._written.add(
            call, tools.resolver.identity(call), is_refused=is_refused
        ):
            yield from self._call_deltas(call, json_dumps(call.tool_args))

    def _proper_call_deltas(
        self, tools: ToolboxInstance, event: ToolCall
    ) -> Iterator[Delta]:
        """Yield a tool call, unless it was run because it also stood in the text."""
        # Some servers reuse call ids in each response.
        tools.calls.results.pop(event.id, None)
        call = tools.resolver.from_call(event)
        is_as_made = call.tool_args == event.arguments
        text = event.text if is_as_made else json_dumps(call.tool_args)
        written = None
        if not event.problem:
            written = self._written.match(tools.resolver.identity(call))
        if written is None:
            yield from self._call_deltas(call, text)
            return
        # The history has the call as it was made properly, with the server's id.
        number = [known.id for known in self.calls].index(written.id)
        self.calls[number] = _call_part(call, text)
        tools.calls.share_result(written.id, call.id)

    def _is_truncated(self, part: TextToolCall, call: llm.ToolInput) -> bool:
        """Return whether the length limit cut the arguments of a call in the text."""
        return self.finish_reason == "length" and all(
            arguments != call.tool_args
            for _, arguments in parse_tool_calls(part.text, repair=False)
        )

    def _call_deltas(self, call: llm.ToolInput, text: str) -> Iterator[Delta]:
        """Yield a tool call, after a full stop that ends the spoken text, if needed.

        Text-to-speech waits for complete sentences, and the tool may take a while.
        """
        if not self.has_called and (stop := self.pipeline.full_stop()):
            yield {"content": stop}
        self.has_called = True
        self.calls.append(_call_part(call, text))
        yield {"tool_calls": [call]}


def _call_part(call: llm.ToolInput, text: str) -> ToolCallPart:
    """Return a tool call with the text of its arguments, as part of a message."""
    return ToolCallPart(call.id, wire_name(call.tool_name), text)
