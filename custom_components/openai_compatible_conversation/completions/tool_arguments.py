"""Parse the arguments of tool calls, as models write them."""

from collections.abc import Iterator
import json
from typing import Any

import orjson

NOT_JSON = "The arguments are not valid JSON."
NOT_OBJECT = "The arguments must be a JSON object."


def parse_arguments(text: str) -> tuple[dict[str, Any], str | None]:
    """Return the arguments in a text, and what is wrong with it, None if valid.

    An empty text and `null` mean no arguments. The object may be encoded as a JSON
    string, and may be there twice: some servers repeat it at the end of the stream,
    or begin or end with an empty one.
    """
    try:
        values = [value for value in _values(text) if value not in ({}, None)]
        if not values:
            return {}, None
        first = values[0]
        if any(value != first for value in values):
            return {}, NOT_JSON
    except ValueError, RecursionError:
        return {}, NOT_JSON
    return (first, None) if isinstance(first, dict) else ({}, NOT_OBJECT)


def _values(text: str) -> Iterator[Any]:
    """Yield the JSON values that follow each other in a text."""
    text = text.strip()
    position = 0
    while position < len(text):
        value, position = _DECODER.raw_decode(text, position)
        if isinstance(value, str):
            value = _DECODER.decode(value) if value.strip() else None
        yield value
        while text[position : position + 1].isspace():
            position += 1


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
