"""Values with which a model leaves a parameter out.

Does not depend on Home Assistant.
"""

from collections.abc import Mapping
from typing import Any

from .schema_fit import fits, types_of

_WORDS = frozenset({"", "null", "none"})
"""Texts that stand for nothing, in lower case."""


def is_empty(value: Any, schema: Any) -> bool:
    """Return whether a value stands for a parameter that is left out."""
    if value is None or (value is False and types_of(schema)):
        return not fits(value, schema)
    is_option = bool(value) and _has_enum(schema) and fits(value, schema)
    return is_blank(value) and not is_option


def is_blank(value: Any) -> bool:
    """Return whether a value is empty, a word for nothing, or a list of such."""
    match value:
        case None:
            return True
        case str():
            return is_blank_text(value) or value.strip() in ("[]", "{}")
        case list():
            return all(map(is_blank, value))
        case dict():
            return not value
    return False


def is_blank_text(value: Any) -> bool:
    """Return whether a value is a text that stands for nothing."""
    return isinstance(value, str) and value.strip().casefold() in _WORDS


def _has_enum(schema: Any) -> bool:
    """Return whether a schema names the values that it accepts."""
    if not isinstance(schema, Mapping):
        return False
    parts = [*(schema.get("anyOf") or ()), *(schema.get("oneOf") or ())]
    return "enum" in schema or any(map(_has_enum, (schema.get("items"), *parts)))
