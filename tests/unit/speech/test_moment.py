"""Tests of what is said when a tool takes long."""

import pytest

from custom_components.openai_compatible_conversation.speech.confirmation import _DONE
from custom_components.openai_compatible_conversation.speech.moment import (
    _MOMENT,
    one_moment,
)


@pytest.mark.parametrize(
    ("language", "spoken"),
    [
        ("en-GB", "One moment."),
        ("de_AT", "Einen Moment."),
        ("sr-Latn-RS", "Samo trenutak."),
        ("tlh", "One moment."),
        ("", "One moment."),
    ],
)
def test_one_moment(language: str, spoken: str) -> None:
    """It is said in the nearest language, or else in English."""
    assert one_moment(language) == spoken


def test_languages() -> None:
    """It can be said in every language in which an action is confirmed."""
    assert _MOMENT.keys() == _DONE.keys()
