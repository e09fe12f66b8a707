"""Tests of finding the structured data in a model's response."""

import json
from typing import Any

import pytest

from custom_components.openai_compatible_conversation.agent.structured_output import (
    MAX_ANSWER,
    find_data,
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
