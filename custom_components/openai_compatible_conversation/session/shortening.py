"""Shortens the messages of a turn that is too long, the user's own words last.

Reasoning goes first, then results and arguments, then answers, then the context of the
turn, and then whole calls. What is left stays in a shape that every server accepts.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..completions.messages import (
    AssistantMessage,
    Message,
    ToolCallPart,
    ToolMessage,
    UserMessage,
    tokens,
)
from ..excerpts.token_limit import cut_object_to_tokens, cut_text_to_tokens, is_json
from .limits import Count
from .user_text import split_context
from .word_gap import without_middle

MIN_TEXT = 40
"""Tokens of a result or an answer that are kept before anything else is cut."""

GAP = "\n(… a part of this is not shown …)\n"
"""What stands in place of the middle of what a user said."""

_ELLIPSIS = " … "
"""The same in an answer: a model imitates what stands in its history as its own words."""


def shortened(messages: Sequence[Message], limit: int, count: Count) -> list[Message]:
    """Return the messages of a turn in at most `limit` tokens, as far as possible.

    `count` returns the tokens of a text. All calls are kept, and all that the user said.
    """
    shortener = _Shortener(limit, count)
    kept = list(messages)
    for shorten in (
        shortener.without_reasoning,
        shortener.with_short_results,
        shortener.with_short_answers,
        shortener.without_context,
    ):
        if shortener.room(kept) >= 0:
            break
        kept = shorten(kept)
    return kept


def cut_down(
    messages: Sequence[Message], limit: int, count: Count, said: int
) -> list[Message]:
    """Return the messages of a finished turn in at most `limit` tokens.

    Of what the user said, at least `said` tokens are kept.
    """
    shortener = _Shortener(limit, count)
    kept = shortened(messages, limit, count)
    if shortener.room(kept) < 0:
        kept = shortener.without_calls(kept)
    if shortener.room(kept) < 0:
        kept = shortener.with_short_words(kept, said)
    return kept


def said_in(messages: Iterable[Message]) -> list[str]:
    """Return what users said in messages, without the context in front of it."""
    return [
        split_context(message.text)[1]
        for message in messages
        if isinstance(message, UserMessage)
    ]


@dataclass(frozen=True, slots=True)
class _Shortener:
    """Makes one part of the messages of a turn fit."""

    limit: int
    count: Count

    def room(self, messages: Iterable[Message]) -> int:
        """Return how many tokens are left, negative if it is too many."""
        return self.limit - sum(tokens(message, self.count) for message in messages)

    def without_reasoning(self, messages: list[Message]) -> list[Message]:
        """Return messages without the model's reasoning."""
        return [
            replace(message, reasoning=None)
            if isinstance(message, AssistantMessage)
            else message
            for message in messages
        ]

    def with_short_results(self, messages: list[Message]) -> list[Message]:
        """Return messages with the longest results and arguments cut."""
        level = self._level(messages, list(_results(messages)), MIN_TEXT)

        def short_call(call: ToolCallPart) -> ToolCallPart:
            arguments = cut_object_to_tokens(call.arguments, level, self.count)
            return replace(call, arguments=arguments)

        short: list[Message] = []
        for message in messages:
            match message:
                case ToolMessage(_, text):
                    short.append(replace(message, text=self._short_result(text, level)))
                case AssistantMessage(_, calls):
                    short.append(replace(message, calls=tuple(map(short_call, calls))))
                case _:
                    short.append(message)
        return short

    def _short_result(self, text: str, level: int) -> str:
        """Return a result in at most `level` tokens."""
        if self.count(text) <= level:
            return text
        # What is told after a result is on lines of its own.
        result = text.partition("\n")[0]
        return cut_text_to_tokens(
            result if is_json(result) else text, level, self.count
        )

    def with_short_answers(self, messages: list[Message]) -> list[Message]:
        """Return messages with the longest texts of the model cut."""
        answers = [
            message.text
            for message in messages
            if isinstance(message, AssistantMessage) and message.text
        ]
        level = self._level(messages, answers, MIN_TEXT)
        return [
            replace(
                message, text=without_middle(message.text, level, self.count, _ELLIPSIS)
            )
            if isinstance(message, AssistantMessage) and message.text
            else message
            for message in messages
        ]

    def without_context(self, messages: list[Message]) -> list[Message]:
        """Return messages with nothing but what the user said, if that is anything."""
        return [
            replace(message, text=said)
            if isinstance(message, UserMessage)
            and (said := split_context(message.text)[1]).strip()
            else message
            for message in messages
        ]

    def without_calls(self, messages: list[Message]) -> list[Message]:
        """Return messages without the oldest calls and their results."""
        room = self.room(messages)
        kept: list[Message] = []
        is_dropped = False
        for message in messages:
            match message:
                case AssistantMessage(_, calls) if calls:
                    is_dropped = room < 0
                case ToolMessage():
                    pass
                case _:
                    is_dropped = False
            if is_dropped:
                room += tokens(message, self.count)
            else:
                kept.append(message)
        return kept

    def with_short_words(self, messages: list[Message], least: int) -> list[Message]:
        """Return messages with what the user said cut, to no fewer tokens than `least`."""
        level = self._level(messages, said_in(messages), least)
        short: list[Message] = []
        for message in messages:
            if isinstance(message, UserMessage):
                context, said = split_context(message.text)
                said = without_middle(said, level, self.count, GAP)
                short.append(replace(message, text=context + said))
            else:
                short.append(message)
        return short

    def _level(self, messages: Iterable[Message], texts: list[str], least: int) -> int:
        """Return the tokens to which each of the texts has to be cut for all to fit.

        It is no less than `least`.
        """
        sizes = sorted(map(self.count, texts))
        room = sum(sizes) + self.room(messages)
        for number, size in enumerate(sizes):
            share = room // (len(sizes) - number)
            if size > share:
                return max(share, least)
            room -= size
        return max(sizes, default=least)


def _results(messages: Iterable[Message]) -> Iterator[str]:
    """Yield the results and the arguments of calls."""
    for message in messages:
        match message:
            case ToolMessage(_, text):
                yield text
            case AssistantMessage(_, calls):
                yield from (call.arguments for call in calls)
