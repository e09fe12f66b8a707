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
from .transcript import Bookmark, Transcript
from .turns import Turn, turn_of


def stored(transcript: Transcript) -> dict[str, Any]:
    """Return a transcript as JSON."""
    return {
        "last": transcript.last,
        "turns": [stored_turn(turn) for turn in transcript.turns],
        "heads": dict(transcript.heads),
        "tools": list(transcript.tools),
        "searching": transcript.searching,
        "choice": transcript.choice,
        "bookmarks": {
            conversation_id: [mark.created, mark.count, mark.told]
            for conversation_id, mark in transcript.bookmarks.items()
        },
    }


def restored(data: object) -> Transcript:
    """Return the transcript that was stored, an empty one if it cannot be read."""
    transcript = Transcript()
    if not isinstance(data, Mapping):
        return transcript
    try:
        turns = tuple(_turn(messages) for messages in data["turns"])
        last = float(data["last"])
        heads = {str(key): str(text) for key, text in data["heads"].items()}
        tools = [str(name) for name in data["tools"]]
        bookmarks = {
            str(conversation_id): Bookmark(float(created), int(count), _text(told))
            for conversation_id, (created, count, told) in data["bookmarks"].items()
        }
    except AttributeError, KeyError, TypeError, ValueError:
        return transcript
    transcript.turns, transcript.last = turns, last
    transcript.heads, transcript.tools = heads, tools
    transcript.bookmarks = bookmarks
    if isinstance(searching := data.get("searching"), bool):
        transcript.searching = searching
    transcript.choice = _text(data.get("choice"))
    return transcript


def stored_turn(turn: Turn) -> list[dict[str, Any]]:
    """Return a turn as JSON: the messages as the API names them, more or less."""
    return [_stored(message) for message in turn.messages]


def _stored(message: Message) -> dict[str, Any]:
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


def _turn(data: Iterable[Mapping[str, Any]]) -> Turn:
    """Return the turn that was stored."""
    return turn_of(_message(message) for message in data)


def _message(data: Mapping[str, Any]) -> Message:
    """Return the message that was stored."""
    if "user" in data:
        return UserMessage(str(data["user"]))
    if "result" in data:
        return ToolMessage(str(data["id"]), str(data["result"]))
    calls = tuple(ToolCallPart(*map(str, call)) for call in data["calls"])
    return AssistantMessage(_text(data["assistant"]), calls, _text(data["reasoning"]))


def _text(value: object) -> str | None:
    """Return a text that may be missing."""
    return None if value is None else str(value)
