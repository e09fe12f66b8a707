"""Example data for a JSON Schema, for a scripted model."""

from typing import Any

TEXT = "Written by a few rules"
"""Value of each text property."""


def schema_example(schema: dict[str, Any]) -> Any:
    """Return the simplest value that a schema allows; `pattern` is ignored."""
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
