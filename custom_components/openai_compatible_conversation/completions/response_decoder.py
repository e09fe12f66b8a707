"""Decode the bytes of a response into events.

Decision record: docs/decisions/0001-the-sdk-sends-we-decode.md.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from enum import Enum, auto
import re
from typing import Any

from .chunk_fields import reasoning_in, text_in, usage_in
from .error_mapping import error_from_payload
from .errors import AnswerTooLargeError, ServerFailedError
from .events import Event, Finished, ReasoningDelta, TextDelta, TokenUsage
from .logprobs import read_alternatives
from .reasoning_details import REASONING_DETAILS, ReasoningDetailsAssembler
from .sse import EventParser
from .tool_arguments import repair_surrogates
from .tool_calls import CallAssembler

MAX_TEXT = 1024 * 1024
"""Maximum characters of text and reasoning together."""

_SURROGATE = re.compile("[\ud800-\udfff]")

_EARLY_REASONS = ("stop", "tool_calls", "function_call")
"""Finish reasons that can be no end without an answer, unlike a length limit."""


class Ending(Enum):
    """How far the end of a response can be told before the server ends it.

    A finish reason may come early: Open WebUI sends one with the first chunk, or with
    each piece of reasoning. The token usage comes at the end.
    """

    NONE = auto()
    """No finish reason, or one that came before the answer or before more of it."""
    LIKELY = auto()
    """A finish reason after an answer, and nothing after it."""
    CONFIRMED = auto()
    """A finish reason, nothing after it, and then the token usage."""


class ResponseDecoder:
    """Decodes one response, streamed or not.

    Feed it the bytes as they arrive, and close it at the end of the response. `feed`
    yields text and reasoning, one delta for pieces that arrived together; `close`
    yields tool calls, token usage and the finish reason. Both raise `CompletionError`
    if the server reports an error or the response exceeds a limit.
    """

    def __init__(self, known_tools: Collection[str] = ()) -> None:
        """Initialize with the names of the offered tools."""
        self.tokens = 0
        """Number of chunks so far with text, reasoning or a piece of a tool call."""
        self.finish_reason: str | None = None
        self.ending = Ending.NONE
        """Whether the response may be complete."""
        self.finishes_early = False
        """Whether a finish reason has come that was not the end."""
        self.reasoning_field: str | None = None
        """The field in which reasoning arrived, if it can be sent back in it."""
        self._parser = EventParser()
        self._calls = CallAssembler(known_tools)
        self._details = ReasoningDetailsAssembler()
        self._usage: TokenUsage | None = None
        self._tokens_at_finish = -1
        self._has_answer = False
        """Whether any text or a piece of a tool call has arrived."""
        self._size = 0
        self._pending_surrogates: dict[type[Event], str] = {}
        """High surrogates whose low surrogate has not arrived yet, by type of delta."""

    @property
    def done(self) -> bool:
        """Return whether the server sent the end marker."""
        return self._parser.done

    @property
    def is_whole(self) -> bool:
        """Return whether nothing was missing, if nothing more can come.

        Where a finish reason has come early once, the last one may be early, too.
        """
        return self.ending is Ending.CONFIRMED or (
            self.ending is Ending.LIKELY and not self.finishes_early
        )

    @property
    def is_repetitive(self) -> bool:
        """Return whether the arguments of a tool call repeat themselves without end."""
        return self._calls.is_repetitive

    def feed(self, data: bytes) -> Iterator[Event]:
        """Yield the events that these bytes complete."""
        yield from self._events(self._parser.feed(data))

    def close(self) -> Iterator[Event]:
        """Yield the events that the end of the response completes."""
        yield from self._events(self._parser.close())
        if self.finish_reason == "error":
            # OpenRouter and Mistral, without another word.
            raise ServerFailedError
        calls = self._calls.finish(cut=self.finish_reason == "length")
        if calls and (details := self._details.finish()):
            calls[0] = replace(calls[0], details=details)
        yield from calls
        if self._usage:
            yield self._usage
        yield Finished(self.finish_reason)

    def _events(self, payloads: Iterable[Mapping[str, Any]]) -> Iterator[Event]:
        """Yield the events of chunks, including those before one that fails."""
        events: list[Event] = []
        try:
            for payload in payloads:
                self._payload(payload, events)
        finally:
            yield from events

    def _payload(self, payload: Mapping[str, Any], events: list[Event]) -> None:
        """Append the events of a chunk."""
        if error := error_from_payload(payload):
            raise error
        choices = payload.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, Mapping) and choice.get("index") in (0, None):
                self._choice(choice, events)
                if (problem := choice.get("error")) and (
                    error := error_from_payload({"error": problem})
                ):
                    raise error
        if usage := usage_in(payload.get("usage")):
            if self._usage is None and self.tokens == self._tokens_at_finish:
                self.ending = Ending.CONFIRMED
            self._usage = usage

    def _choice(self, choice: Mapping[str, Any], events: list[Event]) -> None:
        """Append the events of a choice: of its delta, or of its complete message."""
        delta = choice.get("delta")
        if "delta" not in choice or not (delta or self.tokens):
            # At the end of a stream it would repeat the complete response.
            delta = choice.get("message")
        if isinstance(delta, Mapping):
            name, reasoning = reasoning_in(delta)
            self.reasoning_field = name or self.reasoning_field
            text = text_in(delta)
            if reasoning:
                self._append(ReasoningDelta(reasoning), events)
            if text:
                self._append(TextDelta(text), events)
            self._details.feed(delta.get(REASONING_DETAILS))
            calls_grew = self._calls.feed(delta.get("tool_calls"))
            if function := delta.get("function_call"):
                calls_grew |= self._calls.feed([{"index": 0, "function": function}])
            self._has_answer |= bool(text) or calls_grew
            if reasoning or text or calls_grew:
                self.tokens += 1
                self.finishes_early |= self.ending is not Ending.NONE
                self.ending = Ending.NONE
        events += read_alternatives(choice.get("logprobs"))
        if isinstance(reason := choice.get("finish_reason"), str) and reason:
            self.finish_reason = reason
            self._tokens_at_finish = self.tokens
            if not self._has_answer and reason in _EARLY_REASONS:
                self.finishes_early = True
            elif self.ending is Ending.NONE:
                self.ending = Ending.LIKELY

    def _append(self, event: TextDelta | ReasoningDelta, events: list[Event]) -> None:
        """Append a delta, or join it with the previous one of the same type."""
        piece = self._repaired(event)
        if piece is None:
            return
        self._size += len(piece.text)
        if self._size > MAX_TEXT:
            raise AnswerTooLargeError
        last = events[-1] if events else None
        if isinstance(last, TextDelta | ReasoningDelta) and type(last) is type(piece):
            events[-1] = type(piece)(last.text + piece.text)
        else:
            events.append(piece)

    def _repaired(
        self, piece: TextDelta | ReasoningDelta
    ) -> TextDelta | ReasoningDelta | None:
        """Return a delta without lone surrogates, None if it is empty then.

        Some servers split the surrogate pair of an escaped character in two.
        """
        kind = type(piece)
        text = self._pending_surrogates.pop(kind, "") + piece.text
        if text.isascii():
            return kind(text)
        if "\ud800" <= text[-1] <= "\udbff":
            self._pending_surrogates[kind] = text[-1]
            text = text[:-1]
        if _SURROGATE.search(text):
            text = repair_surrogates(text)
        return kind(text) if text else None
