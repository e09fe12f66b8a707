"""Tests for tool results as text for the model."""

import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.tools.result import (
    NO_FOCUS,
    CallResult,
    ResultFocus,
    readable,
    result_text,
    with_note,
)
from homeassistant.helpers import llm

NOT_ALL = "The result is too long, and not all of it is shown."

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=20), inner),
    max_leaves=40,
)
FOCUSES = st.builds(
    ResultFocus,
    st.lists(st.text(max_size=10), max_size=3).map(tuple),
    st.lists(st.text(max_size=100), max_size=3).map(tuple),
    st.booleans(),
)


@given(VALUES, st.booleans(), FOCUSES, st.integers(800, 2000))
def test_any_result(value: Any, error: bool, focus: ResultFocus, limit: int) -> None:
    """Whatever a tool returns, it becomes valid JSON that fits."""
    result = llm.ToolResult(value, error=error)
    known, _ = readable(result, focus)
    text = result_text(known, limit)
    assert len(text) <= limit
    data = json.loads(text)
    assert not error or "error" in data
    assert result_text(known, limit) == text


@pytest.mark.parametrize(
    ("focus", "note"),
    [
        (NO_FOCUS, NOT_ALL),
        (
            ResultFocus(narrowing=("area", "name"), read_only=True),
            f"{NOT_ALL} Call it again with area, name to get less, and all of that.",
        ),
        (
            ResultFocus(narrowing=("area",)),
            f"{NOT_ALL} If it only reads, call it again with area to get less.",
        ),
    ],
)
def test_note(focus: ResultFocus, note: str) -> None:
    """A result that is cut says so, and how to get less; one that is not says nothing."""
    rows: Any = {"rows": [f"row {n}" for n in range(500)], "note": "called with {}"}
    data = json.loads(result_text(CallResult(rows, focus=focus), 1000))
    assert data["note"] == f"called with {{}} {note}"
    assert len(data["rows"]) > 20
    assert "note" not in json.loads(result_text(CallResult({"a": 1}, focus=focus)))


@pytest.mark.parametrize("value", [["row"] * 900, "word " * 900])
def test_no_object(value: Any) -> None:
    """What is no object is made one if it is cut."""
    data = json.loads(result_text(llm.ToolResult(value), 1000))
    assert set(data) == {"result", "note"}


def test_long_note() -> None:
    """A note that is too long itself leaves room for the result."""
    data: Any = {"note": "called with " + "x" * 9000, "rows": ["row"] * 900}
    text = result_text(llm.ToolResult(data), 2000)
    assert len(text) <= 2000
    assert json.loads(text)["note"].startswith("called with xxx")
    assert len(json.loads(text)["rows"]) > 20


ROWS = [f"row {n}" for n in range(500)]


@pytest.mark.parametrize(
    ("text", "data", "is_repeated"),
    [
        (json.dumps({"rows": ROWS}, indent=2), {"rows": ROWS}, True),
        (json.dumps(ROWS), {"result": ROWS}, True),
        ("\n".join(ROWS), {"result": "\n".join(ROWS)}, True),
        ("\n".join(ROWS), {"rows": ROWS}, False),
        (json.dumps(ROWS[1:]), {"result": ROWS}, False),
    ],
)
def test_repeated_content(text: str, data: Any, is_repeated: bool) -> None:
    """What a server returns as text and as data is told once, if it is too long."""
    result: Any = {
        "content": [{"type": "text", "text": text}],
        "structuredContent": data,
        "isError": False,
    }
    told = json.loads(result_text(llm.ToolResult(result), 2000))
    assert ("content" not in told) is is_repeated
    assert set(told) >= {"structuredContent", "isError", "note"}
    short = {**result, "content": [{"type": "text", "text": "[1]"}]}
    short["structuredContent"] = {"result": [1]}
    assert json.loads(result_text(llm.ToolResult(short))) == short


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a":1}', '{"a":1,"note":"N"}'),
        ('{"note":"M","a":1}', '{"note":"M N","a":1}'),
        ("[1]", "[1]"),
        ("no json", "no json"),
    ],
)
def test_with_note(text: str, expected: str) -> None:
    """A note is added to a result that is an object."""
    assert with_note(text, "N") == expected
