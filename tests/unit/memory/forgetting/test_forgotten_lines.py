"""Tests of which lines stand for what is forgotten."""

from dataclasses import replace

import pytest

from custom_components.openai_compatible_conversation.memory.facts.fact import (
    Category,
    Fact,
    PastValue,
)
from custom_components.openai_compatible_conversation.memory.forgetting.forgotten_lines import (
    ForgottenLines,
)

NOW = "2026-11-21T08:00:00+00:00"


def fact(category: str, key: str, value: str = "", quote: str = "") -> Fact:
    """Return a fact."""
    return Fact(Category(category), key, value, "told", NOW, NOW, quote=quote)


CAT = fact("family_members", "cat", "Amy")
COLOUR = fact("preferences", "favourite colour", "blue")
BIKE = fact("preferences", "present", "a red bike", "I bought Tom something nice")


@pytest.mark.parametrize(
    ("forgotten", "line"),
    [
        (CAT, "By the way, my cat is called Amy"),
        (CAT, "Forget that our CAT is called AMY!"),
        (CAT, "Unsere Katze heißt Amy"),
        (CAT, "Amy is ill"),
        (COLOUR, "My favourite colour is blue"),
        (COLOUR, "Meine Lieblingsfarbe ist blue"),
        (BIKE, "By the way, I bought Tom something nice, don't tell him"),
        (BIKE, "The present is a bike, a red one"),
        (BIKE, "He gets a red bike"),
        (replace(CAT, past=(PastValue("Minka", NOW),)), "The cat is called Minka"),
        (fact("preferences", "present"), "I have bought a present for Tom"),
        (fact("preferences", "vegetarian", "yes"), "Yes, I am a vegetarian"),
    ],
)
def test_stands_for(forgotten: Fact, line: str) -> None:
    """A line stands for a fact by its quote, by key and value, or by a telling value."""
    assert ForgottenLines([COLOUR, forgotten])(line)


@pytest.mark.parametrize(
    ("forgotten", "line"),
    [
        (CAT, "My dog is called Rex"),
        (CAT, "Where is the cat?"),
        (COLOUR, "Turn the lamp in the hall blue"),
        (COLOUR, "What is my favourite colour?"),
        (BIKE, "Where is my bike?"),
        (BIKE, ""),
        (fact("preferences", "vegetarian", "yes"), "Yes, please"),
        (fact("family_members", "has children", "yes"), "Yes, please"),
        (fact("preferences", "birthday present"), "When is my birthday?"),
    ],
)
def test_stands_for_nothing_forgotten(forgotten: Fact, line: str) -> None:
    """A line that has only the key, or a common value, is not taken for a fact."""
    assert not ForgottenLines([forgotten])(line)
    assert not ForgottenLines([])(line)
