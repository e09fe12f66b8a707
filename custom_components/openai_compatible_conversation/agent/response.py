"""One answer of the model, as the deltas that Home Assistant takes."""

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
from ..speech.parts import (
    ContinueListening,
    ReasoningText,
    SpeechPart,
    SpeechText,
    TextToolCall,
)
from ..speech.pipeline import SpeechPipeline
from ..speech.text_tool_calls import parse_tool_calls
from ..tools.api_instance import ToolboxInstance
from ..tools.schema import wire_name

TOKEN_EVENTS = (TextDelta, ReasoningDelta, ToolCall)
"""The events that the model's own tokens make."""

type Delta = conversation.AssistantContentDeltaDict


@dataclass(slots=True)
class ModelResponse:
    """What one request brought."""

    pipeline: SpeechPipeline
    tools: ToolboxInstance | None
    """What the model may call; calls of a model that may call nothing are passed over."""
    has_spoken: bool = False
    has_called: bool = False
    continue_listening: bool = False
    good_results: int = 0
    finish_reason: str | None = None
    usage: list[TokenUsage] = field(default_factory=list)
    first_at: float | None = None
    """When the first token came, by the clock of the event loop."""
    error: CompletionError | None = None
    """What ended the answer after its first words."""
    is_complete: bool = False
    """Whether it came to its end."""
    calls: list[ToolCallPart] = field(default_factory=list)
    _text: list[str] = field(default_factory=list)
    _spoken: list[str] = field(default_factory=list)
    _reasoning: list[str] = field(default_factory=list)
    _shown_reasoning: list[str] = field(default_factory=list)
    """Thoughts as they were shown, also those that stood in the text."""

    @property
    def message(self) -> AssistantMessage:
        """Return the answer for the next request.

        That is the text as it came, so that the server finds it in its cache,
        or what was said of it where the text alone would mislead.
        """
        if self.is_complete and self.pipeline.is_verbatim:
            text, thoughts = self._text, self._reasoning
        else:
            text, thoughts = self._spoken, self._shown_reasoning
        words = "".join(text)
        return AssistantMessage(
            words if words and not words.isspace() else None,
            tuple(self.calls),
            "".join(thoughts) or None,
        )

    async def deltas(self, events: AsyncGenerator[Event]) -> AsyncGenerator[Delta]:
        """Yield events as deltas, the first of them with its role."""
        started = False
        try:
            async for event in events:
                if self.first_at is None and isinstance(event, TOKEN_EVENTS):
                    self.first_at = asyncio.get_running_loop().time()
                for delta in self._event(event):
                    if not started:
                        started = True
                        yield {"role": "assistant"}
                    yield delta
            self.is_complete = True
        except CompletionError as err:
            if not self.has_spoken:
                raise
            # To raise here would lose what was said.
            self.error = err
            for piece in self.pipeline.flush():
                if isinstance(piece, SpeechText):
                    self._spoken.append(piece.text)
                    yield {"content": piece.text}

    def _event(self, event: Event) -> Iterator[Delta]:
        """Yield an event as deltas."""
        match event:
            case TextDelta(text):
                self._text.append(text)
                yield from self._pieces(self.pipeline.feed(text))
            case ReasoningDelta(text):
                self._reasoning.append(text)
                yield from self._pieces(self.pipeline.feed_reasoning(text))
            case ToolCall():
                yield from self._pieces(self.pipeline.flush())
                if self.tools:
                    # Some servers number the calls of each answer anew.
                    self.tools.results.pop(event.id, None)
                    call = self.tools.to_tool_input(event)
                    yield from self._call(call, event.name, event.text)
            case TokenUsage():
                self.usage.append(event)
            case Finished(reason):
                self.finish_reason = reason
                yield from self._pieces(self.pipeline.flush())

    def _pieces(self, pieces: Iterable[SpeechPart]) -> Iterator[Delta]:
        """Yield pieces of the model's text as deltas."""
        for piece in pieces:
            match piece:
                case SpeechText(text):
                    self.has_spoken |= not text.isspace()
                    self._spoken.append(text)
                    yield {"content": text}
                case ReasoningText(text):
                    self._shown_reasoning.append(text)
                    yield {"thinking_content": text}
                case ContinueListening():
                    self.continue_listening = True
                case TextToolCall(text) if self.tools:
                    for name, arguments in parse_tool_calls(text):
                        if call := self.tools.tool_input_from_text(name, arguments):
                            written = json_dumps(call.tool_args)
                            yield from self._call(call, call.tool_name, written)

    def _call(self, call: llm.ToolInput, name: str, text: str) -> Iterator[Delta]:
        """Yield a call, after the full stop of what was said before it.

        A voice says only whole sentences, and the tool may take its time.
        """
        if not self.has_called and (stop := self.pipeline.full_stop()):
            yield {"content": stop}
        self.has_called = True
        self.calls.append(ToolCallPart(call.id, wire_name(name), text))
        yield {"tool_calls": [call]}
