"""One response of the model, as deltas for a Home Assistant chat log.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator
from dataclasses import dataclass, field

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
from ..completions.tool_calls import TRUNCATED
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
    has_spoken: bool = False
    has_called: bool = False
    continue_listening: bool = False
    finish_reason: str | None = None
    usage: list[TokenUsage] = field(default_factory=list)
    first_at: float | None = None
    """When the first token arrived, in the event loop's time."""
    error: CompletionError | None = None
    """The error that ended the response after its first words."""
    is_complete: bool = False
    """Whether the response ended without an error."""
    calls: list[ToolCallPart] = field(default_factory=list)
    _text: list[str] = field(default_factory=list)
    _spoken: list[str] = field(default_factory=list)
    _reasoning: list[str] = field(default_factory=list)
    _shown_reasoning: list[str] = field(default_factory=list)
    """Reasoning as shown in the chat log, including that from the text."""

    @property
    def message(self) -> AssistantMessage:
        """Return the response as a message for the next request.

        It holds the verbatim text, so that it matches the server's prompt cache. If the
        text is incomplete or has tool calls or special tokens in it, the spoken text is
        used instead.
        """
        if self.is_complete and self.pipeline.is_verbatim:
            text, reasoning = self._text, self._reasoning
        else:
            text, reasoning = self._spoken, self._shown_reasoning
        content = "".join(text)
        return AssistantMessage(
            content if content and not content.isspace() else None,
            tuple(self.calls),
            "".join(reasoning) or None,
        )

    async def deltas(self, events: AsyncGenerator[Event]) -> AsyncGenerator[Delta]:
        """Yield events as deltas, after one with the role; raises `CompletionError`.

        After the first words, an error is stored in `error` instead of raised.
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
            if not self.has_spoken:
                raise
            # Raising here would lose what was already spoken.
            self.error = err
            for part in self.pipeline.flush(is_cut=True):
                if isinstance(part, SpeechText):
                    self._spoken.append(part.text)
                    yield {"content": part.text}

    def _event_deltas(self, event: Event) -> Iterator[Delta]:
        """Yield the deltas of an event."""
        match event:
            case TextDelta(text):
                self._text.append(text)
                yield from self._part_deltas(self.pipeline.feed(text))
            case ReasoningDelta(text):
                self._reasoning.append(text)
                yield from self._part_deltas(self.pipeline.feed_reasoning(text))
            case ToolCall():
                yield from self._part_deltas(self.pipeline.flush())
                if self.tools and self.may_call:
                    # Some servers reuse call ids in each response.
                    self.tools.calls.results.pop(event.id, None)
                    call = self.tools.to_tool_input(event)
                    yield from self._call_deltas(call, call.tool_name, event.text)
            case TokenUsage():
                self.usage.append(event)
            case Finished(reason):
                self.finish_reason = reason
                is_cut = reason == "length"
                yield from self._part_deltas(self.pipeline.flush(is_cut=is_cut))

    def _part_deltas(self, speech_parts: Iterable[SpeechPart]) -> Iterator[Delta]:
        """Yield the deltas of parts of the model's text."""
        for part in speech_parts:
            match part:
                case SpeechText(text):
                    self.has_spoken |= not text.isspace()
                    self._spoken.append(text)
                    yield {"content": text}
                case ReasoningText(text):
                    self._shown_reasoning.append(text)
                    yield {"thinking_content": text}
                case ContinueListening():
                    self.continue_listening = True
                case TextToolCall():
                    yield from self._text_call_deltas(part)

    def _text_call_deltas(self, part: TextToolCall) -> Iterator[Delta]:
        """Yield the tool calls that the model wrote as text, or the text if it is none."""
        calls = [
            call
            for name, arguments in parse_tool_calls(part.text)
            if self.tools and (call := self.tools.tool_input_from_text(name, arguments))
        ]
        if any(self.quoted.has([c.tool_name], c.tool_args) for c in calls):
            # The model reads out what it was given: nothing of it is meant.
            quotation = PatternRemover(MARKERS).feed(part.raw, final=True)
            yield from self._part_deltas([SpeechText(quotation)])
            return
        for call in calls if self.may_call else ():
            if self.tools and not self.quoted.is_complete:
                self.tools.refuse_text_call(call)
            elif self.tools and self._is_truncated(part, call):
                self.tools.calls.refuse(call.id, "InvalidArguments", TRUNCATED)
            args_json = json_dumps(call.tool_args)
            yield from self._call_deltas(call, call.tool_name, args_json)
        if part.fallback and not calls:
            yield from self._part_deltas([SpeechText(part.fallback)])

    def _is_truncated(self, part: TextToolCall, call: llm.ToolInput) -> bool:
        """Return whether the length limit cut the arguments of a call in the text."""
        return self.finish_reason == "length" and all(
            arguments != call.tool_args
            for _, arguments in parse_tool_calls(part.text, repair=False)
        )

    def _call_deltas(
        self, call: llm.ToolInput, name: str, text: str
    ) -> Iterator[Delta]:
        """Yield a tool call, after a full stop that ends the spoken text, if needed.

        Text-to-speech waits for complete sentences, and the tool may take a while.
        """
        if not self.has_called and (stop := self.pipeline.full_stop()):
            yield {"content": stop}
        self.has_called = True
        self.calls.append(ToolCallPart(call.id, wire_name(name), text))
        yield {"tool_calls": [call]}
