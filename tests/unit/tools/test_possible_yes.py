"""Tests of what may be a yes to a question, by its words."""

import pytest

from custom_components.openai_compatible_conversation.confirmation.open_questions import (
    Question,
)
from custom_components.openai_compatible_conversation.tools.possible_yes import (
    is_no,
    may_be_yes,
)

ASKED = Question(
    token="abcdef",
    tool="HassTurnOn",
    integration=None,
    arguments={"name": "Front door"},
    identity="HassTurnOn front door",
    harms=(),
    text="Should I unlock the front door?",
    is_worded=True,
)


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("Yes", "en"),
        ("Yes?", "en"),
        ("Yes, unlock it", "en"),
        ("Está bien", "es"),
        ("Ja, bitte", "de"),
    ],
)
def test_may_be_yes(said: str, language: str) -> None:
    """Consent may be a yes, also with the voice raised."""
    assert may_be_yes(said, language, [ASKED])


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("No", "en"),
        ("Is it locked?", "en"),
        ("Is it okay?", "en"),
        ("Lieber nicht", "de"),
        ("いいですか？", "ja"),
    ],
)
def test_is_no_yes(said: str, language: str) -> None:
    """What refuses or asks something is no yes."""
    assert not may_be_yes(said, language, [ASKED])


@pytest.mark.parametrize(
    ("value", "says_no"),
    [(False, True), ("no", True), (True, False), ("abcdef", False), (None, False)],
)
def test_arguments_that_say_no(value: object, *, says_no: bool) -> None:
    """A model passes on a no in its own way."""
    assert is_no(value, "en") is says_no
