"""Tests for the repair of tool arguments: a table of cases, and what always holds."""

import json
import re
from typing import Any

from hypothesis import given, settings, strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
import pytest

from custom_components.openai_compatible_conversation.tools.argument_repair import (
    Repaired,
    repair,
)
from custom_components.openai_compatible_conversation.tools.schema_fit import fits

type Json = dict[str, Any]

TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT}
AMOUNT = {"type": "integer", "minimum": 0, "maximum": 100}
PLACES = {"name": TEXT, "area": TEXT, "floor": TEXT}
CLASSES = ["awning", "blind", "curtain", "garage", "tv", "water", "gas"]


def _schema(*required: str, **properties: Any) -> Json:
    """Return the parameters of a function definition."""
    return {"type": "object", "properties": properties, "required": list(required)}


SCHEMAS: dict[str, Json] = {
    "on": _schema(
        **PLACES,
        domain=TEXTS,
        device_class={"type": "array", "items": {"type": "string", "enum": CLASSES}},
    ),
    "light": _schema(
        **PLACES,
        domain={"type": "array", "items": {"type": "string", "enum": ["light"]}},
        color=TEXT,
        temperature={"type": "integer", "minimum": 0},
        brightness=AMOUNT,
    ),
    "climate": _schema("temperature", **PLACES, temperature={"type": "number"}),
    "position": _schema("position", **PLACES, position=AMOUNT),
    "volume": _schema("volume_level", **PLACES, volume_level=AMOUNT),
    "step": _schema(
        "volume_step",
        **PLACES,
        volume_step={
            "anyOf": [
                {"type": "string", "enum": ["up", "down"]},
                {"type": "integer", "minimum": -100, "maximum": 100},
            ]
        },
    ),
    "timer": _schema(
        hours={"type": "integer", "minimum": 0},
        minutes={"type": "integer", "minimum": 0},
        seconds={"type": "integer", "minimum": 0},
        start_minutes={"type": "integer", "minimum": 0},
        name=TEXT,
        conversation_command=TEXT,
    ),
    "list": _schema("item", "name", item=TEXT, name=TEXT),
    "media": _schema(
        "search_query",
        **PLACES,
        search_query=TEXT,
        media_class={
            "type": "string",
            "enum": ["album", "artist", "movie", "music", "track", "tv_show", "none"],
        },
    ),
    "context": _schema(name=TEXT, area=TEXT, domain={"anyOf": [TEXT, TEXTS]}),
    "action": _schema(
        "action",
        action=TEXT,
        target={"type": "object", "additionalProperties": True},
        data={"type": "object", "additionalProperties": True},
    ),
    "other": _schema(
        "id",
        id={"type": ["integer", "string"]},
        flag={"type": "boolean"},
        maybe={"anyOf": [{"type": "null"}, {"type": "number"}]},
        old={"type": "string", "nullable": True},
        limit={"type": "integer", "default": 10},
        count={"type": "integer"},
        numbers={"type": "array", "items": {"type": "integer"}},
        grade={"enum": [1, 2, "best"]},
        where={
            "type": "object",
            "properties": {
                "Latitude": {"type": "number"},
                "mode": {"type": "string", "enum": ["near", "far"]},
            },
            "required": ["Latitude"],
            "additionalProperties": False,
        },
        anything={},
    ),
    "nothing": _schema(),
}

