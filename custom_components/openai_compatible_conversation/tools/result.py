"""What a tool returned, as the model is shown it."""

from typing import Any

from homeassistant.helpers import llm
from homeassistant.helpers.json import json_dumps

MAX_RESULT = 8000
"""Characters of a tool's result that the model is shown."""


def result_text(result: llm.ToolResult) -> str:
    """Return a tool's result as JSON text for the model."""
    data: Any = result.data
    if result.error and "error" not in data:
        data = {"error": True, **data}
    try:
        text = json_dumps(data)
    except (TypeError, ValueError) as err:
        return json_dumps({"error": "UnreadableResult", "error_text": str(err)})
    if len(text) > MAX_RESULT:
        return f"{text[:MAX_RESULT]}… (cut: this was {len(text)} characters long)"
    return text
