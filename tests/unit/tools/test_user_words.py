"""Tests of what the user said, to which the arguments of a call are held."""

import re

import pytest

from custom_components.openai_compatible_conversation.tools.user_words import UserWords


@pytest.mark.parametrize(
    ("said", "value", "invented"),
    [
        ("Add eggs to the shopping list", "Demo", True),
        ("Add eggs to the shopping list", "Shopping List", False),
        ("Add eggs to the shopping list", "the list", False),
        ("Add egg to it", "eggs", False),
        ("Mach das Küchenlicht an", "Küche", False),
        ("Mach das Kuchenlicht an", "Küchenlicht", False),
        ("Lock the kitchen door", "Living Room", True),
        ("Set a timer for ten minutes", "Ten minute timer", False),
        ("Set a timer for ten minutes", "", False),
        ("Set a timer for ten minutes", None, False),
        ("Set a timer for ten minutes", ["Demo"], False),
        ("", "Demo", False),
    ],
)
def test_invented(said: str, value: object, invented: bool) -> None:
    """An invention is what not one word of the user's stands for."""
    assert UserWords([said]).is_invented(value) == invented


def test_nothing_is_known() -> None:
    """Without the user's words nothing is taken for an invention."""
    for said in (UserWords(), UserWords(None), UserWords([])):
        assert not said.is_invented("Demo")
        assert not said.is_repeated_by("Demo")


def test_earlier_words() -> None:
    """What was said earlier in the conversation was said."""
    said = UserWords(["Is the Walkman playing?", "Pause it"])
    assert not said.is_invented("Walkman")
    assert said.is_repeated_by("pause it")
    assert not said.is_repeated_by("is the walkman playing")


@pytest.mark.parametrize(
    ("value", "repeated"),
    [
        ("set a timer for ten minutes", True),
        ("Set the timer for ten minutes, please", True),
        ("turn off the light", False),
        ("ten minutes", False),
        ("", False),
        (None, False),
        (["set a timer for ten minutes"], False),
    ],
)
def test_repeated(value: object, repeated: bool) -> None:
    """A command that says as much as the request is the request again."""
    said = UserWords(["Set a timer for ten minutes!"])
    assert said.is_repeated_by(value) == repeated


def test_match() -> None:
    """A pattern is looked for in what was said last."""
    said = UserWords(["Lock it", "Thanks"])
    assert said.is_known
    assert said.match(re.compile("thank", re.IGNORECASE))
    assert not said.match(re.compile("lock", re.IGNORECASE))
    assert not UserWords().match(re.compile(""))
    assert not UserWords().is_known
