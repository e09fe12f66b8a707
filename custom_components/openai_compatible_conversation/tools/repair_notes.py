"""Notes for the model on what was changed in its calls.

Does not depend on Home Assistant.
"""

from collections.abc import Iterable
import json
from typing import Any

NOTE = "note"
"""The key in a tool result under which the model is told something of it."""

MAX_NOTE = 80
"""Maximum number of characters of a value or of several names in a note."""


def shown(value: Any) -> str:
    """Return a value for a note."""
    return _shortened(json.dumps(value, ensure_ascii=False))


def listed(names: Iterable[str]) -> str:
    """Return names for a note, each on one line."""
    return _shortened(", ".join(" ".join(name.split()) for name in names))


def _shortened(text: str) -> str:
    """Return a text cut to `MAX_NOTE` characters."""
    return text if len(text) <= MAX_NOTE else f"{text[:MAX_NOTE]}…"