CASES: list[tuple[str, Json, Json]] = [
    # Lists and texts
    ("on", {"domain": "light"}, {"domain": ["light"]}),
    ("on", {"domain": '["light"]'}, {"domain": ["light"]}),
    ("on", {"domain": "['light', 'switch']"}, {"domain": ["light", "switch"]}),
    ("on", {"domain": "light, switch"}, {"domain": ["light", "switch"]}),
    ("on", {"domain": "light and switch"}, {"domain": ["light and switch"]}),
    ("on", {"domain": "a b, c d"}, {"domain": ["a b, c d"]}),
    ("on", {"domain": {"value": "light"}}, {"domain": ["light"]}),
    ("on", {"domain": [["light"]]}, {"domain": ["light"]}),
    ("on", {"domain": [{"value": "light"}]}, {"domain": ["light"]}),
    ("on", {"device_class": "blind,curtain"}, {"device_class": ["blind", "curtain"]}),
    ("list", {"item": ["milk"], "name": "Shopping"}, {"item": "milk", "name": "Shopping"}),
    ("list", {"item": "milk", "name": ["A", "A"]}, {"item": "milk", "name": "A"}),
    ("list", {"item": ["milk", "tea"], "name": "A"}, {"item": ["milk", "tea"], "name": "A"}),
    ("list", {"item": "milk, eggs", "name": "A"}, {"item": "milk, eggs", "name": "A"}),
    ("list", {"item": "milk and eggs", "list_name": "A"}, {"item": "milk and eggs", "name": "A"}),
    ("list", {"item": {"item": "milk"}, "name": "A"}, {"item": "milk", "name": "A"}),
    ("on", {"area": {"name": "Kitchen"}}, {"area": "Kitchen"}),
    ("context", {"domain": {"value": "light"}}, {"domain": "light"}),
    ("other", {"id": 1, "numbers": "1, 2"}, {"id": 1, "numbers": [1, 2]}),
    ("other", {"id": 1, "numbers": "[1, 2]"}, {"id": 1, "numbers": [1, 2]}),
    ("other", {"id": 1, "numbers": 5}, {"id": 1, "numbers": [5]}),
    ("other", {"id": 1, "numbers": ["1", 2.0]}, {"id": 1, "numbers": [1, 2]}),
    # Numbers
    ("light", {"brightness": "50"}, {"brightness": 50}),
    ("light", {"brightness": "50%"}, {"brightness": 50}),
    ("light", {"brightness": "50 %"}, {"brightness": 50}),
    ("light", {"brightness": "50 percent"}, {"brightness": 50}),
    ("light", {"brightness": "50 Prozent"}, {"brightness": 50}),
    ("light", {"brightness": "50 por ciento"}, {"brightness": 50}),
    ("light", {"brightness": 50.0}, {"brightness": 50}),
    ("light", {"brightness": "50.0"}, {"brightness": 50}),
    ("light", {"brightness": [50]}, {"brightness": 50}),
    ("light", {"brightness": {"value": "50%"}}, {"brightness": 50}),
    ("light", {"brightness": "150"}, {"brightness": "150"}),
    ("light", {"brightness": 50.4}, {"brightness": 50.4}),
    ("light", {"brightness": "bright"}, {"brightness": "bright"}),
    ("light", {"brightness": "50 of 60"}, {"brightness": "50 of 60"}),
    ("light", {"brightness": "5k"}, {"brightness": "5k"}),
    # Shares of a percentage
    ("light", {"brightness": 0.5}, {"brightness": 50}),
    ("light", {"brightness": "0.5"}, {"brightness": 50}),
    ("light", {"brightness": "0,25"}, {"brightness": 25}),
    ("light", {"brightness": 0.001}, {"brightness": 1}),
    ("light", {"brightness": 1}, {"brightness": 1}),
    ("light", {"brightness": 1.0}, {"brightness": 1}),
    ("light", {"brightness": "0.5%"}, {"brightness": "0.5%"}),
    ("light", {"brightness": "0.5 percent"}, {"brightness": "0.5 percent"}),
    ("light", {"brightness": "128/255"}, {"brightness": 50}),
    ("light", {"brightness": "255 / 255"}, {"brightness": 100}),
    ("light", {"brightness": "300/255"}, {"brightness": "300/255"}),
    ("light", {"brightness": "1/0"}, {"brightness": "1/0"}),
    ("light", {"brightness": "half"}, {"brightness": 50}),
    ("light", {"brightness": "Max"}, {"brightness": 100}),
    ("light", {"brightness": "full"}, {"brightness": 100}),
    ("light", {"brightness": "voll"}, {"brightness": 100}),
    ("light", {"brightness": "moitié"}, {"brightness": 50}),
    ("light", {"brightness": "mitad"}, {"brightness": 50}),
    ("light", {"brightness": "helft"}, {"brightness": 50}),
    ("light", {"brightness": "min"}, {"brightness": "min"}),
    ("volume", {"volume": 0.3}, {"volume_level": 30}),
    ("light", {"temperature": 0.5}, {"temperature": 0.5}),
    ("light", {"temperature": "max"}, {"temperature": "max"}),
    ("light", {"temperature": "2700 K"}, {"temperature": 2700}),
    ("climate", {"temperature": "21 degrees"}, {"temperature": 21}),
    ("climate", {"temperature": "21,5 °C"}, {"temperature": 21.5}),
    ("climate", {"temperature": "21.5C"}, {"temperature": 21.5}),
    ("climate", {"temperature": "21 Grad"}, {"temperature": 21}),
    ("climate", {"temperature": "20 degrees Celsius"}, {"temperature": 20}),
    ("climate", {"temperature": "22º"}, {"temperature": 22}),
    ("climate", {"temperature": "22 ºC"}, {"temperature": 22}),
    ("climate", {"temperature": {"value": 22, "unit": "C"}}, {"temperature": 22}),
    ("climate", {"temperature": {"value": 22, "unit": "x"}}, {"temperature": {"value": 22, "unit": "x"}}),
    ("light", {"brightness": {"value": "50", "unit": "%"}}, {"brightness": 50}),
    ("climate", {"temperature": "−5"}, {"temperature": -5}),
    ("climate", {"temperature": "50%"}, {"temperature": "50%"}),
    ("climate", {"temperature": "1,000"}, {"temperature": "1,000"}),
    ("climate", {"temperature": True}, {"temperature": True}),
    ("climate", {"temperature": ""}, {"temperature": ""}),
    ("timer", {"minutes": "5 minutes"}, {"minutes": 5}),
    ("timer", {"minutes": "5 min."}, {"minutes": 5}),
    ("timer", {"seconds": "30s"}, {"seconds": 30}),
    ("timer", {"minutes": "5 Minuten"}, {"minutes": 5}),
    ("timer", {"minutes": "5 minutos"}, {"minutes": 5}),
    ("timer", {"minutes": "5 minuten"}, {"minutes": 5}),
    ("timer", {"hours": "2 heures"}, {"hours": 2}),
    ("timer", {"hours": "1 Stunde"}, {"hours": 1}),
    ("timer", {"seconds": "30 Sekunden"}, {"seconds": 30}),
    ("timer", {"minutes": "5 hours"}, {"minutes": "5 hours"}),
    ("timer", {"minutes": "5 Sekunden"}, {"minutes": "5 Sekunden"}),
    ("timer", {"start_minutes": "5 s"}, {"start_minutes": "5 s"}),
    ("step", {"volume_step": "+10%"}, {"volume_step": 10}),
    ("on", {"floor": 25}, {"floor": "25"}),
    ("on", {"floor": 25.0}, {"floor": "25"}),
    ("on", {"floor": 2.5}, {"floor": "2.5"}),
    ("on", {"name": True}, {"name": True}),
    # What is left out
    ("on", {"name": "Lamp", "floor": ""}, {"name": "Lamp"}),
    ("on", {"name": "Lamp", "area": "null"}, {"name": "Lamp"}),
    ("on", {"name": "Lamp", "area": "None"}, {"name": "Lamp"}),
    ("on", {"name": "Lamp", "area": None}, {"name": "Lamp"}),
    ("on", {"name": "Lamp", "area": " "}, {"name": "Lamp"}),
    ("on", {"name": "Lamp", "device_class": []}, {"name": "Lamp"}),
    ("on", {"name": "Lamp", "device_class": [""]}, {"name": "Lamp"}),
    ("on", {"name": "Lamp", "device_class": "[]"}, {"name": "Lamp"}),
    ("on", {"name": "Lamp", "area": {}}, {"name": "Lamp"}),
    ("on", {"name": "Lamp", "area": {"value": ""}}, {"name": "Lamp"}),
    ("on", {"name": "Lamp", "floor": False}, {"name": "Lamp"}),
    ("light", {"name": "Lamp", "brightness": False}, {"name": "Lamp"}),
    ("other", {"id": 1, "flag": False, "anything": False}, {"id": 1, "flag": False, "anything": False}),
    ("climate", {"temperature": False}, {"temperature": False}),
    ("light", {"name": "Lamp", "brightness": "none"}, {"name": "Lamp"}),
    ("action", {"action": "a.b", "data": {}}, {"action": "a.b"}),
    ("media", {"search_query": "x", "media_class": "none"}, {"search_query": "x", "media_class": "none"}),
    ("list", {"item": "", "name": "null"}, {"item": "", "name": "null"}),
    ("other", {"id": 1, "maybe": None, "old": None, "anything": None}, {"id": 1, "maybe": None, "old": None, "anything": None}),
    # Zeros are kept, for a tool of any kind may mean them
    ("timer", {"hours": 0, "minutes": 5, "seconds": 0}, {"hours": 0, "minutes": 5, "seconds": 0}),
    ("position", {"position": 0}, {"position": 0}),
    ("other", {"id": 1, "limit": 0, "count": 3}, {"id": 1, "limit": 0, "count": 3}),
    # Keys
    ("on", {"Name": "Lamp"}, {"name": "Lamp"}),
    ("on", {"device-class": ["tv"]}, {"device_class": ["tv"]}),
    ("on", {"deviceClass": "tv"}, {"device_class": ["tv"]}),
    ("on", {"domains": ["light"]}, {"domain": ["light"]}),
    ("on", {"slots.name": "Lamp"}, {"name": "Lamp"}),
    ("on", {"intent__name": "Lamp"}, {"name": "Lamp"}),
    ("on", {"entity_name": "Lamp"}, {"name": "Lamp"}),
    ("on", {"entity": "Lamp", "room": "Hall"}, {"name": "Lamp", "area": "Hall"}),
    ("on", {"device": "Lamp", "name": ""}, {"name": "Lamp"}),
    ("on", {"name": "Lamp", "device": "Other"}, {"name": "Lamp"}),
    ("on", {"entity": "A", "device": "B"}, {}),
    ("on", {"entity": "A", "device": "A"}, {"name": "A"}),
    ("on", {"entities": ["Lamp"]}, {"name": "Lamp"}),
    ("on", {"entity_ids": ["light.lamp"]}, {"name": "light.lamp"}),
    ("on", {"device_id": "Lamp"}, {"name": "Lamp"}),
    ("on", {"entities": ["A", "B"]}, {"name": ["A", "B"]}),
    ("light", {"brightness_level": 50}, {"brightness": 50}),
    ("light", {"brightness_percent": 50}, {"brightness": 50}),
    ("light", {"brightness_percentage": "50%"}, {"brightness": 50}),
    ("light", {"color_temp": 2700}, {"temperature": 2700}),
    ("light", {"color_temperature": "2700K"}, {"temperature": 2700}),
    ("light", {"color_temp_kelvin": 2700}, {"temperature": 2700}),
    ("light", {"kelvin": 2700}, {"temperature": 2700}),
    ("light", {"percentage": "50"}, {"brightness": 50}),
    ("light", {"level": 50}, {"brightness": 50}),
    ("volume", {"volume": 30}, {"volume_level": 30}),
    ("position", {"percentage": 30}, {"position": 30}),
    ("on", {"name": "Lamp", "brightness": 50, "state": "on"}, {"name": "Lamp"}),
    ("nothing", {"input": ""}, {}),
    ("on", {"input": {"name": "Lamp"}}, {"name": "Lamp"}),
    ("on", {"slots": {"name": "Lamp"}, "domain": "light"}, {"name": "Lamp", "domain": ["light"]}),
    ("on", {"kwargs": {"name": "Lamp"}}, {"name": "Lamp"}),
    # Enum values
    ("media", {"search_query": "x", "media_class": "TV Show"}, {"search_query": "x", "media_class": "tv_show"}),
    ("media", {"search_query": "x", "media_class": "tv-shows"}, {"search_query": "x", "media_class": "tv_show"}),
    ("media", {"search_query": "x", "media_class": "albums"}, {"search_query": "x", "media_class": "album"}),
    ("media", {"search_query": "x", "media_class": "mov"}, {"search_query": "x", "media_class": "movie"}),
    ("media", {"search_query": "x", "media_class": "m"}, {"search_query": "x", "media_class": "m"}),
    ("media", {"search_query": "x", "media_class": "song"}, {"search_query": "x", "media_class": "song"}),
    ("on", {"device_class": "Blinds"}, {"device_class": ["blind"]}),
    ("on", {"device_class": ["Garage", "TV"]}, {"device_class": ["garage", "tv"]}),
    ("light", {"domain": "Lights"}, {"domain": ["light"]}),
    ("light", {"domain": ["switch"]}, {"domain": ["switch"]}),
    ("step", {"volume_step": "Up"}, {"volume_step": "up"}),
    ("step", {"volume_step": ["down"]}, {"volume_step": "down"}),
    ("other", {"id": 1, "grade": "2"}, {"id": 1, "grade": 2}),
    ("other", {"id": 1, "grade": "Best"}, {"id": 1, "grade": "best"}),
    ("other", {"id": 1, "grade": "?"}, {"id": 1, "grade": "?"}),
    # Booleans and null
    ("other", {"id": 1, "flag": "true"}, {"id": 1, "flag": True}),
    ("other", {"id": 1, "flag": "Yes"}, {"id": 1, "flag": True}),
    ("other", {"id": 1, "flag": "off"}, {"id": 1, "flag": False}),
    ("other", {"id": 1, "flag": 1}, {"id": 1, "flag": True}),
    ("other", {"id": 1, "flag": "maybe"}, {"id": 1, "flag": "maybe"}),
    ("on", {"name": "on"}, {"name": "on"}),
    ("other", {"id": 1, "maybe": "2,5"}, {"id": 1, "maybe": 2.5}),
    # Wrapping
    ("on", {"arguments": {"name": "Lamp"}}, {"name": "Lamp"}),
    ("on", {"parameters": {"name": "Lamp"}}, {"name": "Lamp"}),
    ("on", {"arguments": '{"name": "Lamp"}'}, {"name": "Lamp"}),
    ("on", {"arguments": [{"name": "Lamp"}, {"name": "Lamp"}]}, {"name": "Lamp"}),
    ("on", {"arguments": [{"name": "A"}, {"name": "B"}]}, {}),
    ("on", {"name": "Lamp", "parameters": {"domain": "light"}}, {"name": "Lamp", "domain": ["light"]}),
    ("on", {"type": "object", "properties": {"name": {"type": "string", "value": "Lamp"}}}, {"name": "Lamp"}),
    ("on", {"name": {"type": "string", "value": "Lamp"}}, {"name": "Lamp"}),
    ("on", {"name": {"value": "Lamp"}}, {"name": "Lamp"}),
    ("on", {"name": {"first": "A", "value": "Lamp"}}, {"name": {"first": "A", "value": "Lamp"}}),
    # Objects
    ("action", {"action": "a.b", "data": '{"x": 1}'}, {"action": "a.b", "data": {"x": 1}}),
    ("action", {"action": "a.b", "data": "{'x': True}"}, {"action": "a.b", "data": {"x": True}}),
    ("action", {"action": "a.b", "data": [{"x": 1}]}, {"action": "a.b", "data": {"x": 1}}),
    ("action", {"action": "a.b", "data": "{x}"}, {"action": "a.b", "data": "{x}"}),
    ("action", {"action": "a.b", "data": {"x": 0, "y": ""}}, {"action": "a.b", "data": {"x": 0, "y": ""}}),
    ("other", {"id": 1, "where": {"latitude": "52,1", "mode": "Near", "x": 1}}, {"id": 1, "where": {"Latitude": 52.1, "mode": "near"}}),
    ("other", {"id": 1, "where": {"Latitude": 1, "mode": None}}, {"id": 1, "where": {"Latitude": 1}}),
    ("other", {"id": 1, "where": {"latitude": 1, "Latitude": 2}}, {"id": 1, "where": {"Latitude": 2}}),
    ("other", {"id": 1, "where": {"mode": "near"}}, {"id": 1, "where": {"mode": "near"}}),
    # Samples of small models
    ("on", {"name": "Kitchen Light", "domain": "light", "floor": ""}, {"name": "Kitchen Light", "domain": ["light"]}),
    ("on", {"name": "Smart Lock", "domain": "lock"}, {"name": "Smart Lock", "domain": ["lock"]}),
    ("on", {"domain": "light", "area": "Living Room", "device_class": []}, {"domain": ["light"], "area": "Living Room"}),
]  # fmt: skip


