"""Whether values are valid for a JSON Schema, as far as tools use it.

Does not depend on Home Assistant.
"""

from collections.abc import Mapping
from typing import Any

COMPOSITIONS = ("anyOf", "oneOf", "allOf")

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def fits(value: Any, schema: Any) -> bool:
    """Return whether a value is valid, as far as the schema is understood.

    A value that a validator accepts always fits.
    """
    if not isinstance(schema, Mapping):
        return schema is not False
    if value is None and schema.get("nullable") is True:
        return True
    if "enum" in schema and value not in schema["enum"]:
        return False
    if "const" in schema and value != schema["const"]:
        return False
    return (
        _has_declared_type(value, schema)
        and _fits_parts(value, schema)
        and _fits_details(value, schema)
    )


def _has_declared_type(value: Any, schema: Mapping[str, Any]) -> bool:
    """Return whether a value is of one of the types of a schema, if it has any."""
    types = _declared_types(schema)
    return not types or any(_is_of_type(value, kind) for kind in types)


def _fits_parts(value: Any, schema: Mapping[str, Any]) -> bool:
    """Return whether a value is valid for the compositions of a schema."""
    return all(
        any(fits(value, part) for part in schema[keyword])
        for keyword in ("anyOf", "oneOf")
        if schema.get(keyword)
    ) and all(fits(value, part) for part in schema.get("allOf") or ())


def _fits_details(value: Any, schema: Mapping[str, Any]) -> bool:
    """Return whether a number is in range, and what a list or object holds is valid."""
    match value:
        case bool() | None:
            return True
        case int() | float():
            return _is_in_range(value, schema)
        case list():
            items = {} if "prefixItems" in schema else schema.get("items", {})
            return all(fits(item, items) for item in value)
        case dict():
            return _object_fits(value, schema)
    return True


def types_of(schema: Any) -> set[str]:
    """Return the types that a schema accepts, also through its alternatives."""
    if not isinstance(schema, Mapping):
        return set()
    types = set(_declared_types(schema))
    for keyword in COMPOSITIONS:
        for part in schema.get(keyword) or ():
            types |= types_of(part)
    if not types:
        types |= {
            kind
            for option in schema.get("enum") or ()
            for kind in _TYPES
            if _is_of_type(option, kind)
        }
    return types


def _declared_types(schema: Mapping[str, Any]) -> list[str]:
    """Return the types that a schema names itself."""
    kind = schema.get("type")
    return [kind] if isinstance(kind, str) else list(kind or ())


def _is_of_type(value: Any, kind: str) -> bool:
    """Return whether a value is of a type of JSON Schema."""
    if isinstance(value, bool):
        return kind == "boolean" or kind not in _TYPES
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return kind not in _TYPES or isinstance(value, _TYPES[kind])


def _is_in_range(value: float, schema: Mapping[str, Any]) -> bool:
    """Return whether a number is within the bounds of a schema."""
    lowest, highest = schema.get("minimum"), schema.get("maximum")
    return (lowest is None or value >= lowest) and (highest is None or value <= highest)


def _object_fits(value: dict[str, Any], schema: Mapping[str, Any]) -> bool:
    """Return whether the members of an object are valid."""
    properties = schema.get("properties") or {}
    others = {} if "patternProperties" in schema else schema.get("additionalProperties")
    return all(key in value for key in schema.get("required") or ()) and all(
        fits(member, properties[key])
        if key in properties
        else others is not False and fits(member, others)
        for key, member in value.items()
    )
