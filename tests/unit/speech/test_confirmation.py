"""Tests of the confirmation in the user's language."""

import pytest

from custom_components.openai_compatible_conversation.speech.confirmation import (
    confirmation,
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