@pytest.mark.parametrize(("tool", "sloppy", "expected"), CASES, ids=str)
def test_case(tool: str, sloppy: Json, expected: Json) -> None:
    """Sloppy arguments are read as what they mean, and every change is told."""
    repaired = repair(sloppy, SCHEMAS[tool])
    assert json.dumps(repaired.arguments, sort_keys=True) == json.dumps(
        expected, sort_keys=True
    )
    assert bool(repaired.notes) == (_told(sloppy) != _told(expected))


def _told(arguments: Json) -> str:
    """Return arguments as JSON in which 50.0 is 50."""
    return re.sub(r"\b(\d+)\.0\b(?!\")", r"\1", json.dumps(arguments, sort_keys=True))


@pytest.mark.parametrize(
    ("tool", "sloppy", "notes"),
    [
        ("light", {"brightness": "50%"}, ["brightness was read as 50"]),
        ("on", {"domain": "light"}, ['domain was read as ["light"]']),
        ("on", {"entity": "Lamp"}, ["entity was taken for name"]),
        ("on", {"args": {"name": "A"}}, ["the arguments were one level too deep"]),
        ("on", {"name": "A", "area": "", "floor": None}, ["left out because empty: area, floor"]),
        ("climate", {"temperature": "72F"}, ["temperature was read as 72 without its unit"]),
        ("climate", {"temperature": "72 °F"}, ["temperature was read as 72 without its unit"]),
        ("climate", {"temperature": {"value": 72, "unit": "F"}}, ["temperature was read as 72 without its unit"]),
        ("climate", {"temperature": "22 °C"}, ["temperature was read as 22"]),
        ("on", {"name": "A", "x\ny": 1}, ["left out because there is no such parameter: x y"]),
        ("other", {"id": 1, "flag": 1}, ["flag was read as true"]),
        ("light", {"brightness": 50.0}, []),
        ("on", {"name": ["x" * 200]}, [f'name was read as "{"x" * 79}…']),
    ],
)  # fmt: skip
def test_notes(tool: str, sloppy: Json, notes: list[str]) -> None:
    """A note is a short plain sentence for the model."""
    assert list(repair(sloppy, SCHEMAS[tool]).notes) == notes


