"""Tests for tool results as text for the model."""

from collections.abc import Callable
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.tools.result import (
    MIN_RESULT,
    NO_FOCUS,
    CallResult,
    ResultFocus,
    readable,
    result_excerpt,
    result_text,
    with_note,
)
from homeassistant.helpers import llm
from testbed.limits import tokens

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


def utf8(text: str) -> int:
    """Return the tokens of a text for a model that reads bytes."""
    return len(text.encode())


@given(
    VALUES,
    st.booleans(),
    FOCUSES,
    st.integers(MIN_RESULT, 500),
    st.sampled_from([tokens, utf8]),
)
def test_any_result(
    value: Any,
    error: bool,
    focus: ResultFocus,
    limit: int,
    count: Callable[[str], int],
) -> None:
    """Whatever a tool returns, it becomes valid JSON that fits."""
    limit *= 4 if count is utf8 else 1
    result = llm.ToolResult(value, error=error)
    known, _ = readable(result, focus)
    text = result_excerpt(known, limit, count)
    assert count(text) <= limit
    data = json.loads(text)
    assert not error or "error" in data
    assert result_excerpt(known, limit, count) == text
    if count(whole := result_text(known)) <= limit:
        assert text == whole


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
    data = json.loads(result_excerpt(CallResult(rows, focus=focus), 250, tokens))
    assert data["note"] == f"called with {{}} {note}"
    assert len(data["rows"]) > 20
    assert "note" not in json.loads(result_text(CallResult({"a": 1}, focus=focus)))


@pytest.mark.parametrize("value", [["row"] * 900, "word " * 900])
def test_no_object(value: Any) -> None:
    """What is no object is made one if it is cut."""
    data = json.loads(result_excerpt(llm.ToolResult(value), 250, tokens))
    assert set(data) == {"result", "note"}


def test_long_note() -> None:
    """A note that is too long itself leaves room for the result."""
    data: Any = {"note": "called with " + "x" * 9000, "rows": ["row"] * 900}
    text = result_excerpt(llm.ToolResult(data), 500, tokens)
    assert tokens(text) <= 500
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
    told = json.loads(result_excerpt(llm.ToolResult(result), 500, tokens))
    assert ("content" not in told) is is_repeated
    assert set(told) >= {"structuredContent", "isError", "note"}
    short = {**result, "content": [{"type": "text", "text": "[1]"}]}
    short["structuredContent"] = {"result": [1]}
    assert json.loads(result_excerpt(llm.ToolResult(short), 500, tokens)) == short


def test_long_hint() -> None:
    """The names of very many parameters do not take the room of the result."""
    rows: Any = {"rows": ROWS}
    focus = ResultFocus(narrowing=tuple(f"parameter_{n}" for n in range(60)))
    text = result_excerpt(CallResult(rows, focus=focus), MIN_RESULT, tokens)
    assert tokens(text) <= MIN_RESULT
    assert json.loads(text)["note"].startswith(NOT_ALL)
    assert len(json.loads(text)["rows"]) > 20


def test_room() -> None:
    """The more tokens there are, the more is shown."""
    rows: Any = {"rows": ROWS}
    texts = [
        result_excerpt(llm.ToolResult(rows), limit, tokens)
        for limit in (MIN_RESULT, 500, 1000)
    ]
    shown = [len(json.loads(text)["rows"]) for text in texts]
    assert shown == sorted(set(shown))


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
