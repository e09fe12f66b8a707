"""Parse the arguments of tool calls, as models write them."""

import json
from typing import Any

import orjson

NOT_JSON = "The arguments are not valid JSON."
NOT_OBJECT = "The arguments must be a JSON object."


def parse_arguments(text: str) -> tuple[dict[str, Any], str | None]:
    """Return the arguments in a text, and what is wrong with it, None if valid.

    An empty text and `null` mean no arguments. The object may be encoded as a JSON
    string, or follow an empty object.
    """
    text = text.strip()
    if not text:
        return {}, None
    try:
        value, end = _DECODER.raw_decode(text)
        while value == {} and end < len(text):
            text = text[end:].lstrip()
            value, end = _DECODER.raw_decode(text)
        if text[end:].strip():
            return {}, NOT_JSON
        if isinstance(value, str):
            value = _DECODER.decode(value) if value.strip() else None
    except ValueError, RecursionError:
        return {}, NOT_JSON
    if value is None:
        return {}, None
    if not isinstance(value, dict):
        return {}, NOT_OBJECT
    return value, None


def is_json_of(text: str, arguments: dict[str, Any]) -> bool:
    """Return whether a text is the JSON of these arguments and nothing else."""
    try:
        return bool(_DECODER.decode(text) == arguments)
    except ValueError, RecursionError:
        return False


def repair_surrogates(text: str) -> str:
    """Return a text with surrogate pairs joined and lone surrogates replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def is_sendable(value: dict[str, Any]) -> bool:
    """Return whether a value can be sent back as JSON.

    Integers beyond 64 bits, lone surrogates and deep nesting cannot.
    """
    try:
        orjson.dumps(value)
    except TypeError:
        return False
    return True


def _reject_constant(text: str) -> float:
    """Reject NaN and infinities, which Python accepts and JSON does not."""
    raise ValueError(text)


_DECODER = json.JSONDecoder(parse_constant=_reject_constant)
