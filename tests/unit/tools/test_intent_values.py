"""Tests for values of an intent's slots that cannot be set together."""

from typing import Any

import pytest

from custom_components.openai_compatible_conversation.tools.argument_repair import (
    Repaired,
)
from custom_components.openai_compatible_conversation.tools.intent_values import (
    repair_values,
)

type Json = dict[str, Any]

_WHOLE = {"type": "integer"}
LIGHT: Json = {
    "properties": {
        "name": {"type": "string"},
        "color": {"type": "string"},
        "temperature": _WHOLE,
        "brightness": _WHOLE,
    }
}
TIMER: Json = {
    "properties": {
        "hours": _WHOLE,
        "minutes": _WHOLE,
        "volume": {"default": 5, **_WHOLE},
    }
}
POSITION: Json = {
    "properties": {"position": _WHOLE, "tilt": _WHOLE},
    "required": ["position"],
}


@pytest.mark.parametrize(
    ("schema", "values", "expected"),
    [
        # A 0 is filled in beside what was asked for
        (TIMER, {"hours": 0, "minutes": 5}, {"minutes": 5}),
        (LIGHT, {"brightness": 0, "temperature": 2700}, {"temperature": 2700}),
        (LIGHT, {"brightness": 50, "temperature": 0}, {"brightness": 50}),
        (LIGHT, {"color": "red", "temperature": 0}, {"color": "red"}),
        (LIGHT, {"color": "red", "brightness": 0}, {"color": "red"}),
        (LIGHT, {"color": "red", "brightness": 0, "temperature": 0}, {"color": "red"}),
        (LIGHT, {"color": "white", "temperature": 0}, {"color": "white"}),
        # Colors
        (LIGHT, {"color": "rot"}, {"color": "red"}),
        (LIGHT, {"color": "Grün"}, {"color": "green"}),
        (LIGHT, {"color": "rouge"}, {"color": "red"}),
        (LIGHT, {"color": "jaune"}, {"color": "yellow"}),
        (LIGHT, {"color": "rojo"}, {"color": "red"}),
        (LIGHT, {"color": "azul"}, {"color": "blue"}),
        (LIGHT, {"color": "rood"}, {"color": "red"}),
        (LIGHT, {"color": "paars", "brightness": 0}, {"color": "purple"}),
        # White has a temperature
        (LIGHT, {"color": "white", "temperature": 2700}, {"temperature": 2700}),
        (LIGHT, {"color": "weiß", "temperature": 4000}, {"temperature": 4000}),
        (LIGHT, {"color": "warm white"}, {"temperature": 2700}),
        (LIGHT, {"color": "warmweiß", "brightness": 0}, {"temperature": 2700}),
        (LIGHT, {"color": "blanco cálido"}, {"temperature": 2700}),
        (LIGHT, {"color": "blanc froid"}, {"temperature": 5000}),
        (LIGHT, {"color": "warm white", "temperature": 3000}, {"temperature": 3000}),
    ],
    ids=str,
)  # fmt: skip
def test_changed(schema: Json, values: Json, expected: Json) -> None:
    """What cannot be meant is changed and told, and then nothing is left to change."""
    before = dict(values)
    repaired = repair_values(values, schema)
    assert values == before
    assert repaired.arguments == expected
    assert repaired.notes
    assert repair_values(expected, schema) == Repaired(expected)


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        (TIMER, {"hours": 0}),
        (TIMER, {"hours": 0, "minutes": 0}),
        (TIMER, {"minutes": 3, "volume": 0}),
        (LIGHT, {"name": "Lamp", "brightness": 0}),
        (LIGHT, {"name": "Lamp", "brightness": False, "temperature": 2700}),
        (LIGHT, {"color": "", "brightness": 0}),
        (LIGHT, {"color": "white"}),
        (LIGHT, {"color": "red", "temperature": 2700}),
        (LIGHT, {"color": "Light Blue"}),
        (LIGHT, {"color": 5, "brightness": 50}),
        (POSITION, {"position": 0, "tilt": 5}),
        (POSITION, {"position": 5, "color": "rot"}),
        ({}, {"count": 0}),
    ],
    ids=str,
)  # fmt: skip
def test_unchanged(schema: Json, values: Json) -> None:
    """What may be meant is left alone."""
    assert repair_values(values, schema) == Repaired(values)


@pytest.mark.parametrize(
    ("values", "note"),
    [
        ({"color": "rot"}, 'color was read as "red"'),
        ({"color": "warm white"}, 'color "warm white" was read as temperature 2700'),
        (
            {"color": "white", "temperature": 2700},
            "color was left out: a light takes a temperature or a color",
        ),
        (
            {"brightness": 25, "temperature": 25},
            "temperature was left out: no light has 25 kelvins",
        ),
        (
            {"brightness": 0, "temperature": 2700},
            "left out because 0 beside another quantity: brightness",
        ),
    ],
)
def test_notes(values: Json, note: str) -> None:
    """A note is a short plain sentence for the model."""
    assert repair_values(values, LIGHT).notes == (note,)
