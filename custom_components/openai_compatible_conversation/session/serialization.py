"""Serialization of the session state for storage."""

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


def to_json(state: SessionState) -> dict[str, Any]:
    """Return the session state as JSON-serializable data."""
    return {
        "last": state.last_turn_at,
        "turns": [turn_to_json(turn) for turn in state.turns],
        "heads": dict(state.system_prompts),
        "tools": list(state.tools),
        "searching": state.tool_search,
        "choice": state.discovery_option,
        "bookmarks": {
            conversation_id: [cursor.created, cursor.count, cursor.sent_extra_prompt]
            for conversation_id, cursor in state.cursors.items()
        },
    }


def from_json(data: object) -> SessionState:
    """Return the session state from stored data, an empty one if it is invalid."""
    state = SessionState()
    if not isinstance(data, Mapping):
        return state
    try:
        turns = tuple(_turn_from_json(messages) for messages in data["turns"])
        last_turn_at = float(data["last"])
        system_prompts = {str(key): str(text) for key, text in data["heads"].items()}
        tools = [str(name) for name in data["tools"]]
        cursors = {
            str(conversation_id): ChatLogCursor(
                float(created), int(count), _optional_text(extra)
            )
            for conversation_id, (created, count, extra) in data["bookmarks"].items()
        }
    except AttributeError, KeyError, TypeError, ValueError:
        return state
    state.turns, state.last_turn_at = turns, last_turn_at
    state.system_prompts, state.tools = system_prompts, tools
    state.cursors = cursors
    if isinstance(tool_search := data.get("searching"), bool):
        state.tool_search = tool_search
    state.discovery_option = _optional_text(data.get("choice"))
    return state


def turn_to_json(turn: Turn) -> list[dict[str, Any]]:
    """Return a turn as JSON-serializable data: a list with an object per message."""
    return [_message_to_json(message) for message in turn.messages]


def _message_to_json(message: Message) -> dict[str, Any]:
    """Return a message as JSON-serializable data."""
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
    """Return a turn from stored data."""
    return normalize(_message_from_json(message) for message in data)


def _message_from_json(data: Mapping[str, Any]) -> Message:
    """Return a message from stored data."""
    if "user" in data:
        return UserMessage(str(data["user"]))
    if "result" in data:
        return ToolMessage(str(data["id"]), str(data["result"]))
    calls = tuple(ToolCallPart(*map(str, call)) for call in data["calls"])
    return AssistantMessage(
        _optional_text(data["assistant"]), calls, _optional_text(data["reasoning"])
    )


def _optional_text(value: object) -> str | None:
    """Return the value as text, None if it is None."""
    return None if value is None else str(value)
