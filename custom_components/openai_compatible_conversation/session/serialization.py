"""A transcript as JSON, and back, as far as it can be read."""

from collections.abc import Iterable, Mapping
from typing import Any

from ..completions.messages import (
    AssistantMessage,
    Message,
    SystemMessage,
    ToolCallPart,
    ToolMessage,
    UserMessage,
)
from .session_state import ChatLogCursor, SessionState
from .turns import Turn, normalize


def to_json(transcript: SessionState) -> dict[str, Any]:
    """Return a transcript as JSON."""
    return {
        "last": transcript.last_turn_at,
        "turns": [turn_to_json(turn) for turn in transcript.turns],
        "heads": dict(transcript.system_prompts),
        "tools": list(transcript.tools),
        "searching": transcript.tool_search,
        "choice": transcript.discovery_option,
        "bookmarks": {
            conversation_id: [mark.created, mark.count, mark.sent_extra_prompt]
            for conversation_id, mark in transcript.cursors.items()
        },
    }


def from_json(data: object) -> SessionState:
    """Return the transcript that was stored, an empty one if it cannot be read."""
    transcript = SessionState()
    if not isinstance(data, Mapping):
        return transcript
    try:
        turns = tuple(_turn_from_json(messages) for messages in data["turns"])
        last = float(data["last"])
        heads = {str(key): str(text) for key, text in data["heads"].items()}
        tools = [str(name) for name in data["tools"]]
        bookmarks = {
            str(conversation_id): ChatLogCursor(
                float(created), int(count), _optional_text(told)
            )
            for conversation_id, (created, count, told) in data["bookmarks"].items()
        }
    except AttributeError, KeyError, TypeError, ValueError:
        return transcript
    transcript.turns, transcript.last_turn_at = turns, last
    transcript.system_prompts, transcript.tools = heads, tools
    transcript.cursors = bookmarks
    if isinstance(searching := data.get("searching"), bool):
        transcript.tool_search = searching
    transcript.discovery_option = _optional_text(data.get("choice"))
    return transcript


def turn_to_json(turn: Turn) -> list[dict[str, Any]]:
    """Return a turn as JSON: the messages as the API names them, more or less."""
    return [_message_to_json(message) for message in turn.messages]


def _message_to_json(message: Message) -> dict[str, Any]:
    """Return a message as JSON."""
    match message:
        case UserMessage(text):
            return {"user": text}
        case ToolMessage(call_id, text):
            return {"result": text, "id": call_id}
        case AssistantMessage(text, calls, reasoning):
            return {
                "assistant": text,
                "calls": [[call.id, call.name, call.arguments] for call in calls],
                "reasoning": reasoning,
            }
        case SystemMessage():
            raise ValueError("A turn has no system message")


def _turn_from_json(data: Iterable[Mapping[str, Any]]) -> Turn:
    """Return the turn that was stored."""
    return normalize(_message_from_json(message) for message in data)


def _message_from_json(data: Mapping[str, Any]) -> Message:
    """Return the message that was stored."""
    if "user" in data:
        return UserMessage(str(data["user"]))
    if "result" in data:
        return ToolMessage(str(data["id"]), str(data["result"]))
    calls = tuple(ToolCallPart(*map(str, call)) for call in data["calls"])
    return AssistantMessage(
        _optional_text(data["assistant"]), calls, _optional_text(data["reasoning"])
    )


def _optional_text(value: object) -> str | None:
    """Return a text that may be missing."""
    return None if value is None else str(value)
