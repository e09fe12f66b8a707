"""A turn of a conversation, in a shape that every server accepts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..completions.messages import (
    AssistantMessage,
    Message,
    ToolCallPart,
    ToolMessage,
    UserMessage,
    size,
)

ASSISTANT_SPEAKS_FIRST = "(You speak first.)"
"""Stands where no user spoke, for a chat has to begin with one."""

NO_ANSWER = "(No answer was given.)"
"""Stands where an answer is missing, for nobody speaks twice in succession."""

NO_RESULT = (
    '{"error":"Interrupted","error_text":'
    '"The turn ended before there was a result. What was called may have been done."}'
)
"""Stands for the result of a call that nobody waited for."""

MAX_TRUNCATED = 200
"""Characters that are left of each text where a turn is too long to be kept."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What was said and done between two things that a user said.

    It begins with the user and ends with words of the assistant. Each call is
    followed by its result, and nobody but tools speaks twice in succession.
    A note stands for images: they would be sent and stored again with each turn.
    """

    messages: tuple[Message, ...]
    size: int
    """In characters."""


def normalize(messages: Iterable[Message]) -> Turn:
    """Return messages as a turn, with what is missing in it filled in."""
    shape = TurnNormalizer()
    for message in messages:
        shape.take(message)
    whole = shape.finish()
    return Turn(whole, sum(map(size, whole)))


def truncated(turn: Turn) -> Turn:
    """Return a turn of which each text is short."""
    return normalize(_truncated_message(message) for message in turn.messages)


def without_images(said: UserMessage) -> UserMessage:
    """Return what a user said, with a note in place of images."""
    if not (count := len(said.images)):
        return said
    return UserMessage(f"{said.text}\n(with {count} image{'s' if count > 1 else ''})")


def _truncated_message(message: Message) -> Message:
    """Return a message that is short."""
    match message:
        case UserMessage(text) | ToolMessage(_, text) if len(text) > MAX_TRUNCATED:
            return replace(message, text=f"{text[:MAX_TRUNCATED]}… (cut)")
        case AssistantMessage(text, calls, _):
            return AssistantMessage(
                f"{text[:MAX_TRUNCATED]}…"
                if text and len(text) > MAX_TRUNCATED
                else text,
                tuple(_truncated_call(call) for call in calls),
            )
    return message


def _truncated_call(call: ToolCallPart) -> ToolCallPart:
    """Return a call that is short: without its arguments, for half of them are none."""
    return (
        replace(call, arguments="{}") if len(call.arguments) > MAX_TRUNCATED else call
    )


class TurnNormalizer:
    """Puts messages in an order that every server accepts."""

    def __init__(self) -> None:
        """Initialize without a message."""
        self._result: list[Message] = []
        self._words: AssistantMessage | None = None
        """What was said last, as long as it may go on."""
        self._waiting: dict[str, None] = {}
        """The calls that have no result yet."""

    def take(self, message: Message) -> None:
        """Take the next message; what belongs nowhere is left out."""
        match message:
            case ToolMessage(call_id):
                if call_id in self._waiting:
                    del self._waiting[call_id]
                    self._result.append(message)
            case UserMessage():
                self._end_calls()
                if self._result:
                    self._end_words()
                self._result.append(without_images(message))
            case AssistantMessage(text, calls) if text or calls:
                self._end_calls()
                self._take_answer(message)

    def finish(self) -> tuple[Message, ...]:
        """Return the messages, the last of them the assistant's words."""
        self._end_calls()
        if not self._result:
            self._result.append(UserMessage(ASSISTANT_SPEAKS_FIRST))
        self._end_words()
        return tuple(self._result)

    def _take_answer(self, answer: AssistantMessage) -> None:
        """Take an answer, which goes on with what was said just before."""
        if not self._result:
            self._result.append(UserMessage(ASSISTANT_SPEAKS_FIRST))
        if self._words:
            answer = _joined(self._words, answer)
        self._words = None if answer.calls else answer
        if answer.calls:
            self._result.append(answer)
            self._waiting = dict.fromkeys(call.id for call in answer.calls)

    def _end_calls(self) -> None:
        """Give each call that has no result one that says so."""
        self._result += [ToolMessage(call_id, NO_RESULT) for call_id in self._waiting]
        self._waiting = {}

    def _end_words(self) -> None:
        """End with what the assistant said."""
        self._result.append(self._words or AssistantMessage(NO_ANSWER))
        self._words = None


def _joined(first: AssistantMessage, second: AssistantMessage) -> AssistantMessage:
    """Return what was said in succession as one message."""
    text = "\n".join(filter(None, (first.text, second.text)))
    reasoning = "\n".join(filter(None, (first.reasoning, second.reasoning)))
    return AssistantMessage(text or None, second.calls, reasoning or None)
