"""Tool calls as models write them into their text."""

import json
from typing import Any

from homeassistant.const import MAJOR_VERSION, MINOR_VERSION

IS_ALWAYS_NAMESPACED = (MAJOR_VERSION, MINOR_VERSION) < (2026, 11)
"""Whether Home Assistant puts a namespace in front of all tools of merged APIs."""

TURN_ON = "intent__HassTurnOn"
NOTE = "notes__read_note" if IS_ALWAYS_NAMESPACED else "read_note"


def text_call(tool: str, /, **arguments: Any) -> str:
    """Return a call in the form of Hermes."""
    call = json.dumps({"name": tool, "arguments": arguments})
    return f"<tool_call>{call}</tool_call>"
