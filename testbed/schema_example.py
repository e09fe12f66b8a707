"""Data in the form of a JSON Schema, for a model that understands no more than the form."""

from typing import Any

TEXT = "Written by a few rules"
"""Stands for each text, so that nobody takes it for more."""


def schema_example(schema: dict[str, Any]) -> Any:
    """Return the plainest value that a schema allows; a pattern is not looked at."""
    if "const" in schema:
        return schema["const"]
    if choices := schema.get("enum"):
        return choices[0]
    for several in ("anyOf", "oneOf"):
        if forms := schema.get(several):
            return schema_example(forms[0])
    match schema.get("type"):
        case "object":
            parts = schema.get("properties", {})
            return {name: schema_example(part) for name, part in parts.items()}
        case "array":
            return [schema_example(schema["items"])] if "items" in schema else []
        case "number" | "integer":
            return schema.get("minimum", 0)
        case "boolean":
            return False
        case "null":
            return None
    return TEXT
