"""What was forgotten, in the messages of turns and in chat logs.

Whatever tells a forgotten fact goes: the words that it was learned from, and the turns
that recalled or queried it. Has no clock, and does not depend on Home Assistant.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

from collections.abc import Callable, Iterable, Iterator
import json
import math

from ..completions.messages import AssistantMessage, Message, ToolMessage, UserMessage
from .user_text import split_context

type IsForgotten = Callable[[str], bool]
"""Returns whether a line stands for what was forgotten."""

MAX_AGE = 3600
"""Seconds after which what was forgotten is not compared with chat logs any more."""

MAX_FORGOTTEN = 100
"""Number of times of forgetting that chat logs are compared with."""


def tells(messages: Iterable[Message], is_forgotten: IsForgotten) -> bool:
    """Return whether messages tell what was forgotten, one of them or all together.

    "What is my cat called?" and "Amy" do not tell it alone.
    """
    texts = [text for message in messages for text in _texts(message)]
    return any(map(is_forgotten, texts)) or is_forgotten(" ".join(texts))


class ForgottenLately:
    """What was forgotten lately, for chat logs that still hold it from before.

    Times are in seconds since 1970.
    """

    def __init__(self) -> None:
        """Initialize without anything forgotten."""
        self._forgotten: list[tuple[float, IsForgotten]] = []
        """What was forgotten, and when, the oldest first."""
        self.horizon = -math.inf
        """When the last one was forgotten that is not compared any more.

        Nothing in a chat log that is as old as that can be taken in.
        """

    def add(self, is_forgotten: IsForgotten, now: float) -> None:
        """Add what is forgotten now."""
        self._forgotten.append((now, is_forgotten))
        self._expire(now)

    def told_in(self, messages: Iterable[Message], said_at: float, now: float) -> bool:
        """Return whether messages tell what was forgotten after they were said."""
        self._expire(now)
        messages = list(messages)
        return said_at <= self.horizon or any(
            said_at <= forgotten_at and tells(messages, is_forgotten)
            for forgotten_at, is_forgotten in self._forgotten
        )

    def _expire(self, now: float) -> None:
        """Compare no more with what was forgotten long ago."""
        while self._forgotten and (
            len(self._forgotten) > MAX_FORGOTTEN
            or now - self._forgotten[0][0] > MAX_AGE
        ):
            self.horizon = max(self.horizon, self._forgotten.pop(0)[0])


def _texts(message: Message) -> Iterator[str]:
    """Yield the texts of a message, what a user said apart from its context."""
    match message:
        case UserMessage(text):
            yield from split_context(text)
        case ToolMessage(_, text):
            yield _plain(text)
        case AssistantMessage(text, calls, reasoning):
            yield from filter(None, (text, reasoning))
            for call in calls:
                yield _plain(call.arguments)


def _plain(text: str) -> str:
    """Return a text with the values in place of JSON, in which they may be escaped."""
    return " ".join(
        value for line in text.split("\n") for value in _values(_parsed(line))
    )


def _parsed(line: str) -> object:
    """Return the data of a line of JSON, or any other line as it is."""
    try:
        return json.loads(line)
    except ValueError, RecursionError:
        return line


def _values(data: object) -> Iterator[str]:
    """Yield the keys and values of data."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield key
            yield from _values(value)
    elif isinstance(data, list):
        for value in data:
            yield from _values(value)
    else:
        yield str(data)
