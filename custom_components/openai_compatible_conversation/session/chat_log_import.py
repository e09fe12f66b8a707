"""What Home Assistant's chat log of a conversation has and the session has not."""

from collections.abc import Callable, Iterable, Sequence

from homeassistant.components import conversation
from homeassistant.helpers.json import json_dumps

from ..completions.messages import (
    AssistantMessage,
    Message,
    ToolCallPart,
    ToolMessage,
    UserMessage,
)
from ..tools.result import result_text
from .session_state import ChatLogCursor
from .turns import Turn, normalize

NO_RESPONSE = "(no response)"
ERROR = "Error: "

SENTENCE_TRIGGER = "trigger_sentence"
"""The call that stands for an automation's sentence: it tells nothing, and is no tool."""


def cursor_at_end(
    content: Sequence[conversation.Content], told: str | None = None
) -> ChatLogCursor:
    """Return the mark at the end of a chat log without its system message."""
    created = content[-1].created.timestamp()
    count = 0
    for item in reversed(content):
        if item.created.timestamp() != created:
            break
        count += 1
    return ChatLogCursor(created, count, told)


def unseen_turns(
    content: Sequence[conversation.Content],
    mark: ChatLogCursor | None,
    name: Callable[[str], str],
) -> list[Turn]:
    """Return the turns in a chat log after a mark, all if there is none.

    Those are commands that were handled locally, announcements, and turns from
    before the session began. `name` returns a tool's name as the model knows it.
    """
    turns: list[list[Message]] = []
    for item in _after(content, mark):
        if not turns or isinstance(item, conversation.UserContent):
            turns.append([])
        if (message := _message(item, name)) is not None:
            turns[-1].append(message)
    return [
        normalize(messages)
        for messages in turns
        if any(
            isinstance(message, UserMessage | AssistantMessage) for message in messages
        )
    ]


def _after(
    content: Sequence[conversation.Content], mark: ChatLogCursor | None
) -> Iterable[conversation.Content]:
    """Return the items after a mark."""
    if mark is None:
        return content
    start = len(content)
    while start and content[start - 1].created.timestamp() > mark.created:
        start -= 1
    # Of several that were made at one moment, so many were seen.
    first = start
    while first and content[first - 1].created.timestamp() == mark.created:
        first -= 1
    return content[min(first + mark.count, start) :]


def _message(item: conversation.Content, name: Callable[[str], str]) -> Message | None:
    """Return the message of an item, None if nobody said or did anything with it."""
    match item:
        case conversation.UserContent():
            return UserMessage(item.content)
        case conversation.ToolResultContent():
            return ToolMessage(item.tool_call_id, result_text(item.result))
        case conversation.AssistantContent():
            calls = tuple(
                ToolCallPart(call.id, name(call.tool_name), json_dumps(call.tool_args))
                for call in item.tool_calls or ()
                if call.tool_name != SENTENCE_TRIGGER
            )
            text = (item.content or "").strip()
            if text == NO_RESPONSE or text.startswith(ERROR):
                text = ""
            return AssistantMessage(text or None, calls) if text or calls else None
    return None
