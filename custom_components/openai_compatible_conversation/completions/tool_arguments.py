"""The arguments of a tool call, as a model writes them."""

import json
from typing import Any

import orjson

NOT_JSON = "The arguments are not valid JSON."
NOT_OBJECT = "The arguments must be a JSON object."


def parse_arguments(text: str) -> tuple[dict[str, Any], str | None]:
    """Return the object that an arguments text holds, and what is wrong with it.

    Nothing and `null` stand for no arguments; a string may hold the JSON; an
    empty object may stand before the real one.
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
    """Return whether a text is the JSON of arguments, and nothing else."""
    try:
        return bool(_DECODER.decode(text) == arguments)
    except ValueError, RecursionError:
        return False


def repair_surrogates(text: str) -> str:
    """Return a text with its half characters joined, and replaced where one stands alone."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def is_sendable(value: dict[str, Any]) -> bool:
    """Return whether a value can be sent back.

    Numbers without end, half characters and depths cannot.
    """
    try:
        orjson.dumps(value)
    except TypeError:
        return False
    return True


def _no_number(text: str) -> float:
    """Refuse what Python takes for a number and JSON does not."""
    raise ValueError(text)


_DECODER = json.JSONDecoder(parse_constant=_no_number)
