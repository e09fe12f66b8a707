"""One response of the model, as deltas for a Home Assistant chat log.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator
from dataclasses import dataclass, field

from homeassistant.components import conversation
from homeassistant.helpers import llm

from ..completions.errors import CompletionError
from ..completions.events import (
    Event,
    Finished,
    ReasoningDelta,
    TextDelta,
    TokenUsage,
    ToolCall,
)
from ..completions.messages import AssistantMessage
from ..speech.data_pipeline import DataPipeline
from ..speech.echo import EchoRemover, MadeUpResult
from ..speech.parts import (
    ContinueListening,
    ReasoningText,
    SpeechPart,
    SpeechText,
    TextToolCall,
)
from ..speech.pipeline import SpeechPipeline
from .response_calls import ResponseCalls
from .response_limits import ResponseLimits
from .response_text import ResponseText

TOKEN_EVENTS = (TextDelta, ReasoningDelta, ToolCall)
"""Events that consist of the model's own tokens."""

type Delta = conversation.AssistantContentDeltaDict


@dataclass(slots=True)
class ModelResponse:
    """The response to one request, filled while its deltas are consumed."""

    pipeline: SpeechPipeline | DataPipeline
    calls: ResponseCalls
    echo: EchoRemover = field(default_factory=EchoRemover)
    """Removes what the model was just sent, if that is its answer."""
    made_up: MadeUpResult | None = field(default_factory=MadeUpResult)
    """Finds the result of a call that the model makes up, None if it is data."""
    limits: ResponseLimits = field(default_factory=ResponseLimits)
    """What ends the response if it does not end by itself."""
    may_speak: bool = True
    """Whether the text is spoken; otherwise only calls count."""
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
    _text: ResponseText = field(default_factory=ResponseText)
    _reasoning: list[str] = field(default_factory=list)
    _shown_reasoning: list[str] = field(default_factory=list)
    """Reasoning as shown in the chat log, including that from the text."""

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
            if self.has_made_up:
                content = content.rstrip()
            reasoning = self._shown_reasoning
        if self.limits.error or self.limits.reasoning_error:
            reasoning = []
        return AssistantMessage(
            content if content and not content.isspace() else None,
            tuple(self.calls.parts),
            "".join(reasoning) or None,
        )

    @property
    def spoken(self) -> str:
        """Return what is spoken of the text."""
        return "".join(self._text.spoken)

    @property
    def has_made_up(self) -> bool:
        """Return whether the model went on with a result of its own after its calls."""
        return self.made_up is not None and self.made_up.is_found

    @property
    def is_fiction(self) -> bool:
        """Return whether nothing that follows in the response is meant."""
        return self.calls.is_recital or self.has_made_up

    async def deltas(self, events: AsyncGenerator[Event]) -> AsyncGenerator[Delta]:
        """Yield events as deltas, after one with the role; raises `CompletionError`.

        After the first words or calls, an error is stored in `error` instead of raised.
        """
        started = False
        try:
            async for event in events:
                self._note_first_token(event)
                for delta in self._event_deltas(event):
                    if not started:
                        started = True
                        yield {"role": "assistant"}
                    yield delta
                if self.is_fiction:
                    # What was meant came first, and it may go on for minutes.
                    await events.aclose()
                    return
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

    def _note_first_token(self, event: Event) -> None:
        """Note the time of the first token."""
        if self.first_at is None and isinstance(event, TOKEN_EVENTS):
            self.first_at = asyncio.get_running_loop().time()

    def _event_deltas(self, event: Event) -> Iterator[Delta]:
        """Yield the deltas of an event; raises `CompletionError` at a limit."""
        match event:
            case TextDelta(text):
                yield from self._text_deltas(self.limits.cut_text(text))
            case ReasoningDelta(text):
                self._reasoning.append(text)
                yield from self._part_deltas(self.pipeline.feed_reasoning(text))
            case ToolCall():
                yield from self._part_deltas(self._flushed(goes_on=True))
                yield from self._call_deltas(self.calls.take_proper(event))
            case TokenUsage():
                self.usage.append(event)
            case Finished(reason):
                self.finish_reason = reason
                yield from self._end_deltas(reason)
        if error := self.limits.error:
            raise error

    def _text_deltas(self, text: str) -> Iterator[Delta]:
        """Yield the deltas of a piece of the text."""
        text = self.echo.feed(text)
        self._text.add_written(text)
        yield from self._part_deltas(self.pipeline.feed(text))
        if self.is_fiction:
            yield from self._call_deltas(self.calls.take_recited())

    def _end_deltas(self, reason: str | None) -> Iterator[Delta]:
        """Yield the deltas of what is held until the end of the response."""
        yield from self._part_deltas(self._flushed(is_cut=reason == "length"))
        yield from self._call_deltas(self.calls.take_waiting())
        is_empty = not (self.has_spoken or self.has_called)
        if is_empty and (error := self.limits.reasoning_error):
            raise error

    def _flushed(self, **end: bool) -> Iterator[SpeechPart]:
        """Yield the parts of what is held."""
        yield from self.pipeline.feed(self.echo.flush())
        yield from self.pipeline.flush(**end)

    def _part_deltas(self, speech_parts: Iterable[SpeechPart]) -> Iterator[Delta]:
        """Yield the deltas of parts of the model's text."""
        for part in speech_parts:
            if self.limits.is_speech_over or self.is_fiction:
                continue
            match part:
                case SpeechText() if not self.may_speak:
                    pass
                case SpeechText(text):
                    if self.made_up and self.calls.has_read:
                        text = self.made_up.cut(text)
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
                    is_cut = self.finish_reason == "length"
                    yield from self._call_deltas(
                        self.calls.take_written(part, is_cut=is_cut)
                    )

    def _call_deltas(
        self, calls: Iterable[llm.ToolInput | SpeechText]
    ) -> Iterator[Delta]:
        """Yield tool calls, after a full stop that ends the spoken text, if needed.

        Text-to-speech waits for complete sentences, and the tool may take a while. What
        turned out to be no call is spoken.
        """
        for call in calls:
            if isinstance(call, SpeechText):
                yield from self._part_deltas([call])
                continue
            if not self.has_called and (stop := self.pipeline.full_stop()):
                yield {"content": stop}
            self.has_called = True
            yield {"tool_calls": [call]}
