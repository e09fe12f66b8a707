"""How a model is asked for data that follows a JSON Schema."""

from collections.abc import Mapping
from typing import Any

from homeassistant.helpers.json import json_dumps
from homeassistant.util import slugify

from ..tools.schema import wire_name

SCHEMA_INSTRUCTIONS = (
    "Answer with one JSON object that follows this JSON Schema, "
    "and with nothing before or after it:"
)
"""Requests the data in the prompt, for servers without structured output."""

CORRECTION = (
    "This is not the JSON object that was asked for: {error}. "
    "Answer again, with the corrected JSON object alone."
)
"""Requests the data again after a validation error."""


def with_schema(instructions: str, schema: Mapping[str, Any]) -> str:
    """Return instructions, followed by the request for data of a schema."""
    return f"{instructions}\n{SCHEMA_INSTRUCTIONS}\n{json_dumps(schema)}"


def response_format(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameter `response_format` for a schema; any name is made valid."""
    return {
        "type": "json_schema",
        "json_schema": {"name": wire_name(slugify(name)), "schema": schema},
    }
