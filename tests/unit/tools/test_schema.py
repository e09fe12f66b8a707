"""Tool definitions are what strict servers accept, and mean what the tool means."""

from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.tools.schema import (
    ARRAY_HINT,
    function_definition,
    wire_name,
)


def _parameters(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a definition."""
    parameters: dict[str, Any] = function_definition("f", None, schema)["parameters"]
    return parameters


@pytest.mark.parametrize("name", ["intent__HassTurnOn", "a-b", "x" * 64])
def test_good_names_stay(name: str) -> None:
    """A name that servers take is sent as it is."""
    assert wire_name(name) == name


@given(st.text(min_size=1), st.text(min_size=1))
def test_names(one: str, two: str) -> None:
    """Any name is sent as one that servers take; two names stay two."""
    for name in (one, two):
        alias = wire_name(name)
        assert 0 < len(alias) <= 64
        assert alias.isascii()
        assert alias.replace("_", "").replace("-", "").isalnum() or set(alias) <= {
            "_",
            "-",
        }
    assert (wire_name(one) == wire_name(two)) == (one == two)


def test_alias_can_be_read() -> None:
    """An alias keeps what can be kept."""
    assert wire_name("Küche: Licht an!").startswith("K_che_Licht_an_")
    assert wire_name("x" * 65).startswith("x" * 50)
    assert wire_name("日本")[0].isalnum()


def test_definition() -> None:
    """Name, description and parameters; no empty description."""
    assert function_definition("f", " Does. ", {}) == {
        "name": "f",
        "description": "Does.",
        "parameters": {"type": "object", "properties": {}},
    }
    assert "description" not in function_definition("f", "  ", {})


def test_arrays() -> None:
    """Arrays say that they are arrays, at any depth, and what is in them."""
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


def test_what_is_no_object_stays() -> None:
    """Schemas that are true or false, and alternatives without demands, stay."""
    field = {"type": "object", "additionalProperties": False}
    parameters = _parameters({"properties": {"a": field}, "anyOf": [{}]})
    assert parameters == {"type": "object", "properties": {"a": field}}


def test_composition_at_the_top() -> None:
    """That one of several must be given is said in words, not in a composition."""
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


def test_all_of_at_the_top() -> None:
    """What all parts ask for is asked for."""
    parameters = _parameters(
        {"allOf": [{"properties": {"a": {"type": "string"}}, "required": ["a"]}]}
    )
    assert parameters == {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "required": ["a"],
    }


def test_whole_number_within_bounds() -> None:
    """A number that Home Assistant writes in two parts is one."""
    parts = [{"type": "integer"}, {"type": "number", "minimum": 0, "maximum": 100}]
    field = {"allOf": parts, "description": "Percent"}
    assert _parameters({"properties": {"p": field}})["properties"]["p"] == {
        "description": "Percent",
        "type": "integer",
        "minimum": 0,
        "maximum": 100,
    }


def test_parts_that_disagree_stay() -> None:
    """Parts that cannot be one stay parts."""
    field = {"allOf": [{"minimum": 0}, {"minimum": 1}]}
    assert _parameters({"properties": {"p": field}})["properties"]["p"] == field


@pytest.mark.parametrize(
    "schema",
    [None, "string", {"type": "array"}, {"properties": {"a": {"default": object()}}}],
)
def test_cannot_be_sent(schema: object) -> None:
    """What is no schema of an object, or no JSON, is refused."""
    with pytest.raises(ValueError, match="parameters"):
        function_definition("f", None, schema)
