"""Serialization of the session state for storage.

The file is written after each turn, so it holds only what the session needs after a
restart of Home Assistant: its turns, who said them, the names of its tools, and the
system prompt of the latest turn, so that the next request extends the last one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
import json
from typing import Any

import orjson

from ..completions.messages import (
    AssistantMessage,
    Message,
    SystemMessage,
    ToolCallPart,
    ToolMessage,
    UserMessage,
)
from .heard_messages import Interruption
from .session_state import SessionState
from .turns import Turn, normalize


class TurnEncoder:
    """Encodes each turn once, although it is stored after each turn of its session."""

    def __init__(self) -> None:
        """Initialize without encoded turns."""
        self._encoded: dict[int, tuple[Turn, orjson.Fragment]] = {}

    def encode(self, turns: Sequence[Turn]) -> list[orjson.Fragment]:
        """Return turns as JSON; those that are no longer given are forgotten."""
        known = self._encoded
        self._encoded = {
            id(turn): known.get(id(turn)) or (turn, _encode(turn_to_json(turn)))
            for turn in turns
        }
        return [self._encoded[id(turn)][1] for turn in turns]


def to_json(state: SessionState, turns: Sequence[object]) -> dict[str, Any]:
    """Return the session state as JSON-serializable data, with its encoded turns."""
    return {
        "last": state.last_turn_at,
        "turns": turns,
        "said": [_details_to_json(turn) for turn in state.turns],
        "heads": dict(list(state.system_prompts.items())[-1:]),
        "tools": list(state.tools),
        "searching": state.tool_search,
        "choice": state.discovery_option,
    }


def from_json(data: Mapping[str, Any]) -> SessionState:
    """Return the session state from stored data, which matches the file's schema."""
    state = SessionState()
    turns = [normalize(map(_message_from_json, messages)) for messages in data["turns"]]
    details = data.get("said", ())
    # An earlier version does not write them.
    if len(details) == len(turns):
        turns = list(map(_with_details, turns, details, strict=True))
    state.turns = tuple(turns)
    state.last_turn_at = float(data["last"])
    state.system_prompts = dict(data.get("heads", {}))
    state.tools = list(data.get("tools", ()))
    state.tool_search = data.get("searching")
    state.discovery_option = data.get("choice")
    return state


def turn_to_json(turn: Turn) -> list[dict[str, Any]]:
    """Return a turn as JSON-serializable data: a list with an object per message."""
    return [_message_to_json(message) for message in turn.messages]


def _details_to_json(turn: Turn) -> dict[str, Any]:
    """Return what is known of a turn beside its messages, as JSON-serializable data."""
    details = {
        "id": turn.id,
        "speaker": turn.speaker,
        "channel": turn.channel,
        "at": turn.said_at,
        "learned": turn.is_learned,
        "interrupted": turn.interruption and asdict(turn.interruption),
    }
    return {name: value for name, value in details.items() if value}


def _with_details(turn: Turn, details: Mapping[str, Any]) -> Turn:
    """Return a turn with what is stored of it beside its messages."""
    return replace(
        turn,
        id=details.get("id", turn.id),
        speaker=details.get("speaker", ""),
        channel=details.get("channel"),
        said_at=details.get("at", ""),
        is_learned=details.get("learned", False),
        interruption=_interruption(details.get("interrupted")),
    )


def _interruption(data: Mapping[str, Any] | None) -> Interruption | None:
    """Return how an answer was interrupted, from stored data."""
    if data is None:
        return None
    return Interruption(data["last_words"], data["is_cut"], data["device"])


def _encode(data: object) -> orjson.Fragment:
    """Return JSON data in encoded form."""
    try:
        return orjson.Fragment(orjson.dumps(data))
    except TypeError:
        # A lone surrogate, as a broken tool may return it, cannot be stored.
        text = json.dumps(data, ensure_ascii=False)
        return orjson.Fragment(text.encode(errors="replace"))


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


def _message_from_json(data: Mapping[str, Any]) -> Message:
    """Return a message from stored data."""
    if "user" in data:
        return UserMessage(data["user"])
    if "result" in data:
        return ToolMessage(data["id"], data["result"])
    calls = tuple(ToolCallPart(*call) for call in data["calls"])
    return AssistantMessage(data["assistant"], calls, data["reasoning"])
