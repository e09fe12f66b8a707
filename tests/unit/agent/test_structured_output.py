"""Tests of finding the structured data in a model's response."""

import json
from typing import Any

import pytest

from custom_components.openai_compatible_conversation.agent.structured_output import (
    MAX_ANSWER,
    closed,
    find_data,
    readings,
    restore_integers,
)

DATA = {"colour": "red", "tags": ["a", "b"]}
JSON = '{"colour": "red", "tags": ["a", "b"]}'


@pytest.mark.parametrize(
    "text",
    [
        JSON,
        f"\n{JSON}\n",
        f"```json\n{JSON}\n```",
        f"Here you are:\n{JSON}\nAnything else?",
        f'It may be {{"colour": "blue"}}, or not. So:\n{JSON}',
        f"A set {{1, 2}} and a list [x] are no data. {JSON}",
        '{"colour": "red", "tags": ["a", "b",],}',
    ],
)
def test_surrounding_text(text: str) -> None:
    """The data comes first, whatever surrounds it."""
    assert find_data(text)[0] == DATA


@pytest.mark.parametrize(
    "text",
    [f'{{"result": {JSON}}}', f"[{JSON}]", f"[[{JSON}]]", json.dumps(JSON)],
)
def test_wrapped(text: str) -> None:
    """Wrapped data comes after its wrapper."""
    found = find_data(text)
    assert DATA in found
    assert found[0] != DATA


@pytest.mark.parametrize(
    "text",
    [
        *("", "Red.", '{"colour": "re', "{" * 5000, "[" * 9999),
        *('{"n": NaN}', '{"n": -Infinity}', '{"n": 1e999}'),
    ],
)
def test_no_json(text: str) -> None:
    """Nothing is found in a text without valid JSON."""
    assert find_data(text) == []


@pytest.mark.parametrize(("text", "found"), [("1.5", [1.5]), ('"red"', ["red"])])
def test_scalar(text: str, found: list[Any]) -> None:
    """A response may be a single scalar value."""
    assert find_data(text) == found


def test_too_long() -> None:
    """A response beyond the size limit is ignored."""
    assert find_data(f"[{' ' * MAX_ANSWER}]") == []


def test_repeated() -> None:
    """Of endlessly repeated values, only the last ones are found."""
    found = find_data("{}\n" * 9999 + JSON)
    assert found[0] == DATA
    assert len(found) < 50


def test_trailing_commas() -> None:
    """Trailing commas are removed, but not within strings."""
    assert find_data('{"a": "x,]", "b": [1,],}')[0] == {"a": "x,]", "b": [1]}


@pytest.mark.parametrize(
    ("valid", "given", "kept"),
    [
        (3.0, 3, "3"),
        (3.5, 3.5, "3.5"),
        (3.0, "3", "3.0"),
        (1.0, True, "1.0"),
        (True, "yes", "True"),
        ({"n": 3.0, "x": 1.0}, {"n": 3}, "{'n': 3, 'x': 1.0}"),
        ([3.0, 4.0], [3, 4], "[3, 4]"),
        ([3.0], [3, 4], "[3.0]"),
    ],
)
def test_restore_integers(valid: Any, given: Any, kept: str) -> None:
    """Integers are restored; all other values are as validated."""
    assert repr(restore_integers(valid, given)) == kept


KITTEN = {
    "type": "object",
    "properties": {"age": {"type": "number"}, "toy": {"type": "string"}},
    "required": ["age"],
}
CAT = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "kittens": {"type": "array", "items": KITTEN},
        "owner": {"type": ["string", "null"]},
        "extra": {},
    },
    "required": ["name"],
}


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        # Optional properties, at any depth
        ({"name": "Amy", "kittens": None}, {"name": "Amy"}),
        (
            {"name": "Amy", "kittens": [{"age": 1, "toy": None}]},
            {"name": "Amy", "kittens": [{"age": 1}]},
        ),
        # What may be null, and what must not be left out
        ({"name": None, "owner": None, "extra": None}, None),
        ({"name": "Amy", "kittens": [{"age": None}]}, None),
        # Lists in another form
        ({"kittens": {"age": 1}}, {"kittens": [{"age": 1}]}),
        ({"kittens": '{"age": 1}'}, {"kittens": [{"age": 1}]}),
        ({"kittens": '[{"age": 1}]'}, {"kittens": [{"age": 1}]}),
        ({"kittens": ["{}", {"age": 1}]}, {"kittens": [{}, {"age": 1}]}),
        # What is not understood
        ({"kittens": "none"}, None),
        ({"kittens": '"none"'}, None),
        ({"kittens": "["}, None),
        ({"name": [1], "other": None}, None),
        ("Amy", None),
        ([1, None], None),
    ],
)
def test_readings(given: Any, meant: Any) -> None:
    """What differs from a schema in form only is read as it is meant."""
    *_, last = readings([given], CAT)
    assert last == (given if meant is None else meant)


def test_order_of_readings() -> None:
    """All values come as they are before one of them is changed."""
    values = [{"name": "Amy", "kittens": None}, {"name": "Bob"}]
    assert list(readings(values, CAT))[:3] == [*values, {"name": "Amy"}]


@pytest.mark.parametrize(
    ("value", "required", "expected"),
    [
        ([{"age": 1}, {"age": 2, "toy": None}], [], [{"age": 1}, {"age": 2}]),
        ([{"age": 1}], ["kittens"], [{"age": 1}]),
        ([], [], None),
        ({"age": 1}, [], None),
        ([{"age": 1}], ["name"], None),
    ],
)
def test_list_without_object(value: Any, required: list[str], expected: Any) -> None:
    """A list is read as the only list of the object, if nothing else is required."""
    schema = CAT | {"required": required}
    read = list(readings([value], schema))[2:]
    assert read == ([] if expected is None else [{"kittens": expected}])


def test_list_of_several() -> None:
    """A list that may be one of two is not guessed."""
    lists = {"a": {"type": "array"}, "b": {"type": "array"}}
    assert list(readings([[1]], {"type": "object", "properties": lists})) == [[1], [1]]


def test_closed() -> None:
    """Objects with properties have no others, at any depth, unless told so."""
    schema = closed(CAT | {"x": [KITTEN], "allOf": [KITTEN]})
    assert schema["additionalProperties"] is False
    items = schema["properties"]["kittens"]["items"]
    assert items == KITTEN | {"additionalProperties": False}
    assert schema["x"] == [items]
    assert schema["allOf"] == [KITTEN]
    assert "additionalProperties" not in schema["properties"]["extra"]
    opened = {"type": "object", "properties": {}, "additionalProperties": True}
    assert closed(opened) == opened
    assert closed({"type": "object"}) == {"type": "object"}


def test_property_named_properties() -> None:
    """A property may be called as a keyword."""
    named = {"properties": {"type": "string"}}
    schema = {"type": "object", "properties": named}
    assert closed(schema) == schema | {"additionalProperties": False}
