"""Values of tool arguments, brought to the JSON Schema of their parameter.

Does not depend on Home Assistant.
"""

import ast
from collections.abc import Iterator, Mapping
import json
from typing import Any

from .blank_values import is_blank_text
from .number_reading import read_number, read_share, with_unit
from .schema_fit import COMPOSITIONS, fits, types_of

MAX_TEXT = 10_000
"""Characters of a text that is parsed as a list or an object."""

_BOOLEANS = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}
_MIN_PREFIX = 3
"""Letters that an abbreviated enum value has at least."""


def read_value(value: Any, schema: Any, name: str = "") -> Any:
    """Return a value as the schema wants it, unchanged if it cannot be understood.

    `name` is the name of the parameter.
    """
    if fits(value, schema):
        return _normalized(value, schema)
    for reading in _readings(value, schema, name):
        if fits(reading, schema):
            return _normalized(reading, schema)
    return value


def parse_text(text: str) -> Any:
    """Return the list, object or quoted text that a text holds, None if none.

    Small models also write lists and objects as Python does.
    """
    text = text.strip()
    if len(text) > MAX_TEXT or not text.startswith(("[", "{", '"', "'")):
        return None
    for parse in (json.loads, ast.literal_eval):
        try:
            return json.loads(json.dumps(parse(text), allow_nan=False))
        except ValueError, TypeError, SyntaxError, MemoryError, RecursionError:
            continue
    return None


def folded(text: str) -> str:
    """Return the letters and digits of a text in one case."""
    return "".join(filter(str.isalnum, text.casefold()))


def unwrapped(value: Any, name: str) -> Any:
    """Return what is wrapped in an object or list of its own, None if nothing is.

    That is `{"value": 5}`, also beside a type, `{name: 5}`, `[5]`, and `[5, 5]`.
    """
    match value:
        case {"value": inner, **rest} if rest.keys() <= {"type", "text", "description"}:
            return inner
        case dict() if len(value) == 1:
            key, inner = next(iter(value.items()))
            return inner if key in (name, "name") else None
        case [inner, *others] if all(other == inner for other in others):
            return inner
    return None


def _normalized(value: Any, schema: Any) -> Any:
    """Return a valid value with whole numbers as integers where those are wanted."""
    if isinstance(value, float) and value.is_integer():
        types = types_of(schema)
        return int(value) if "integer" in types and "number" not in types else value
    if isinstance(value, list) and isinstance(schema, Mapping) and "items" in schema:
        return [_normalized(item, schema["items"]) for item in value]
    return value


def _readings(value: Any, schema: Any, name: str) -> Iterator[Any]:
    """Yield what a value may mean, the most likely first; not all are valid."""
    if not isinstance(schema, Mapping):
        return
    types = types_of(schema)
    for keyword in COMPOSITIONS:
        for part in schema.get(keyword) or ():
            yield read_value(value, part, name)
    match value:
        case str():
            yield from _readings_of_text(value, schema, types, name)
        case int() | float() if not isinstance(value, bool):
            yield from _readings_of_number(value, schema, types)
        case list() if "items" in schema:
            yield [read_value(item, schema["items"], name) for item in value]
        case dict() if "properties" in schema:
            yield _read_object(value, schema)
    is_number = bool(types & {"integer", "number"})
    inner = (is_number and with_unit(value)) or unwrapped(value, name)
    if inner is not None:
        yield read_value(inner, schema, name)
    if "array" in types and not isinstance(value, list) and not is_blank_text(value):
        yield [read_value(value, schema.get("items"), name)]


def _readings_of_number(
    value: float, schema: Mapping[str, Any], types: set[str]
) -> Iterator[Any]:
    """Yield what a number may mean."""
    if (share := read_share(value, schema)) is not None:
        yield share
    if "boolean" in types and value in (0, 1):
        yield bool(value)
    if "string" in types:
        yield str(int(value) if float(value).is_integer() else value)


def _readings_of_text(
    text: str, schema: Mapping[str, Any], types: set[str], name: str
) -> Iterator[Any]:
    """Yield what a text may mean."""
    if "null" in types and is_blank_text(text):
        yield None
    if (parsed := parse_text(text)) is not None:
        yield read_value(parsed, schema, name)
    if (number := read_number(text, name)) is not None:
        yield number
    if (share := read_share(text, schema)) is not None:
        yield share
    if "boolean" in types:
        yield _BOOLEANS.get(text.strip().casefold(), text)
    if options := schema.get("enum"):
        yield _option(text, options)
    if "array" in types:
        yield from _split(text, schema.get("items"), name)


def _option(text: str, options: list[Any]) -> Any:
    """Return the option that a text spells, abbreviates or has in the plural."""
    if not (given := folded(text)):
        return text
    spelled = {option: folded(option) for option in options if isinstance(option, str)}
    for matches in (
        [option for option, plain in spelled.items() if plain == given],
        [
            option
            for option, plain in spelled.items()
            if given in (f"{plain}s", f"{plain}es") or plain == f"{given}s"
        ],
        [
            option
            for option, plain in spelled.items()
            if len(given) >= _MIN_PREFIX and plain.startswith(given)
        ],
    ):
        if matches:
            return matches[0] if len(matches) == 1 else text
    return text


def _split(text: str, items: Any, name: str) -> Iterator[list[Any]]:
    """Yield the list that a text with commas stands for.

    Words of a sentence are not taken apart, only single words and known options.
    """
    parts = [part.strip() for part in text.split(",")]
    known = isinstance(items, Mapping) and "enum" in items
    if len(parts) > 1 and all(parts) and (known or not any(" " in p for p in parts)):
        yield [read_value(part, items, name) for part in parts]


def _read_object(value: dict[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object with its members read, without those that are not allowed."""
    properties = schema["properties"] or {}
    by_spelling = {folded(name): name for name in properties}
    result = {}
    for key, member in value.items():
        name = by_spelling.get(folded(key), key)
        if key not in properties and name in value:
            name = key
        if name in properties:
            wanted = properties[name]
            optional = name not in (schema.get("required") or ())
            if member is not None or not optional or fits(None, wanted):
                result[name] = read_value(member, wanted, name)
        elif schema.get("additionalProperties") is not False:
            result[key] = member
    return result
