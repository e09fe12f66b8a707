"""Tests of which questions are about the past."""

import pytest

from custom_components.openai_compatible_conversation.memory.recall.past_question import (
    asks_for_past,
)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Where did we live before?", True),
        ("Since when do I work there?", True),
        ("How long have we had the cat?", True),
        ("Wo haben wir vorher gewohnt?", True),
        ("Seit wann wohnen wir hier?", True),
        ("Où habitions-nous avant ?", True),
        ("Depuis quand ?", True),
        ("¿Dónde vivíamos antes?", True),
        ("¿Desde cuándo?", True),
        ("Waar woonden we vroeger?", True),
        ("Sinds wanneer?", True),
        ("Where do we live?", False),
        ("How old is Emma?", False),
        ("Wo wohnen wir?", False),
        ("Où habitons-nous ?", False),
        ("", False),
    ],
)
def test_past(text: str, *, asks: bool) -> None:
    """Since when something is, and what was before, is asked in five languages."""
    assert asks_for_past(text) is asks
