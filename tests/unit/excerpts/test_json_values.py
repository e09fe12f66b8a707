"""Tests for what stands in a result in place of what JSON cannot express."""

from collections import UserDict, deque
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntFlag, StrEnum
import ipaddress
import json
import math
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from hypothesis import given, strategies as st
import orjson
import pytest

from custom_components.openai_compatible_conversation.excerpts.json_values import (
    MAX_DEPTH,
    MAX_VALUES,
    json_text,
    to_json,
)
from custom_components.openai_compatible_conversation.excerpts.omission import Omission


class Colour(Enum):
    """An enum whose values are of several kinds."""

    RED = "red"
    MIXED = (1, 2)


class Mode(StrEnum):
    """An enum whose members are strings."""

    HEAT = "heat"


class Feature(IntFlag):
    """An enum whose members are integers."""

    DIM = 4


@dataclass
class Reading:
    """A dataclass."""

    value: float
    at: datetime


class Described:
    """A class as Home Assistant's states are."""

    def as_dict(self) -> dict[str, Any]:
        """Return what it holds."""
        return {"state": "on", "since": timedelta(minutes=3)}


class Hostile:
    """A class that cannot even be written as text."""

    def __str__(self) -> str:
        """Fail."""
        raise RuntimeError("no")


class HostileDict(dict[str, int]):
    """A mapping that cannot be read."""

    def items(self) -> Any:
        """Fail."""
        raise KeyError("no")


CIRCLE: list[Any] = [1]
CIRCLE.append(CIRCLE)

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.timedeltas()
    | st.datetimes()
    | st.decimals()
    | st.complex_numbers()
    | st.sampled_from([*Colour, *Mode, *Feature, Hostile(), HostileDict(a=1), CIRCLE])
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.integers() | st.text() | st.none() | st.booleans(), inner)
        | st.sets(st.integers() | st.text() | st.binary())
    ),
    max_leaves=30,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (timedelta(hours=1, minutes=30), "1:30:00"),
        (datetime(2026, 3, 1, 12, tzinfo=UTC), "2026-03-01T12:00:00+00:00"),
        (date(2026, 3, 1), "2026-03-01"),
        (time(12, 30), "12:30:00"),
        (b"Gr\xc3\xbc\xc3\x9fe", "Grüße"),
        (bytearray(b"\xff\x00"), "data:application/octet-stream;base64,/wA="),
        (memoryview(b"abc"), "abc"),
        ({3, 1, 2}, [1, 2, 3]),
        (frozenset({"b", "a"}), ["a", "b"]),
        ((1, (2,)), [1, [2]]),
        (deque([1, 2]), [1, 2]),
        (range(3), [0, 1, 2]),
        ({"a": 1}.values(), [1]),
        (UserDict({"a": {1}}), {"a": [1]}),
        (Colour.RED, "red"),
        (Colour.MIXED, "MIXED"),
        (Mode.HEAT, "heat"),
        (Feature.DIM, 4),
        (Decimal("21.50"), "21.50"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (ipaddress.ip_network("10.0.0.0/8"), "10.0.0.0/8"),
        (PurePosixPath("/media/a.mp3"), "/media/a.mp3"),
        (math.nan, "NaN"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
        (2**63 - 1, 2**63 - 1),
        (2**64, "18446744073709551616"),
        (-(10**30), "-1000000000000000000000000000000"),
        ("a\ud83d\ude00b", "a😀b"),
        ("a\ud800b", "a\ufffdb"),
        (CIRCLE, [1, "(contains itself)"]),
        (
            Reading(1.5, datetime(2026, 3, 1, tzinfo=UTC)),
            {"value": 1.5, "at": "2026-03-01T00:00:00+00:00"},
        ),
        (Reading, "Reading"),
        (Described(), {"state": "on", "since": "0:03:00"}),
        (Described, "Described"),
        (ValueError("no such room"), "no such room"),
        (Hostile(), "(unreadable: RuntimeError)"),
        (HostileDict(a=1), "(unreadable: KeyError)"),
        (iter([1]), "<list_iterator object>"),
        (True, True),
        (None, None),
    ],
)
def test_value(value: object, expected: object) -> None:
    """A value becomes what a reader takes it for, and its neighbours stay."""
    found = to_json({"before": 1, "value": value, "after": [2.5]})
    assert found == {"before": 1, "value": expected, "after": [2.5]}
    assert json.loads(json_text(found)) == found


def test_huge_integer() -> None:
    """Python refuses to write an integer of thousands of digits."""
    assert to_json([10**5000]) == ["(an integer of about 5000 digits)"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([2, None, True, 2.5], ["2", "null", "true", "2.5"]),
        ([Colour.RED, Mode.HEAT, (1, "a")], ["red", "heat", '[1,"a"]']),
        ([1, "1", 1.5, "1.5"], ["1", "1 (2)", "1.5", "1.5 (2)"]),
        ([date(2026, 3, 1), b"k", "\ud800"], ["2026-03-01", "k", "\ufffd"]),
        ([math.nan, 2**70], ["NaN", str(2**70)]),
    ],
)
def test_keys(keys: list[Any], expected: list[str]) -> None:
    """A key that is no text becomes one, and no value is lost."""
    found: Any = to_json({key: number for number, key in enumerate(keys)})
    assert found == {name: number for number, name in enumerate(expected)}


@given(ANYTHING)
def test_always_json(value: object) -> None:
    """Whatever it is, it can be written as JSON, and is the same each time."""
    found = to_json(value)
    assert orjson.loads(json_text(found)) == found
    assert to_json(value) == found
    assert to_json(found) == found


def test_same_object_twice() -> None:
    """What stands in two places does not contain itself."""
    part = {"a": 1}
    assert to_json([part, part, {"x": part}]) == [part, part, {"x": part}]


def test_nesting() -> None:
    """What is nested too deeply to be written is cut off."""
    value: Any = "x"
    for _ in range(MAX_DEPTH * 100):
        value = [value]
    assert "nested too deeply" in json_text(to_json(value))


def test_too_many_values() -> None:
    """What is beyond the values that are converted is counted, at each level."""
    found: Any = to_json({"rows": [[n] for n in range(MAX_VALUES)], "last": 1})
    *rows, marker = found["rows"]
    assert rows[0] == [0]
    assert isinstance(marker, Omission)
    assert len(rows) + marker.missing == marker.total == MAX_VALUES
    assert found["…"] == "… 1 of 2 entries not shown"


def test_huge_range() -> None:
    """A huge range is neither made a list of nor read to its end."""
    found: Any = to_json(range(10**12))
    marker = found[-1]
    assert isinstance(marker, Omission)
    assert marker.total == 10**12
    assert marker.missing == 10**12 - len(found) + 1
