"""What a form of a flow shows."""

from typing import Any


def suggested(flow: Any) -> dict[str, Any]:
    """Return the suggested values of a form, including those of sections."""
    values: dict[str, Any] = {}
    for key, field in flow["data_schema"].schema.items():
        if hasattr(field, "schema") and isinstance(
            field.schema, type(flow["data_schema"])
        ):
            if nested := suggested({"data_schema": field.schema}):
                values[str(key)] = nested
        elif key.description and "suggested_value" in key.description:
            values[str(key)] = key.description["suggested_value"]
    return values
