"""Tests of what may be said before a tool call."""

import pytest

from custom_components.openai_compatible_conversation.speech.preamble import (
    MAX_PREAMBLE,
    SPEECH_START,
    joined,
    may_be_preamble,
)
from homeassistant.components.assist_pipeline.default_pipeline import (
    STREAM_RESPONSE_CHARS,
)

SENTENCE = "I am going to look at the thermostat of the living room, which takes long"


def test_speech_start() -> None:
    """What Home Assistant does not speak yet costs no time to hold."""
    assert SPEECH_START == STREAM_RESPONSE_CHARS


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("", True),
        ("Sure! Let me look. One moment. It may take long.", True),
        (SENTENCE, True),
        (f"{SENTENCE}.", True),
        (f"{SENTENCE}. ", True),
        (f"{SENTENCE}. T", False),
        (f"{SENTENCE}!” T", False),
        (f"{SENTENCE}\nT", False),
        (f"{SENTENCE}: 21.5 degrees", True),
        (f"{SENTENCE}。T", False),
        ("室" * SPEECH_START, True),
        (f"{'室' * SPEECH_START}。居", False),
        ("室" * MAX_PREAMBLE, True),
        ("室" * (MAX_PREAMBLE + 1), False),
    ],
)
def test_may_be_preamble(text: str, held: bool) -> None:
    """A short text or one sentence may be followed by a call."""
    assert may_be_preamble(text) is held


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("", "", ""),
        ("Let me look.", "", "Let me look."),
        ("", "It is on.", "It is on."),
        ("Let me look. \n", "\n\nIt is on. ", "Let me look. It is on. "),
        ("見てみます。", "ついています。", "見てみます。ついています。"),
        ("  ", "It is on.", "It is on."),
        ("Let me look.", " \n", "Let me look."),
    ],
)
def test_joined(first: str, second: str, said: str) -> None:
    """Two texts are said one after the other."""
    assert joined(first, second) == said
