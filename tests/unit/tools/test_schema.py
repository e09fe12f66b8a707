"""Tests of function definitions: valid for strict servers, same meaning."""

from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.tools.schema import (
    ARRAY_HINT,
    function_definition,
    wire_name,
)


def _parameters(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a function definition."""
    parameters: dict[str, Any] = function_definition("f", None, schema)["parameters"]
    return parameters


@pytest.mark.parametrize("name", ["intent__HassTurnOn", "a-b", "x" * 64])
def test_valid_names_are_unchanged(name: str) -> None:
    """A valid name is sent unchanged."""
    assert wire_name(name) == name


@given(st.text(min_size=1), st.text(min_size=1))
def test_names(one: str, two: str) -> None:
    """Any name is sent as a valid one; different names stay different."""
    for name in (one, two):
        alias = wire_name(name)
        assert 0 < len(alias) <= 64
        assert alias.isascii()
        assert alias.replace("_", "").replace("-", "").isalnum() or set(alias) <= {
            "_",
            "-",
        }
    assert (wire_name(one) == wire_name(two)) == (one == two)


def test_alias_is_readable() -> None:
    """An alias keeps the valid characters of the name."""
    assert wire_name("Küche: Licht an!").startswith("K_che_Licht_an_")
    assert wire_name("x" * 65).startswith("x" * 50)
    assert wire_name("日本")[0].isalnum()


def test_definition() -> None:
    """A definition has name, description and parameters; no empty description."""
    assert function_definition("f", " Does. ", {}) == {
        "name": "f",
        "description": "Does.",
        "parameters": {"type": "object", "properties": {}},
    }
    assert "description" not in function_definition("f", "  ", {})


def test_arrays() -> None:
    """Arrays get a hint and an item type at any depth."""
    parameters = _parameters(
        {
            "properties": {
                "domain": {"type": "array", "items": {"type": "string"}},
                "days": {"type": ["array", "null"], "description": "Which."},
                "either": {"anyOf": [{"type": "string"}, {"type": "array"}]},
                "nested": {
                    "type": "object",
                    "properties": {"description": {"type": "array"}},
                },
            }
        }
    )["properties"]
    assert parameters["domain"]["description"] == ARRAY_HINT
    assert parameters["days"]["description"] == f"Which. {ARRAY_HINT}"
    assert parameters["days"]["items"] == {"type": "string"}
    assert parameters["either"]["anyOf"][1]["description"] == ARRAY_HINT
    assert parameters["nested"]["properties"]["description"]["items"]


def test_non_object_schemas_are_kept() -> None:
    """Boolean schemas and alternatives without required properties are kept."""
    field = {"type": "object", "additionalProperties": False}
    parameters = _parameters({"properties": {"a": field}, "anyOf": [{}]})
    assert parameters == {"type": "object", "properties": {"a": field}}


def test_top_level_composition() -> None:
    """A top-level composition becomes optional properties and a description."""
    parameters = _parameters(
        {
            "type": "object",
            "properties": {"hours": {"type": "integer"}, "name": {"type": "string"}},
            "required": ["name", "gone"],
            "additionalProperties": False,
            "description": "A timer.",
            "anyOf": [
                {"required": ["hours"]},
                {
                    "required": ["minutes"],
                    "properties": {"minutes": {"type": "integer"}},
                },
            ],
        }
    )
    assert parameters == {
        "type": "object",
        "properties": {
            "hours": {"type": "integer"},
            "name": {"type": "string"},
            "minutes": {"type": "integer"},
        },
        "required": ["name"],
        "description": "A timer. Give at least one of: hours, minutes.",
    }


def test_top_level_all_of() -> None:
    """The required properties of all parts of an `allOf` are required."""
    parameters = _parameters(
        {"allOf": [{"properties": {"a": {"type": "string"}}, "required": ["a"]}]}
    )
    assert parameters == {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "required": ["a"],
    }


def test_integer_with_bounds() -> None:
    """An integer with bounds, which Home Assistant writes in two parts, is merged."""
    parts = [{"type": "integer"}, {"type": "number", "minimum": 0, "maximum": 100}]
    field = {"allOf": parts, "description": "Percent"}
    assert _parameters({"properties": {"p": field}})["properties"]["p"] == {
        "description": "Percent",
        "type": "integer",
        "minimum": 0,
        "maximum": 100,
    }


def test_conflicting_parts_are_kept() -> None:
    """Conflicting parts are not merged."""
    field = {"allOf": [{"minimum": 0}, {"minimum": 1}]}
    assert _parameters({"properties": {"p": field}})["properties"]["p"] == field


@pytest.mark.parametrize(
    "schema",
    [None, "string", {"type": "array"}, {"properties": {"a": {"default": object()}}}],
)
def test_invalid_schema(schema: object) -> None:
    """A schema that is not of an object, or not JSON, is refused."""
    with pytest.raises(ValueError, match="parameters"):
        function_definition("f", None, schema)
