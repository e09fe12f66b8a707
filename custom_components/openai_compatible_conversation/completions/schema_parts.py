"""What the rewrites of a JSON Schema are made of: values, hints and merged parts."""

from collections.abc import Mapping
from typing import Any

import orjson

type Schema = dict[str, Any]

_MAX_HINT = 200


def as_list(value: object) -> list[Any]:
    """Return a list as it is, and anything else as an empty one."""
    return value if isinstance(value, list) else []


def schemas_in(value: object) -> list[Mapping[str, Any]]:
    """Return the schemas in a list of alternatives."""
    return [part for part in as_list(value) if isinstance(part, Mapping)]


def is_object(schema: Mapping[str, Any]) -> bool:
    """Return whether a schema is of an object."""
    kind = schema.get("type")
    return kind == "object" or (kind is None and "properties" in schema)


def described(schema: Mapping[str, Any]) -> Schema:
    """Return a schema without what is no type and no description."""
    return {k: v for k, v in schema.items() if k in ("type", "description")}


def one_of(parts: list[Mapping[str, Any]]) -> Schema:
    """Return one schema in place of alternatives: all their properties, or the first."""
    if not all(is_object(part) for part in parts):
        return dict(parts[0])
    result: Schema = {}
    for part in parts:
        optional = {key: value for key, value in part.items() if key != "required"}
        result = merged(result, optional)
    return result


def merged(schema: Schema, part: Schema) -> Schema:
    """Return a schema with those of a part of it; properties of both are kept."""
    result = {**part, **schema}
    if "type" in part:
        result["type"] = part["type"]
    for keyword in ("properties", "required"):
        ours, theirs = schema.get(keyword), part.get(keyword)
        if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
            result[keyword] = {**theirs, **ours}
        elif isinstance(ours, list) and isinstance(theirs, list):
            result[keyword] = list(dict.fromkeys([*ours, *theirs]))
    return result


def with_text_values(schema: Schema) -> Schema:
    """Return a schema whose `enum` has only texts that are not empty.

    Google has no other values. Numbers stay numbers, and are named as a hint.
    """
    values = as_list(schema.pop("enum"))
    texts = [value for value in values if isinstance(value, str) and value]
    kind = schema.get("type", "string")
    kinds = {kind} if isinstance(kind, str) else set(as_list(kind))
    if "string" in kinds and texts:
        return {**schema, "type": kind, "enum": list(dict.fromkeys(texts))}
    if "type" not in schema and values:
        schema["type"] = _type_of(values)
    values = [value for value in values if value not in ("", None)]
    return with_hint(schema, hint_of("enum", values) if values else "")


def _type_of(values: list[Any]) -> str:
    """Return the type of the values of an `enum`, none of which is a text."""
    if all(isinstance(value, bool) for value in values):
        return "boolean"
    if any(isinstance(value, float) for value in values):
        return "number"
    return "integer" if any(isinstance(value, int) for value in values) else "string"


def hint_of(keyword: str, value: object) -> str:
    """Return a keyword and its value as a hint, nothing if it has no JSON form."""
    try:
        return f"{keyword}: {orjson.dumps(value).decode()}"
    except TypeError:
        return ""


def with_hint(schema: Schema, hint: str) -> Schema:
    """Return a schema that says in its description what was left out."""
    if not hint or len(hint) > _MAX_HINT:
        return schema
    description = " ".join(filter(None, (schema.get("description"), f"({hint})")))
    return {**schema, "description": description}
