"""Tests of how it is asked whether something may be done."""

import pytest

from custom_components.openai_compatible_conversation.confirmation.wording import (
    MAX_SUBJECTS,
    Harm,
    Wording,
    asks_for,
    described,
    question_text,
)

FRONT, BACK = Harm("unlock", "Front"), Harm("unlock", "Back")
GARAGE = Harm("open", "Garage")


@pytest.mark.parametrize(
    ("harms", "language", "time", "text"),
    [
        ([FRONT], "en", "", "Should I unlock Front?"),
        ([FRONT, BACK, FRONT], "en", "", "Should I unlock Front, Back?"),
        ([FRONT, GARAGE], "en", "", "Should I unlock Front? Should I open Garage?"),
        ([GARAGE], "de-CH", "07:00", "07:00: Soll ich Garage öffnen?"),
        ([Harm("other", "Wipe")], "fr_CA", "", "Dois-je vraiment faire ceci : Wipe ?"),
    ],
)
def test_question(harms: list[Harm], language: str, time: str, text: str) -> None:
    """A question names everything once, by what is done with it."""
    assert question_text(harms, language, time) == Wording(text, is_worded=True)


@pytest.mark.parametrize("language", ["sv", "", None])
def test_unknown_language(language: str | None) -> None:
    """Where the words are not known, the question is in English."""
    wording = question_text([FRONT], language)
    assert wording == Wording("Should I unlock Front?", is_worded=False)


def test_braces_in_a_name() -> None:
    """A name is no template."""
    assert "{what}" in question_text([Harm("open", "{what} {0}")], "en").text


def test_many() -> None:
    """Of many things, it is said how many more there are."""
    harms = [Harm("unlock", f"Lock {n}") for n in range(MAX_SUBJECTS + 3)]
    assert question_text(harms, "en").text.endswith("Lock 9, + 3?")


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Unlock the front?", True),
        ("front？", True),
        ("I unlocked the front.", False),
        ("Unlock the door?", False),
        ("", False),
    ],
)
def test_asks_for(text: str, asks: bool) -> None:
    """A question of the model has to name what would be done."""
    assert asks_for(text, [FRONT]) is asks
    assert not asks_for(text, [FRONT, GARAGE])
    assert not asks_for("Wipe?", [Harm("other", "Wipe")])


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, "Wipe"),
        ({"disk": 1, "all": True}, "Wipe (disk: 1, all: True)"),
        ({"disks": ["a", {"b": "c"}]}, "Wipe (disks: a, disks b: c)"),
        ({"pin": 1, "door_code": 2, "user_password": "x", "api_key": "y"}, "Wipe"),
        ({"where": None, "name": " \n"}, "Wipe"),
        ({"name": "two\nlines"}, "Wipe (name: two lines)"),
    ],
)
def test_described(arguments: dict[str, object], text: str) -> None:
    """A call is told by its arguments, but for those to be kept secret."""
    assert described("Wipe", arguments) == text
