"""Tool definitions in the form that strict servers accept. Knows no Home Assistant."""

from collections.abc import Mapping
import hashlib
import re
from typing import Any

import orjson

MAX_NAME = 64
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")

ARRAY_HINT = "JSON array, not a string."
"""Small models send `"light"` where `["light"]` is due, unless they are told."""

_COMPOSITIONS = ("anyOf", "oneOf", "allOf")
_TOP_LEVEL = ("type", "properties", "required", "$defs", "definitions", "description")


def wire_name(name: str) -> str:
    """Return the name under which a tool is sent: its own, or an alias.

    Servers take letters, digits, `_` and `-`, 64 of them at most. The alias of
    another name depends on that name alone, and differs from all others.
    """
    if _NAME.fullmatch(name):
        return name
    readable = re.sub(r"[^a-zA-Z0-9_-]+", "_", name).strip("_")
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{readable[: MAX_NAME - 9]}_{digest}".lstrip("_")


def function_definition(
    name: str, description: str | None, parameters: object
) -> dict[str, Any]:
    """Return a function definition of a tool, for the `tools` of a request.

    `parameters` is a JSON Schema. Raises `ValueError` if it cannot be sent.
    """
    if not isinstance(parameters, Mapping):
        raise ValueError("parameters are no schema")  # noqa: TRY004
    if parameters.get("type", "object") != "object":
        raise ValueError(f"parameters are of type {parameters['type']}")
    schema = _object_schema(parameters)
    try:
        orjson.dumps(schema)
    except TypeError as err:
        raise ValueError(f"parameters are not JSON: {err}") from err
    definition: dict[str, Any] = {"name": wire_name(name)}
    if description and (description := description.strip()):
        definition["description"] = description
    definition["parameters"] = schema
    return definition


def _object_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a top-level schema: an object, without compositions.

    The properties of alternatives become optional properties; that one of
    several must be given becomes words, for the tool itself checks it.
    """
    properties = dict(schema.get("properties") or {})
    alternatives: list[str] = []
    required = list(schema.get("required") or [])
    for keyword in _COMPOSITIONS:
        for part in schema.get(keyword) or ():
            properties |= {
                name: value
                for name, value in (part.get("properties") or {}).items()
                if name not in properties
            }
            if keyword == "allOf":
                required += part.get("required") or []
            elif names := part.get("required"):
                alternatives.append(" and ".join(names))
    result = {key: schema[key] for key in _TOP_LEVEL if key in schema}
    result["type"] = "object"
    result["properties"] = {
        name: _normalised(value) for name, value in properties.items()
    }
    if required := [name for name in dict.fromkeys(required) if name in properties]:
        result["required"] = required
    else:
        result.pop("required", None)
    if alternatives:
        hint = f"Give at least one of: {', '.join(dict.fromkeys(alternatives))}."
        result["description"] = " ".join(
            filter(None, [schema.get("description"), hint])
        )
    return result


def _normalised(schema: Any) -> Any:
    """Return a schema below the top level, with what strict servers want of arrays."""
    if isinstance(schema, list):
        return [_normalised(part) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    result = {
        key: (
            {name: _normalised(part) for name, part in value.items()}
            if key in ("properties", "$defs", "definitions")
            and isinstance(value, Mapping)
            else _normalised(value)
            if key in ("items", "additionalProperties", *_COMPOSITIONS)
            else value
        )
        for key, value in schema.items()
    }
    result = _without_all_of(result)
    kind = result.get("type")
    if kind == "array" or (isinstance(kind, list) and "array" in kind):
        result.setdefault("items", {"type": "string"})
        result["description"] = " ".join(
            filter(None, [result.get("description"), ARRAY_HINT])
        )
    return result


def _without_all_of(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with the parts of an `allOf` in one, where they agree.

    Home Assistant writes a whole number within bounds in two parts.
    """
    parts = schema.get("allOf")
    if not isinstance(parts, list) or not all(isinstance(p, dict) for p in parts):
        return schema
    merged = {key: value for key, value in schema.items() if key != "allOf"}
    for part in parts:
        for key, value in part.items():
            if key == "type" and {value, merged.get(key)} == {"integer", "number"}:
                merged[key] = "integer"
            elif merged.setdefault(key, value) != value:
                return schema
    return merged
