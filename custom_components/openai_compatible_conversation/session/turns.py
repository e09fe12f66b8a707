"""Turns of a conversation, normalized so that every server accepts them.

Strict chat templates require that a chat starts with a user message, that user and
assistant messages alternate, and that each tool call is followed by its result. A
turn that failed or was cancelled lacks some of that, so placeholders are filled in, but
never for the assistant: a model imitates what stands in its history as its own words.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from secrets import token_hex
from typing import Literal

from ..completions.messages import (
    AssistantMessage,
    Message,
    ToolCallPart,
    ToolMessage,
    UserMessage,
    tokens,
)
from .heard_messages import Interruption
from .limits import Count

ASSISTANT_SPEAKS_FIRST = "(You speak first.)"
"""Placeholder user message of a turn that the assistant started."""

type TurnChannel = Literal["voice", "chat"]
"""Whether a turn was said to a device, or written."""

NO_RESULT = (
    '{"error":"Interrupted","error_text":'
    '"The turn ended before there was a result. What was called may have been done."}'
)
"""Placeholder result of a tool call that was interrupted."""


@dataclass(slots=True)
class Turn:
    """A user message and everything up to the next one, normalized.

    Starts with a user message and ends with an assistant message that has text, if the
    turn was answered. Each tool call is followed by its result.
    Images are replaced by a note: they would be sent and stored again with each turn.
    Those in results have one already.
    """

    messages: tuple[Message, ...]
    is_learned: bool = field(default=False, compare=False)
    """Whether what the user said was passed on to learn from."""
    id: str = field(default_factory=partial(token_hex, 8), compare=False)
    """Identifies the turn wherever it is stored, also once it was shortened."""
    speaker: str = field(default="", compare=False)
    """The name of the user who spoke, empty if it is not known."""
    channel: TurnChannel | None = field(default=None, compare=False)
    """Whether it was said to a device or written, None if that is not known."""
    said_at: str = field(default="", compare=False)
    """When it was said, ISO 8601 in UTC, empty if that is not known."""
    interruption: Interruption | None = field(default=None, compare=False)
    """How its answer was interrupted, None once the model was told of it."""
    _counted: tuple[Count, int] | None = field(
        default=None, init=False, repr=False, compare=False
    )

    def tokens(self, count: Count) -> int:
        """Return the tokens of all messages, which each `count` counts once."""
        if self._counted is None or self._counted[0] is not count:
            counted = sum(tokens(message, count) for message in self.messages)
            self._counted = count, counted
        return self._counted[1]


def normalize(messages: Iterable[Message]) -> Turn:
    """Return messages as a turn, with placeholders for what is missing."""
    normalizer = TurnNormalizer()
    for message in messages:
        normalizer.add(message)
    return Turn(normalizer.finish())


def has_call(turn: Turn, name: str) -> bool:
    """Return whether a tool was called in a turn."""
    return any(
        call.name == name
        for message in turn.messages
        if isinstance(message, AssistantMessage)
        for call in message.calls
    )


def without_calls(
    messages: Iterable[Message], is_dropped: Callable[[ToolCallPart], bool]
) -> list[Message]:
    """Return messages without some calls and the results of these.

    An assistant message that is left with neither text nor calls is dropped, too.
    """
    kept: list[Message] = []
    dropped: set[str] = set()
    for message in messages:
        match message:
            case AssistantMessage(text, calls):
                # Ids are unique only among the calls of one message.
                dropped = {call.id for call in calls if is_dropped(call)}
                calls = tuple(call for call in calls if not is_dropped(call))
                if text or calls:
                    kept.append(replace(message, calls=calls))
            case ToolMessage(call_id) if call_id in dropped:
                pass
            case _:
                kept.append(message)
    return kept


def without_images(message: UserMessage) -> UserMessage:
    """Return a user message with a note in place of its images."""
    if not (count := len(message.images)):
        return message
    return UserMessage(
        f"{message.text}\n(with {count} image{'s' if count > 1 else ''})"
    )


class TurnNormalizer:
    """Builds the messages of a turn in an order that every server accepts."""

    def __init__(self) -> None:
        """Initialize without messages."""
        self._result: list[Message] = []
        self._answer: AssistantMessage | None = None
        """The last assistant message, held back as another one may extend it."""
        self._calls: list[str] = []
        """Ids of the calls of the last message, in order."""
        self._results: list[ToolMessage] = []
        """Results of these calls, held back as they are sent in the order of calls."""

    def add(self, message: Message) -> None:
        """Add the next message; a result without a pending call is dropped."""
        match message:
            case ToolMessage(call_id, text):
                self._add_result(ToolMessage(call_id, text))
            case UserMessage():
                self._close_calls()
                if self._result:
                    self._close_answer()
                self._result.append(without_images(message))
            case AssistantMessage(text, calls) if text or calls:
                self._close_calls()
                self._add_answer(message)

    def finish(self) -> tuple[Message, ...]:
        """Return the messages."""
        self._close_calls()
        if not self._result:
            self._result.append(UserMessage(ASSISTANT_SPEAKS_FIRST))
        self._close_answer()
        return tuple(self._result)

    def _add_answer(self, answer: AssistantMessage) -> None:
        """Add an assistant message, joined with the one just before it."""
        if not self._result:
            self._result.append(UserMessage(ASSISTANT_SPEAKS_FIRST))
        if self._answer:
            answer = _joined(self._answer, answer)
        self._answer = None if answer.calls else answer
        if answer.calls:
            self._result.append(answer)
            self._calls = [call.id for call in answer.calls]

    def _add_result(self, result: ToolMessage) -> None:
        """Hold a result back, unless no call of the last message waits for it."""
        known = [other.call_id for other in self._results]
        if known.count(result.call_id) < self._calls.count(result.call_id):
            self._results.append(result)

    def _close_calls(self) -> None:
        """Add the results in the order of their calls, and placeholders for others."""
        for call_id in self._calls:
            result = next((r for r in self._results if r.call_id == call_id), None)
            if result:
                self._results.remove(result)
            self._result.append(result or ToolMessage(call_id, NO_RESULT))
        self._calls, self._results = [], []

    def _close_answer(self) -> None:
        """Add the assistant message held back."""
        if self._answer:
            self._result.append(self._answer)
        self._answer = None


def _joined(first: AssistantMessage, second: AssistantMessage) -> AssistantMessage:
    """Return two successive assistant messages as one."""
    text = "\n".join(filter(None, (first.text, second.text)))
    reasoning = "\n".join(filter(None, (first.reasoning, second.reasoning)))
    return AssistantMessage(text or None, second.calls, reasoning or None)
