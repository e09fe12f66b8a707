"""What Gemini rejects in the schemas of tools, in its own words.

Format: https://ai.google.dev/api/caching#Schema
"""

from collections.abc import Iterator, Sequence
from typing import Any

_FIELDS = {
    *("type", "format", "title", "description", "nullable", "enum", "properties"),
    *("required", "minProperties", "maxProperties", "minItems", "maxItems", "items"),
    *("minLength", "maxLength", "pattern", "example", "anyOf", "propertyOrdering"),
    *("default", "minimum", "maximum"),
}
_FORMATS = {
    "string": ("enum", "date-time"),
    "number": ("float", "double"),
    "integer": ("int32", "int64"),
}


def gemini_schema_faults(tools: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield what is wrong with function definitions, each on a line.

    Fields that it does not know are told of all tools first, in one message.
    """
    unknown = [
        words
        for number, tool in enumerate(tools)
        for words in _unknown(
            tool.get("parameters"),
            f"tools[0].function_declarations[{number}].parameters",
        )
    ]
    if unknown:
        yield "\n".join(unknown)
        return
    for number, tool in enumerate(tools):
        place = f"GenerateContentRequest.tools[0].function_declarations[{number}]"
        if parameters := tool.get("parameters"):
            yield from _faults(parameters, f"{place}.parameters")


def _unknown(schema: object, place: str) -> Iterator[str]:
    """Yield which fields of a schema are unknown; properties are counted."""
    if not isinstance(schema, dict):
        return
    for name in schema:
        if name not in _FIELDS:
            yield (
                f'Invalid JSON payload received. Unknown name "{name}" at '
                f"'{place}': Cannot find field."
            )
    if isinstance(kind := schema.get("type"), list):
        yield (
            f"Invalid value at '{place}.type' (type.googleapis.com/google.ai."
            f"generativelanguage.v1beta.Type), {kind}"
        )
    for index, value in enumerate(schema.get("enum") or ()):
        if not isinstance(value, str):
            yield f"Invalid value at '{place}.enum[{index}]' (TYPE_STRING), {value}"
    for index, part in enumerate((schema.get("properties") or {}).values()):
        yield from _unknown(part, f"{place}.properties[{index}].value")
    yield from _unknown(schema.get("items"), f"{place}.items")
    for index, part in enumerate(schema.get("anyOf") or ()):
        yield from _unknown(part, f"{place}.any_of[{index}]")


def _faults(schema: dict[str, Any], place: str) -> Iterator[str]:
    """Yield what is wrong with the values in a schema; properties are named."""
    yield from _value_faults(schema, place)
    properties = schema.get("properties") or {}
    for index, name in enumerate(schema.get("required") or ()):
        if name not in properties:
            yield f"* {place}.required[{index}]: property is not defined\n"
    for name, part in properties.items():
        if part.get("type") == "object" and not part.get("properties"):
            yield (
                f"* {place}.properties[{name}].properties: should be non-empty for "
                "OBJECT type\n"
            )
        yield from _faults(part, f"{place}.properties[{name}]")
    if isinstance(items := schema.get("items"), dict):
        yield from _faults(items, f"{place}.items")
    for index, part in enumerate(schema.get("anyOf") or ()):
        yield from _faults(part, f"{place}.any_of[{index}]")


def _value_faults(schema: dict[str, Any], place: str) -> Iterator[str]:
    """Yield what is wrong with what a schema itself allows."""
    kind = str(schema.get("type"))
    if "enum" in schema and kind != "string":
        yield f"* {place}.enum: only allowed for STRING type\n"
    for index, value in enumerate(schema.get("enum") or ()):
        if not value:
            yield f"* {place}.enum[{index}]: cannot be empty\n"
    known = _FORMATS.get(kind, ())
    if known and schema.get("format", known[0]) not in known:
        names = " and ".join(f"'{name}'" for name in known)
        yield (
            f"* {place}.format: only {names} are supported for {kind.upper()} type\n"
        )
    if kind == "array" and "items" not in schema:
        yield f"* {place}.items: missing field.\n"
