"""Extraction of JSON data from a model's response. Does not depend on Home Assistant.

Models wrap the requested data in prose, code fences, strings or other objects.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
import json
from math import isfinite
import re
from typing import Any

MAX_ANSWER = 500_000
"""Maximum number of characters of a response that is searched for data."""

_MAX_FAILURES = 50
"""Number of failed attempts at parsing JSON after which the rest is ignored."""

_MAX_VALUES = 20
"""Maximum number of values taken from a text, counted from its end."""

_MAX_DEPTH = 3
"""Maximum number of nested wrappers around the data."""

_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+"?)|,(?=\s*+[}\]])', re.DOTALL)


def _finite(text: str) -> float:
    """Return a finite number; raises `ValueError` for NaN and infinity."""
    if isfinite(number := float(text)):
        return number
    raise ValueError(text)


_DECODER = json.JSONDecoder(strict=False, parse_float=_finite, parse_constant=_finite)


def find_data(text: str) -> list[Any]:
    """Return the JSON values in a response, most likely first.

    If the response as a whole is not JSON, the values in it are returned, last one
    first, as models may reason before they answer. A wrapper comes before its content.
    """
    if len(text) > MAX_ANSWER:
        return []
    clean = _TRAILING_COMMA.sub(r"\1", text.strip())
    try:
        values = [_DECODER.decode(clean)]
    except ValueError, RecursionError:
        values = list(deque(_embedded_values(clean), _MAX_VALUES))[::-1]
    return [inner for value in values for inner in _unwrap(value, 0)]


def restore_integers(valid: Any, given: Any) -> Any:
    """Return validated data with integers as they were before validation.

    Home Assistant's number selector converts 3 to 3.0.
    """
    match valid, given:
        case dict(), dict():
            return {
                key: restore_integers(part, given.get(key))
                for key, part in valid.items()
            }
        case list(), list() if len(valid) == len(given):
            return [restore_integers(*pair) for pair in zip(valid, given, strict=True)]
        case float(), int() if valid == given and not isinstance(given, bool):
            return given
    return valid


def closed(schema: Any) -> Any:
    """Return a JSON Schema whose objects have no properties but those that it names.

    Home Assistant refuses others, also where its schema does not say so.
    """
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    # All parts of an `allOf` have to hold, so each may name some of the properties.
    result = {k: part if k == "allOf" else closed(part) for k, part in schema.items()}
    if isinstance(schema.get("properties"), dict):
        result["properties"] = {k: closed(p) for k, p in schema["properties"].items()}
        result.setdefault("additionalProperties", False)
    return result


def readings(values: Iterable[Any], schema: Mapping[str, Any]) -> Iterator[Any]:
    """Yield what values may mean by a JSON Schema, the most likely first.

    Lists come as text, or an only item without its list. Optional properties without
    a value are null. And a list may come without the object around it.
    """
    listed = [_as_lists(value, schema) for value in values]
    yield from listed
    pruned = [_without_nulls(value, schema) for value in listed]
    yield from pruned
    properties: Mapping[str, Any] = schema.get("properties") or {}
    names = [name for name, part in properties.items() if _is(part, "array")]
    if len(names) == 1 and set(schema.get("required") or ()) <= {*names}:
        for value in pruned:
            if value and isinstance(value, list):
                items = _as_lists({names[0]: value}, schema)
                yield _without_nulls(items, schema)


def _as_lists(data: Any, schema: Any) -> Any:
    """Return data with lists and objects where the schema has them."""
    if isinstance(data, str) and (_is(schema, "array") or _is(schema, "object")):
        try:
            parsed = _DECODER.decode(data.strip())
        except ValueError, RecursionError:
            return data
        return _as_lists(parsed, schema) if isinstance(parsed, list | dict) else data
    if isinstance(data, dict) and _is(schema, "array"):
        data = [data]
    return _map_members(data, schema, _as_lists)


def _without_nulls(data: Any, schema: Any) -> Any:
    """Return data without the optional properties that have no value."""
    if isinstance(data, dict) and isinstance(schema, Mapping):
        properties: Mapping[str, Any] = schema.get("properties") or {}
        optional = properties.keys() - set(schema.get("required") or ())
        data = {
            name: part
            for name, part in data.items()
            if part is not None
            or name not in optional
            or not _has_type(properties[name])
        }
    return _map_members(data, schema, _without_nulls)


def _map_members(data: Any, schema: Any, change: Callable[[Any, Any], Any]) -> Any:
    """Return a list or an object with each of its members changed by its schema."""
    if not isinstance(schema, Mapping):
        return data
    match data:
        case list() if "items" in schema:
            return [change(item, schema["items"]) for item in data]
        case dict() if properties := schema.get("properties"):
            return {
                name: change(part, properties.get(name)) for name, part in data.items()
            }
    return data


def _is(schema: Any, kind: str) -> bool:
    """Return whether a schema is of a type and of no other."""
    return isinstance(schema, Mapping) and schema.get("type") == kind


def _has_type(schema: Any) -> bool:
    """Return whether a schema is of one type, so that null is none of its values."""
    return isinstance(schema, Mapping) and isinstance(schema.get("type"), str)


def _embedded_values(text: str) -> Iterator[Any]:
    """Yield the outermost JSON objects and arrays in a text."""
    position = failures = 0
    while failures < _MAX_FAILURES and (start := _next_bracket(text, position)) >= 0:
        try:
            value, position = _DECODER.raw_decode(text, start)
        except ValueError, RecursionError:
            position, failures = start + 1, failures + 1
        else:
            yield value


def _next_bracket(text: str, position: int) -> int:
    """Return the position of the next bracket, -1 if there is none."""
    found = [text.find(bracket, position) for bracket in "{["]
    return min((start for start in found if start >= 0), default=-1)


def _unwrap(value: Any, depth: int) -> Iterator[Any]:
    """Yield a value, and its content if it wraps a single value."""
    yield value
    if depth == _MAX_DEPTH:
        return
    match value:
        case str():
            try:
                yield from _unwrap(_DECODER.decode(value.strip()), depth + 1)
            except ValueError, RecursionError:
                return
        case [inner]:
            yield from _unwrap(inner, depth + 1)
        case dict() if len(value) == 1:
            yield from _unwrap(next(iter(value.values())), depth + 1)