@pytest.mark.parametrize(
    ("sloppy", "dropped", "empty"),
    [
        ({"light": "Lamp", "domain": "light"}, ("light",), ()),
        ({"zone": ["Hall"], "lock": {"name": "A"}}, ("zone", "lock"), ()),
        ({"entity": "A", "device": "B"}, ("entity", "device"), ()),
        ({"args": {"light": "Lamp"}}, ("light",), ()),
        ({"state": "On", "unit": "°C", "x": 5, "y": True, "z": "none", "l": []}, (), ()),
        ({"name": "none", "area": "", "domain": "light"}, (), ("name", "area")),
        ({"name": "Lamp"}, (), ()),
    ],
)  # fmt: skip
def test_lost_targets(
    sloppy: Json, dropped: tuple[str, ...], empty: tuple[str, ...]
) -> None:
    """What may have said what a call is for is reported apart."""
    repaired = repair(sloppy, SCHEMAS["on"])
    assert (repaired.dropped, repaired.empty) == (dropped, empty)


def test_open_schema() -> None:
    """A tool that takes other arguments, too, gets them as they are."""
    arguments = {"room": "Hall", "parameters": {"name": "A"}, "x": ""}
    schema = SCHEMAS["on"] | {"additionalProperties": True}
    assert repair(arguments, schema) == Repaired(arguments)


