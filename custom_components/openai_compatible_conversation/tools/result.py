"""What a tool returned, as the model is shown it."""

from typing import Any

from homeassistant.helpers import llm
from homeassistant.helpers.json import json_dumps

MAX_RESULT = 8000
"""Characters of a tool's result that the model is shown."""


def result_text(result: llm.ToolResult) -> str:
    """Return a tool's result as JSON text for the model."""
    data: Any = result.data
    if isinstance(data, llm.IntentResponseDict):
        # What is empty in it tells nothing.
        data = _without(data, (None, {}, []))
    if result.error:
        # A tool of another integration may return anything.
        told = data if isinstance(data, dict) else {"text": data}
        data = {"error": True, **told}
    try:
        text = json_dumps(_without(data, (None,)))
    except (TypeError, ValueError, RecursionError) as err:
        return json_dumps({"error": "UnreadableResult", "error_text": str(err)})
    if len(text) > MAX_RESULT:
        return f"{text[:MAX_RESULT]}… (cut: this was {len(text)} characters long)"
    return text


def _without(data: Any, empty: tuple[Any, ...]) -> Any:
    """Return data without what is empty in its objects."""
    if isinstance(data, dict):
        kept = {key: _without(value, empty) for key, value in data.items()}
        return {key: value for key, value in kept.items() if value not in empty}
    if isinstance(data, list | tuple):
        return [_without(value, empty) for value in data]
    return data
