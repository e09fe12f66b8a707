"""From the bytes of an answer to the events that it is made of."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
import re
from typing import Any

from .error_mapping import error_from_payload
from .errors import AnswerTooLargeError
from .events import Event, Finished, ReasoningDelta, TextDelta, TokenUsage
from .reasoning_details import REASONING_DETAILS, ReasoningDetailsAssembler
from .sse import EventParser
from .tool_arguments import repair_surrogates
from .tool_calls import CallAssembler

MAX_TEXT = 1024 * 1024
"""Characters that answer and reasoning may have together."""

MAX_COUNT = 10**9
"""Tokens that a request may have cost; more is no count, and its total no number to store."""

_HALF = re.compile("[\ud800-\udfff]")

REASONING_FIELDS = ("reasoning_content", "reasoning", "reasoning_text")


class ResponseDecoder:
    """Decodes one answer, streamed or whole; raises `CompletionError` for what fails.

    Text and reasoning come as they arrive, pieces that arrived together as one.
    Tool calls, usage and the finish come at the end.
    """

    def __init__(self, known_tools: Collection[str] = ()) -> None:
        """Initialize at the start of an answer."""
        self.tokens = 0
        """Chunks so far that held something of the answer."""
        self.finish_reason: str | None = None
        self.reasoning_field: str | None = None
        """The field in which reasoning came, if it did in one that takes it back."""
        self._parser = EventParser()
        self._calls = CallAssembler(known_tools)
        self._details = ReasoningDetailsAssembler()
        self._usage: TokenUsage | None = None
        self._size = 0
        self._halves: dict[type[Event], str] = {}
        """The first half of a character whose second half has not come."""

    @property
    def done(self) -> bool:
        """Return whether the server said that it is done."""
        return self._parser.done

    def feed(self, data: bytes) -> Iterator[Event]:
        """Yield the events that have become whole with some more bytes."""
        yield from self._events(self._parser.feed(data))

    def close(self) -> Iterator[Event]:
        """Yield the events that the end of the answer brings."""
        yield from self._events(self._parser.close())
        calls = self._calls.finish(cut=self.finish_reason == "length")
        if calls and (details := self._details.finish()):
            calls[0] = replace(calls[0], details=details)
        yield from calls
        if self._usage:
            yield self._usage
        yield Finished(self.finish_reason)

    def _events(self, payloads: Iterable[Mapping[str, Any]]) -> Iterator[Event]:
        """Yield the events of some chunks, also of those before one that fails."""
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
        if usage := _usage(payload.get("usage")):
            self._usage = usage
        choices = payload.get("choices")
        if not isinstance(choices, list):
            return
        for choice in choices:
            if isinstance(choice, Mapping) and choice.get("index") in (0, None):
                self._choice(choice, events)

    def _choice(self, choice: Mapping[str, Any], events: list[Event]) -> None:
        """Append the events of a choice: its delta, or its whole message."""
        delta = choice.get("delta")
        if "delta" not in choice or not (delta or self.tokens):
            # Beside the end of a stream it would be the whole answer once more.
            delta = choice.get("message")
        if isinstance(delta, Mapping):
            name, reasoning = _reasoning(delta)
            self.reasoning_field = name or self.reasoning_field
            text = _plain(delta.get("content")) or _plain(delta.get("refusal"))
            if reasoning:
                self._append(ReasoningDelta(reasoning), events)
            if text:
                self._append(TextDelta(text), events)
            self._details.feed(delta.get(REASONING_DETAILS))
            called = self._calls.feed(delta.get("tool_calls"))
            if function := delta.get("function_call"):
                called |= self._calls.feed([{"index": 0, "function": function}])
            self.tokens += bool(reasoning or text or called)
        if isinstance(reason := choice.get("finish_reason"), str) and reason:
            self.finish_reason = reason

    def _append(self, event: TextDelta | ReasoningDelta, events: list[Event]) -> None:
        """Append a piece, joined with the one before it if they are alike."""
        piece = self._mended(event)
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

    def _mended(
        self, piece: TextDelta | ReasoningDelta
    ) -> TextDelta | ReasoningDelta | None:
        """Return a piece without half characters, None if nothing is left of it.

        Some servers cut the escape of a character beyond the first 65,536 in two.
        """
        kind = type(piece)
        text = self._halves.pop(kind, "") + piece.text
        if text.isascii():
            return kind(text)
        if "\ud800" <= text[-1] <= "\udbff":
            self._halves[kind] = text[-1]
            text = text[:-1]
        if _HALF.search(text):
            text = repair_surrogates(text)
        return kind(text) if text else None


def _plain(value: object, depth: int = 3) -> str:
    """Return the text of a string, or of a list of parts that hold text."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and depth:
        return _joined(value, "text", depth) or _joined(value, "summary", depth)
    return ""


def _joined(parts: list[Any], key: str, depth: int = 3) -> str:
    """Return the texts that stand in parts under a key."""
    return "".join(
        _plain(part.get(key), depth - 1) for part in parts if isinstance(part, Mapping)
    )


def _reasoning(delta: Mapping[str, Any]) -> tuple[str | None, str]:
    """Return the reasoning of a delta from the first field that has any, and the field."""
    for name in REASONING_FIELDS:
        if text := _plain(delta.get(name)):
            return name, text
    if text := _plain(delta.get(REASONING_DETAILS)):
        return None, text
    content = delta.get("content")
    return None, _joined(content, "thinking") if isinstance(content, list) else ""


def _usage(usage: object) -> TokenUsage | None:
    """Return a usage object as ours, None if it is none."""
    if not isinstance(usage, Mapping):
        return None
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, Mapping) else None
    if cached is None:
        cached = usage.get("prompt_cache_hit_tokens")
    return TokenUsage(
        _count(usage.get("prompt_tokens")),
        _count(cached),
        _count(usage.get("completion_tokens")),
    )


def _count(value: object) -> int:
    """Return a count of tokens, 0 if it is none."""
    return int(value) if isinstance(value, int) and 0 < value <= MAX_COUNT else 0