def test_deep_arguments() -> None:
    """Arguments too deep to be looked at are unchanged."""
    value: Any = "light"
    for _ in range(100_000):
        value = [value]
    assert repair({"domain": value}, SCHEMAS["on"]).arguments.keys() == {"domain"}


def test_schema_keywords() -> None:
    """Keywords that are not understood never make a valid value invalid."""
    assert fits([1, "a"], {"type": "array", "prefixItems": [{}], "items": TEXT})
    assert fits(
        {"ab": 1}, {"patternProperties": {"a": {}}, "additionalProperties": False}
    )
    assert fits(1, {"type": "unheard of"})
    assert not fits(1, {"const": 2})
    assert not fits(1, {"allOf": [{"type": "string"}]})
    assert not fits(1, schema=False)
    schema = _schema(a={"allOf": [{"type": "integer"}]}, b=False)
    assert repair({"a": "5"}, schema).arguments == {"a": 5}
    assert repair({"b": "5"}, schema).arguments == {"b": "5"}
    schema = _schema("a", a={"anyOf": [False, TEXT]}, b={"properties": {"c": AMOUNT}})
    assert repair({"a": 5}, schema).arguments == {"a": "5"}
    nested = {"c": "5%", "d": ""}
    assert repair({"b": nested}, schema).arguments == {"b": {"c": 5, "d": ""}}
    schema = _schema("a", a={"type": ["null", "integer"]})
    assert repair({"a": "null"}, schema).arguments == {"a": None}


