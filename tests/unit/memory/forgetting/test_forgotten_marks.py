"""Tests of the marks of what was forgotten."""

import json

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.memory.facts.fact import (
    Category,
    Fact,
)
from custom_components.openai_compatible_conversation.memory.forgetting.forgotten_marks import (
    MAX_MARKS,
    ForgottenMarks,
)

BEFORE, NOW, LATER = (f"2026-11-21T0{hour}:00:00+00:00" for hour in range(7, 10))


def fact(category: str, key: str, value: str = "", subject: str = "") -> Fact:
    """Return a fact."""
    return Fact(Category(category), key, value, "extracted", NOW, NOW, subject)


CAT = fact("family_members", "cat", "Amy")
BIKE = fact("preferences", "present", "a red mountain bike", "Tom")
COLOUR = fact("preferences", "favourite colour", "blue")
YES = fact("preferences", "vegetarian", "yes")


def forgotten(*facts: Fact) -> ForgottenMarks:
    """Return the marks of facts that were forgotten now, as they are restored."""
    marks = ForgottenMarks()
    for item in facts:
        marks.add(item, NOW)
    restored, lost = ForgottenMarks.from_json(json.loads(json.dumps(marks.to_json())))
    assert not lost
    return restored


@pytest.mark.parametrize("at", [BEFORE, NOW, LATER, ""])
@pytest.mark.parametrize(
    ("was", "found"),
    [
        (CAT, CAT),
        (CAT, fact("family_members", "CAT", "amy")),
        (CAT, fact("family_members", "the cat's name", "Amy")),
        (CAT, fact("family_members", "Katze", "Amy")),
        (CAT, fact("preferences", "name of the cat", "the cat Amy")),
        (BIKE, fact("family_members", "Tom's birthday", "gets the red mountain bike")),
        (COLOUR, fact("preferences", "colour", "Blue")),
        (YES, YES),
    ],
)
def test_same_fact(was: Fact, found: Fact, at: str) -> None:
    """What was forgotten is known again under other keys, whenever it was said."""
    assert forgotten(was).has(found, at)


@pytest.mark.parametrize("at", [BEFORE, NOW, LATER, ""])
@pytest.mark.parametrize(
    ("was", "found"),
    [
        (CAT, fact("family_members", "dog", "Rex")),
        (COLOUR, fact("preferences", "car", "blue")),
        (COLOUR, fact("device_nicknames", "bedroom", "blue")),
        (YES, fact("preferences", "likes tea", "yes")),
        (BIKE, fact("preferences", "sport", "mountain biking")),
    ],
)
def test_other_fact(was: Fact, found: Fact, at: str) -> None:
    """A value that many facts have is not taken for what was forgotten."""
    assert not forgotten(was).has(found, at)


@pytest.mark.parametrize(
    ("was", "found"),
    [
        (CAT, fact("family_members", "cat", "Bob")),
        (CAT, fact("preferences", "pet", "Amy")),
        (COLOUR, fact("preferences", "Favourite  Colour", "azure")),
    ],
)
def test_what_was_said_before(was: Fact, found: Fact) -> None:
    """What was said before is more easily taken for it than what is said since then."""
    assert forgotten(was).has(found, BEFORE)
    assert forgotten(was).has(found)
    assert not forgotten(was).has(found, LATER)


def test_unknown_value() -> None:
    """A fact of which only the key was known is not learned until it is told."""
    marks = forgotten(fact("family_members", "cat"))
    assert marks.has(CAT, LATER)
    assert not marks.has(fact("family_members", "dog", "Amy"), BEFORE)
    marks.discard(CAT)
    assert not marks.has(CAT, BEFORE)


def test_subjects() -> None:
    """What was forgotten of one person is still known of another."""
    marks = forgotten(fact("user_name", "name", "Tom", "Tom"))
    assert marks.has(fact("user_name", "name", "Thomas", "tom"), BEFORE)
    assert not marks.has(fact("user_name", "name", "Anna", "Anna"), BEFORE)


@pytest.mark.parametrize("told", [CAT, fact("family_members", "Katze", "Amy")])
def test_told_anew(told: Fact) -> None:
    """The mark of a fact ends when it is told anew."""
    marks = forgotten(CAT, COLOUR)
    marks.discard(told)
    assert not marks.has(CAT, BEFORE)
    assert marks.has(COLOUR, BEFORE)


def test_told_with_another_value() -> None:
    """When another value is told, the one that was forgotten stays forgotten."""
    marks = forgotten(CAT)
    marks.discard(fact("family_members", "cat", "Bob"))
    assert not marks.has(fact("family_members", "cat", "Bob"), BEFORE)
    assert marks.has(fact("family_members", "cat's name", "Amy"), LATER)
    assert marks.has(CAT, LATER)


def test_everything() -> None:
    """After everything was forgotten, only what is said since then is learned."""
    marks = forgotten()
    marks.add_all(NOW)
    marks, _ = ForgottenMarks.from_json(marks.to_json())
    assert marks.has(CAT, BEFORE)
    assert marks.has(CAT, NOW)
    assert not marks.has(CAT, LATER)
    marks.discard(CAT)
    assert marks.has(COLOUR, BEFORE)


def test_no_words_on_disk() -> None:
    """What is stored has no word of what was forgotten, and differs between homes."""
    stored = json.dumps(forgotten(CAT, BIKE, COLOUR).to_json()).casefold()
    words = [
        "amy",
        "cat",
        "tom",
        "present",
        "red",
        "mountain",
        "bike",
        "favourite",
        "colour",
        "blue",
        "family",
    ]
    assert not [word for word in words if f'"{word}' in stored]
    marks = {json.dumps(forgotten(CAT).to_json()["forgotten"]) for _ in range(2)}
    assert len(marks) == 2
    assert ForgottenMarks().to_json() == {}


def test_bounded() -> None:
    """The oldest marks are dropped over the limit; the same fact has one mark."""
    marks = ForgottenMarks()
    for number in range(MAX_MARKS + 1):
        marks.add(CAT, NOW)
        marks.add(fact("routines", f"k{number}", f"v{number}"), NOW)
    assert len(marks.to_json()["forgotten"]) == MAX_MARKS
    assert not marks.has(fact("routines", "k0", "v0"), BEFORE)
    assert marks.has(fact("routines", f"k{MAX_MARKS}", "w"), BEFORE)
    assert marks.has(CAT, BEFORE)


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        ({"forgotten": None}, 0),
        ({"forgotten": 7}, 1),
        ({"forgotten_key": 7}, 1),
        ({"forgotten": [7, {}, {"at": "soon", "fact": "x", "key": []}]}, 3),
        ({"forgotten": [{"at": NOW, "fact": "x", "key": [7]}]}, 1),
        ({"forgotten": [{"at": NOW, "fact": "x", "key": [], "value": 7}]}, 1),
    ],
)
def test_damaged(change: dict[str, object], lost: int) -> None:
    """Invalid marks are lost, and new ones can be added."""
    marks, count = ForgottenMarks.from_json({**forgotten(CAT).to_json(), **change})
    assert count == lost
    marks.add(COLOUR, NOW)
    assert marks.has(COLOUR, BEFORE)


@given(st.text(), st.text(), st.text())
def test_any_text(key: str, value: str, subject: str) -> None:
    """Any fact can be forgotten, stored and told anew."""
    item = fact("routines", key, value, subject)
    marks = forgotten(item)
    assert marks.has(item, BEFORE)
    assert marks.has(item, LATER)
    marks.discard(item)
    assert not marks.has(item, LATER)
