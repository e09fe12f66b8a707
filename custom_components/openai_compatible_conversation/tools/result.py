"""Tool results as text for the model."""

from typing import Any

from homeassistant.helpers import intent, llm
from homeassistant.helpers.json import json_dumps

MAX_RESULT = 8000
"""Maximum number of characters of a tool result sent to the model."""


_DONE = intent.IntentResponseType.ACTION_DONE.value
"""The type of an intent response, which says nothing of what was done."""


def result_text(result: llm.ToolResult) -> str:
    """Return a tool result as JSON text, truncated to `MAX_RESULT` characters.

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
    try:
        text = json_dumps(_without(data, (None,)))
    except (TypeError, ValueError, RecursionError) as err:
        return json_dumps({"error": "UnreadableResult", "error_text": str(err)})
    if len(text) > MAX_RESULT:
        return f"{text[:MAX_RESULT]}… (cut: this was {len(text)} characters long)"
    return text


def _without(data: Any, empty: tuple[Any, ...]) -> Any:
    """Return data without the object members whose value is in `empty`."""
    if isinstance(data, dict):
        kept = {key: _without(value, empty) for key, value in data.items()}
        return {key: value for key, value in kept.items() if value not in empty}
    if isinstance(data, list | tuple):
        return [_without(value, empty) for value in data]
    return data
