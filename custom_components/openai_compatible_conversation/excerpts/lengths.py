"""How long values are as JSON text, and keys that are not too long.

Does not depend on Home Assistant.
"""

from collections.abc import Iterable

from .json_values import Json, json_text, unused_key

_MAX_KEY = 100
"""Characters of a key in an object that is cut."""


def length(value: Json) -> int:
    """Return the number of characters of a value as JSON text."""
    return len(json_text(value))


def inner_length(text: str) -> int:
    """Return the number of characters of a text within a JSON string."""
    return length(text) - len('""')


def short_keys(names: Iterable[str]) -> list[str]:
    """Return the keys of an object, each one different and not too long."""
    keys: dict[str, None] = {}
    for name in names:
        short = name if len(name) <= _MAX_KEY else f"{name[:_MAX_KEY]}…"
        keys[unused_key(short, keys)] = None
    return list(keys)
