"""Function definitions of tools, in the subset of JSON Schema that servers accept.

Does not depend on Home Assistant.
"""

from collections.abc import Mapping
import hashlib
import re
from typing import Any

import orjson

MAX_NAME = 64
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")

ARRAY_HINT = "JSON array, not a string."
"""Without this hint, small models send `"light"` instead of `["light"]`."""

_COMPOSITIONS = ("anyOf", "oneOf", "allOf")
_TOP_LEVEL = ("type", "properties", "required", "$defs", "definitions", "description")


def wire_name(name: str) -> str:
    """Return the name under which a tool is sent to the server.

    Servers accept up to 64 letters, digits, `_` and `-`. Any other name is replaced
    by an alias, which is unique and depends only on the name.
    """
    if _NAME.fullmatch(name):
        return name
    readable = re.sub(r"[^a-zA-Z0-9_-]+", "_", name).strip("_")
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{readable[: MAX_NAME - 9]}_{digest}".lstrip("_")


def function_definition(
    name: str, description: str | None, parameters: object
) -> dict[str, Any]:
    """Return the function definition of a tool, for the `tools` of a request.

    `parameters` is a JSON Schema. Raises `ValueError` if it is not the schema of an
    object, or cannot be serialized as JSON.
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
    """Return a top-level object schema without compositions, which servers refuse.

    The properties of alternatives become optional properties. That one of several is
    required is said in the description only: the tool itself validates its arguments.
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
        name: _normalize(value) for name, value in properties.items()
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


def _normalize(schema: Any) -> Any:
    """Return a nested schema with `items` and a hint for each array."""
    if isinstance(schema, list):
        return [_normalize(part) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    result = {
        key: (
            {name: _normalize(part) for name, part in value.items()}
            if key in ("properties", "$defs", "definitions")
            and isinstance(value, Mapping)
            else _normalize(value)
            if key in ("items", "additionalProperties", *_COMPOSITIONS)
            else value
        )
        for key, value in schema.items()
    }
    result = _merge_all_of(result)
    kind = result.get("type")
    if kind == "array" or (isinstance(kind, list) and "array" in kind):
        result.setdefault("items", {"type": "string"})
        result["description"] = " ".join(
            filter(None, [result.get("description"), ARRAY_HINT])
        )
    return result


def _merge_all_of(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with the parts of its `allOf` merged, unless they conflict.

    Home Assistant describes an integer with bounds in two parts.
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