KEYS = st.sampled_from(
    [
        *sorted({key for schema in SCHEMAS.values() for key in schema["properties"]}),
        *("entity", "device", "room", "level", "arguments", "properties", "Name", "x"),
    ]
)
WORDS = st.sampled_from(
    [
        *("", "null", "none", "0", "5", "50%", "light", "Lights", "blind, tv", "[1]"),
        *('{"name": "A"}', '["a"]', "yes", "'", "[[", "{", "NaN", "[1e999]", "{1}"),
    ]
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 200)
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | WORDS
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(KEYS | st.sampled_from(["value", "type"]), inner, max_size=3)
    ),
    max_leaves=8,
)
ARGUMENTS = st.dictionaries(KEYS | st.text(max_size=5), JSON, max_size=6)
TOOLS = st.sampled_from(sorted(SCHEMAS))


@given(TOOLS, ARGUMENTS)
@settings(max_examples=500)
def test_any_arguments(tool: str, arguments: Json) -> None:
    """Any JSON gives JSON, no change goes untold, nothing required is dropped."""
    schema = SCHEMAS[tool]
    before = json.dumps(arguments)
    repaired = repair(arguments, schema)
    assert json.dumps(arguments) == before
    assert json.loads(json.dumps(repaired.arguments, allow_nan=False)) == (
        repaired.arguments
    )
    assert repaired.arguments.keys() <= schema["properties"].keys()
    assert repaired.notes or repaired.arguments == arguments
    if not repaired.arguments.keys() - arguments.keys():
        required = set(schema["required"]) & arguments.keys()
        assert required <= repaired.arguments.keys()


