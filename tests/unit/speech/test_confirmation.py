"""Tests of what is said in place of an empty response."""

import pytest

from custom_components.openai_compatible_conversation.speech.confirmation import (
    _DONE,
    _FAILED,
    confirmation,
    failure,
)


@pytest.mark.parametrize(
    ("language", "spoken"),
    [
        ("en", "Done."),
        ("en-GB", "Done."),
        ("de_AT", "Erledigt."),
        ("sr-Latn-RS", "Gotovo."),
        ("sr", "Готово."),
        ("zh-Hant-TW", "已完成。"),
        ("tlh", "Done."),
        ("", "Done."),
    ],
)
def test_confirmation(language: str, spoken: str) -> None:
    """The confirmation is in the nearest language, or else in English."""
    assert confirmation(language) == spoken


@pytest.mark.parametrize(
    ("language", "spoken"),
    [
        ("en-US", "That did not work: Front Door, Milk."),
        ("de", "Das hat nicht geklappt: Front Door, Milk."),
        ("xx", "That did not work: Front Door, Milk."),
    ],
)
def test_failure(language: str, spoken: str) -> None:
    """The user hears what failed, in the nearest language."""
    assert failure(language, ["Front Door", "Milk"]) == spoken


@pytest.mark.parametrize(
    ("language", "spoken"),
    [
        ("en", "Done: Lamp, Fan."),
        ("zh", "已完成: Lamp, Fan."),
        ("th", "เรียบร้อยแล้ว: Lamp, Fan."),
    ],
)
def test_what_was_done(language: str, spoken: str) -> None:
    """The user hears what was done where not all was."""
    assert confirmation(language, ["Lamp", "Fan"]) == spoken


def test_languages() -> None:
    """There is a failure in every language that has a confirmation."""
    assert _FAILED.keys() == _DONE.keys()
