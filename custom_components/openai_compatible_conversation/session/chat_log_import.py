"""Import of turns from a Home Assistant chat log into the session.

Home Assistant keeps one chat log per conversation. Commands handled locally and
announcements are only in that log, so they are imported before the model is asked.
A cursor per conversation marks how far its chat log was imported.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
import math

from homeassistant.components import conversation
from homeassistant.helpers import llm
from homeassistant.helpers.json import json_dumps

from ..completions.call_ids import short_call_id
from ..completions.messages import (
    AssistantMessage,
    Message,
    ToolCallPart,
    ToolMessage,
    UserMessage,
)
from ..tools.result import result_text
from .turns import Turn, normalize

NO_RESPONSE = "(no response)"
ERROR = "Error: "

SENTENCE_TRIGGER = "trigger_sentence"
"""Pseudo tool call that the chat log holds for a sentence trigger; not imported."""


@dataclass(frozen=True, slots=True, order=True)
class ChatLogCursor:
    """A position in a conversation's chat log, behind some of its items."""

    created: float
    """When the newest of these items was created, in seconds since 1970."""
    count: int
    """How many of these items were created at that time."""


START_OF_LOG = ChatLogCursor(-math.inf, 0)
"""The cursor in front of all items."""


def cursor_at_end(content: Sequence[conversation.Content]) -> ChatLogCursor:
    """Return the cursor at the end of a chat log, given without its system message."""
    if not content:
        return START_OF_LOG
    created = content[-1].created.timestamp()
    count = 0
    for item in reversed(content):
        if item.created.timestamp() != created:
            break
        count += 1
    return ChatLogCursor(created, count)


def unseen_turns(
    content: Sequence[conversation.Content],
    cursor: ChatLogCursor,
    name: Callable[[str], str],
    text_of: Callable[[llm.ToolResult], str] = result_text,
) -> list[Turn]:
    """Return the turns in a chat log after the cursor.

    These are commands that were handled locally, announcements, and turns from
    before a session was used. `name` maps a tool name to the one sent to the model, and
    `text_of` returns the text of a result.
    """
    turns: list[tuple[str, list[Message]]] = []
    for item in _after(content, cursor):
        if not turns or isinstance(item, conversation.UserContent):
            turns.append((item.created.isoformat(), []))
        if (message := _message(item, name, text_of)) is not None:
            turns[-1][1].append(message)
    return [
        replace(normalize(messages), said_at=said_at)
        for said_at, messages in turns
        if any(
            isinstance(message, UserMessage | AssistantMessage) for message in messages
        )
    ]


def utterances_after(
    content: Sequence[conversation.Content], cursor: ChatLogCursor
) -> list[conversation.UserContent]:
    """Return what was said to the assistant in a chat log after the cursor."""
    return [
        item
        for item in _after(content, cursor)
        if isinstance(item, conversation.UserContent)
    ]


def _after(
    content: Sequence[conversation.Content], cursor: ChatLogCursor
) -> Iterable[conversation.Content]:
    """Return the items after the cursor."""
    start = len(content)
    while start and content[start - 1].created.timestamp() > cursor.created:
        start -= 1
    # Several items can share a timestamp; the cursor counts those already imported.
    first = start
    while first and content[first - 1].created.timestamp() == cursor.created:
        first -= 1
    return content[min(first + cursor.count, start) :]


def _message(
    item: conversation.Content,
    name: Callable[[str], str],
    text_of: Callable[[llm.ToolResult], str],
) -> Message | None:
    """Return the message for a chat log item, None if it has no text and no calls."""
    match item:
        case conversation.UserContent():
            return UserMessage(item.content) if item.content.strip() else None
        case conversation.ToolResultContent():
            return ToolMessage(short_call_id(item.tool_call_id), text_of(item.result))
        case conversation.AssistantContent():
            calls = tuple(
                ToolCallPart(
                    # Home Assistant's own, and those of other agents.
                    short_call_id(call.id),
                    name(call.tool_name),
                    _arguments_text(call.tool_args),
                )
                for call in item.tool_calls or ()
                if call.tool_name != SENTENCE_TRIGGER
            )
            text = (item.content or "").strip()
            if text == NO_RESPONSE or text.startswith(ERROR):
                text = ""
            return AssistantMessage(text or None, calls) if text or calls else None
    return None


def _arguments_text(arguments: object) -> str:
    """Return the arguments of a call as a JSON object, an empty one if they are none."""
    try:
        return json_dumps(arguments) if isinstance(arguments, dict) else "{}"
    except TypeError:
        # What other agents put into a chat log may be anything.
        return "{}"
