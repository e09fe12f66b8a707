"""Tool results as text for the model."""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import orjson

from homeassistant.helpers import intent, llm
from homeassistant.util.json import JsonObjectType

from ..completions.messages import ImagePart
from ..excerpts.json_values import Json, json_text, to_json
from ..excerpts.token_limit import cut_to_tokens
from .repair_notes import NOTE, listed
from .repeated_content import without_repeated_content
from .result_media import MediaFilter

MIN_RESULT = 200
"""Tokens of a result for which there is always room, however long its turn is."""

_NOTE_SHARE = 0.3
"""Share of a result that is cut which each of the notes in it may take."""

_NOT_ALL = "The result is too long, and not all of it is shown."
_CALL_AGAIN = "Call it again with {parameters} to get less, and all of that."
_READ_AGAIN = "If it only reads, call it again with {parameters} to get less."

_DONE = intent.IntentResponseType.ACTION_DONE.value
"""The type of an intent response, which says nothing of what was done."""


@dataclass(frozen=True, slots=True)
class ResultFocus:
    """What a call was made for, which decides what is kept of a long result."""

    asked: tuple[str, ...] = ()
    """Texts that say what was asked for: arguments, and the user's words."""
    narrowing: tuple[str, ...] = ()
    """The parameters that may bring less, those first that were not used."""
    read_only: bool = False
    """Whether the call can be made again without doing anything."""


NO_FOCUS = ResultFocus()
"""Nothing is known of what the call was made for."""


@dataclass(slots=True)
class CallResult(llm.ToolResult):
    """The result of a call with JSON values only, and notes in place of binary data."""

    focus: ResultFocus = NO_FOCUS


def error_result(kind: str, text: str) -> llm.ToolResult:
    """Return an error result in the shape of Home Assistant's own."""
    data: JsonObjectType = {"error": kind}
    if text:
        data["error_text"] = text
    return llm.ToolResult(data=data, error=True)


def readable(
    result: llm.ToolResult, focus: ResultFocus = NO_FOCUS
) -> tuple[CallResult, tuple[ImagePart, ...]]:
    """Return a result that can be read and shown, and the pictures in it.

    What a tool returns may be anything. The response of an intent stays one, unless it
    lacks what Home Assistant makes the result of a turn from.
    """
    media = MediaFilter()
    data: Any = media.filter(to_json(result.data))
    if isinstance(data, dict) and _is_intent_response(result.data):
        response = copy(result.data)
        response.clear()
        response.update(data)
        data = response
    return CallResult(data, bool(result.error), focus), tuple(media.pictures)


def result_text(result: llm.ToolResult) -> str:
    """Return a tool result as JSON text, all of it."""
    return json_text(_value(_known(result)))


def result_excerpt(
    result: llm.ToolResult, limit: int, count: Callable[[str], int]
) -> str:
    """Return a tool result as JSON text of at most `limit` tokens, `MIN_RESULT` or more.

    `count` returns the tokens of a text.
    """
    known = _known(result)
    value = _value(known)
    text = json_text(value)
    if count(text) <= limit:
        return text
    return _cut_text(value, known.focus, limit, count)


def _known(result: llm.ToolResult) -> CallResult:
    """Return a result that can be read; pictures are replaced by notes."""
    return result if isinstance(result, CallResult) else readable(result)[0]


def _value(result: CallResult) -> Json:
    """Return what a result consists of as a JSON value.

    Null values are omitted, and so are empty ones in an intent response.
    """
    data: Any = result.data
    if isinstance(data, llm.IntentResponseDict):
        data = _without(data, (None, {}, []))
        if data.get("response_type") == _DONE and not data.get("data"):
            # Small models do not take the type of a response for a success.
            data = {"success": True, **data}
    if result.error:
        # Tools of other integrations may return anything.
        details = data if isinstance(data, dict) else {"text": data}
        data = {"error": True, **details}
    value: Json = _without(data, (None,))
    return value


def _is_intent_response(data: object) -> bool:
    """Return whether data is the response of an intent, as Home Assistant needs it."""
    return isinstance(data, llm.IntentResponseDict) and hasattr(data, "original")


def with_note(text: str, note: str) -> str:
    """Return the text of a result with one more note, if it is a JSON object."""
    try:
        data = orjson.loads(text)
    except ValueError:
        return text
    if not isinstance(data, dict):
        return text
    known = data.get(NOTE)
    return json_text({**data, NOTE: f"{known} {note}" if known else note})


def _cut_text(
    value: Json, focus: ResultFocus, limit: int, count: Callable[[str], int]
) -> str:
    """Return the text of a result that is too long, with a note that says so."""
    data: dict[str, Json] = {"result": value}
    if isinstance(value, dict):
        data = without_repeated_content(value)
    hint = _note(focus)
    notes = [hint if count(hint) <= limit * _NOTE_SHARE else _NOT_ALL]
    if (known := data.pop(NOTE, None)) is not None:
        text = known if isinstance(known, str) else json_text(known)
        room = int(limit * _NOTE_SHARE)
        notes.insert(0, str(cut_to_tokens(text, room, count)))
    note: dict[str, Json] = {NOTE: " ".join(notes)}
    room = limit - count(json_text(note))
    shown: Any = cut_to_tokens(data, room, count, focus.asked)
    return json_text({**shown, **note})


def _note(focus: ResultFocus) -> str:
    """Return what the model is told of a result that is cut."""
    if not focus.narrowing:
        return _NOT_ALL
    again = _CALL_AGAIN if focus.read_only else _READ_AGAIN
    return f"{_NOT_ALL} {again.format(parameters=listed(focus.narrowing))}"


def _without(data: Any, empty: Sequence[object]) -> Any:
    """Return data without the object members whose value is in `empty`."""
    if isinstance(data, dict):
        kept = {key: _without(value, empty) for key, value in data.items()}
        return {key: value for key, value in kept.items() if value not in empty}
    if isinstance(data, list | tuple):
        return [_without(value, empty) for value in data]
    return data
