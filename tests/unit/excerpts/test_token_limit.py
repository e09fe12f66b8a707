"""Tests for excerpts of a number of tokens."""

from collections.abc import Callable
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.excerpts.json_values import (
    json_text,
)
from custom_components.openai_compatible_conversation.excerpts.token_limit import (
    MIN_LENGTH,
    cut_object_to_tokens,
    cut_text_to_tokens,
    cut_to_tokens,
    fitting,
)
from testbed.limits import tokens

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | st.text(max_size=80),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=20), inner),
    max_leaves=60,
)


def uneven(text: str) -> int:
    """Return the tokens of a text of which some parts take many more than others."""
    return sum(6 if character >= "\u0900" else 1 for character in text)


COUNTS = st.sampled_from([tokens, uneven, len])


@given(JSON, st.integers(1, 900), COUNTS)
def test_fits(value: Any, limit: int, count: Callable[[str], int]) -> None:
    """A value fits, unless that takes fewer characters than it can be cut to."""
    shown = cut_to_tokens(value, limit, count)
    text = json_text(shown)
    assert count(text) <= limit or len(text) <= MIN_LENGTH
    assert type(shown) is type(value) or isinstance(shown, str)
    if count(json_text(value)) <= limit:
        assert shown == value
    assert cut_to_tokens(shown, limit, count) == shown


@given(JSON, st.integers(1, 900), COUNTS)
def test_json_stays_json(value: Any, limit: int, count: Callable[[str], int]) -> None:
    """JSON text of any kind stays JSON, and an object stays an object."""
    text = json_text(value)
    shown = json.loads(cut_text_to_tokens(text, limit, count))
    assert type(shown) is type(value) or isinstance(shown, str)
    assert isinstance(json.loads(cut_object_to_tokens(text, limit, count)), dict) or (
        count(text) <= limit
    )


@pytest.mark.parametrize("text", ["[1, 2" * 200, '"abc" ' * 200, "5" * 900])
def test_no_object(text: str) -> None:
    """What is no object becomes an empty one, as it would not be valid if cut."""
    assert cut_object_to_tokens(text, 100, tokens) == "{}"


@given(st.text(min_size=800), st.integers(30, 190))
def test_any_text(text: str, limit: int) -> None:
    """Any text is cut so that it fits, with a word that not all of it is shown."""
    shown = cut_text_to_tokens(text, limit, tokens)
    assert tokens(shown) <= limit
    assert cut_text_to_tokens(shown, limit, tokens) == shown


def test_what_differs_is_shown_in_any_script() -> None:
    """In a home that speaks Hindi, the open window is shown, and the others counted."""
    windows: Any = [
        {"name": f"खिड़की {n:03}", "state": "on" if n == 117 else "off"}
        for n in range(121)
    ]
    shown: Any = cut_to_tokens(windows, 2000, uneven)
    assert windows[117] in shown
    missing = 121 - (len(shown) - 1)
    assert shown[-1].startswith(f"… {missing} of 121 entries not shown")
    assert uneven(json_text(shown)) > 1500


def test_fitting() -> None:
    """The entries at the beginning of a list are counted that fit."""
    assert fitting(["ab", "cd"], len('["ab","cd"]') + 1, len) == 2
    assert fitting(["ab", "cd"], len('["ab","cd"]') - 1, len) == 1
    assert fitting(["ab"], 3, len) == 0


def test_huge_value() -> None:
    """A value of megabytes is cut in a few steps."""
    steps: list[int] = []

    def count(text: str) -> int:
        steps.append(len(text))
        return tokens(text)

    rows: Any = [{"row": n, "text": "word " * 20} for n in range(50_000)]
    assert tokens(json_text(cut_to_tokens(rows, 2000, count))) > 1500
    assert len(steps) <= 4
