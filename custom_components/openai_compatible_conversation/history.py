"""Home Assistant's record of a conversation, as the messages of a request."""

from collections.abc import Iterable

from homeassistant.components import conversation
from homeassistant.helpers.json import json_dumps

from .completions.messages import (
    Assistant,
    CallRecord,
    Message,
    System,
    ToolOutcome,
    User,
)
from .tools.schema import wire_name
from .tools.toolbox import result_text


def messages_of(content: Iterable[conversation.Content]) -> list[Message]:
    """Return the messages that the content of a chat log stands for."""
    return [message for item in content if (message := _message(item)) is not None]


def _message(item: conversation.Content) -> Message | None:
    """Return the message of one item, None if it says nothing."""
    match item:
        case conversation.SystemContent():
            return System(item.content) if item.content else None
        case conversation.UserContent():
            return User(item.content)
        case conversation.ToolResultContent():
            return ToolOutcome(item.tool_call_id, result_text(item.result))
    calls = tuple(
        CallRecord(call.id, wire_name(call.tool_name), json_dumps(call.tool_args))
        for call in item.tool_calls or ()
    )
    text = item.content if item.content and not item.content.isspace() else None
    # Thoughts alone are no turn that a server would take.
    if text is None and not calls:
        return None
    return Assistant(text, calls, item.thinking_content)
