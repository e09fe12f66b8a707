"""Tests that a fact has nothing that a model only copied from the sentence."""

import pytest

from custom_components.openai_compatible_conversation.memory.learning.plain_fact import (
    plain_fact,
)


@pytest.mark.parametrize(
    ("key", "value", "said", "plain"),
    [
        (
            "Leeds",
            "We live in Leeds, remember that.",
            "We live in Leeds, remember that.",
            ("We live in", "Leeds"),
        ),
        (
            "York",
            "York",
            "We have moved, we live in York now. Remember that.",
            ("we live in", "York"),
        ),
        (
            "hazelnuts",
            "Hazelnuts",
            "I'm allergic to hazelnuts, so no nut cake for me.",
            ("I'm allergic to", "hazelnuts"),
        ),
        (
            "Lyon",
            "Lyon",
            "Retiens que nous habitons à Lyon",
            ("nous habitons à", "Lyon"),
        ),
        ("city", "We live in Leeds, remember that", "", ("city", "We live in Leeds")),
    ],
)
def test_copied(key: str, value: str, said: str, plain: tuple[str, str]) -> None:
    """The request goes, and the key says what the value is of."""
    assert plain_fact(key, value, said) == plain


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("cat", "Mimi", "Remember that our cat is called Mimi."),
        ("cat", "our cat is called Mimi", "Remember that our cat is called Mimi."),
        ("Grandma", "lives in the garden flat", "Grandma lives in the garden flat."),
        ("dentist", "dentist", "The dentist is on Friday."),
        ("Mimi", "Mimi", "Mimi"),
        ("", "", ""),
        ("猫", "猫", "我们的猫叫咪咪"),
    ],
)
def test_as_told(key: str, value: str, said: str) -> None:
    """What tells a fact stays as it is."""
    assert plain_fact(key, value, said) == (key, value)