@given(TOOLS, ARGUMENTS)
@settings(max_examples=500)
def test_repaired_once(tool: str, arguments: Json) -> None:
    """What was repaired has nothing to repair."""
    repaired = repair(arguments, SCHEMAS[tool]).arguments
    assert repair(repaired, SCHEMAS[tool]) == Repaired(repaired)


def _values(schema: Any) -> st.SearchStrategy[Any]:
    """Return valid values, without empty ones and zeros."""
    if parts := schema.get("anyOf"):
        return st.one_of(*[_values(part) for part in parts])
    if options := schema.get("enum"):
        return st.sampled_from(options)
    kinds = schema.get("type", ["string", "integer", "boolean", "null"])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return st.one_of(*[_values_of_type(kind, schema) for kind in kinds])


def _values_of_type(kind: str, schema: Json) -> st.SearchStrategy[Any]:
    """Return valid values of a type."""
    lowest, highest = schema.get("minimum"), schema.get("maximum")
    match kind:
        case "string":
            return (st.text(max_size=6) | WORDS).filter(_says_something)
        case "integer":
            integers = st.integers(lowest, highest).filter(bool)
            return integers | integers.filter(lambda n: abs(n) < 2**50).map(float)
        case "number":
            numbers = st.floats(lowest, highest, allow_nan=False, allow_infinity=False)
            return numbers.filter(bool)
        case "boolean":
            return st.booleans()
        case "array":
            return st.lists(_values(schema["items"]), min_size=1, max_size=3)
        case "object" if "properties" in schema:
            return _objects(schema)
        case "object":
            return st.dictionaries(st.text(max_size=3), JSON, min_size=1, max_size=2)
    return st.none()


def _says_something(text: str) -> bool:
    """Return whether a text does not stand for what is left out."""
    return text.strip().casefold() not in ("", "null", "none", "[]", "{}")


def _objects(schema: Json) -> st.SearchStrategy[Json]:
    """Return valid objects."""
    values = {name: _values(value) for name, value in schema["properties"].items()}
    required = {name: values.pop(name) for name in schema["required"]}
    return st.fixed_dictionaries(required, optional=values)


@given(st.data(), TOOLS)
@settings(max_examples=500)
def test_valid_arguments(data: st.DataObject, tool: str) -> None:
    """Valid arguments come back as they are, without notes."""
    schema = SCHEMAS[tool]
    arguments = data.draw(_objects(schema))
    validator = Draft202012Validator(schema)
    assert validator.is_valid(arguments)
    assert repair(arguments, schema) == Repaired(arguments)


@given(TOOLS, JSON)
@settings(max_examples=500)
def test_valid_values_fit(tool: str, value: Any) -> None:
    """A value that a validator accepts fits."""
    for schema in SCHEMAS[tool]["properties"].values():
        if Draft202012Validator(schema).is_valid(value):
            assert fits(value, schema)
