"""Tests of the pace of the speech on a device."""

import pytest

from custom_components.openai_compatible_conversation.speech.limits import (
    LETTERS_PER_SECOND,
)
from custom_components.openai_compatible_conversation.speech.speech_pace import (
    SpeechPace,
)

TEN_SECONDS = "x" * LETTERS_PER_SECOND * 10


def learned(*durations: float) -> float:
    """Return the pace of a device that spoke the same text in some durations."""
    pace = SpeechPace()
    for seconds in durations:
        pace.learn("kitchen", TEN_SECONDS, seconds)
    assert pace.is_known("kitchen") is (pace.of("kitchen") != 1)
    assert not pace.is_known("bath")
    assert pace.of("bath") == 1
    return pace.of("kitchen")


@pytest.mark.parametrize(
    ("durations", "pace"),
    [
        ([], 1),
        ([5], 2),
        ([20], 0.5),
        # A satellite that is idle at once, or hangs, is not one that speaks so fast.
        ([0.1, 2.9, 3.9, 26, 3600, -5], 1),
        # One that was stopped twice is no faster for that.
        ([8, 8, 8, 4, 4], 1.25),
        # Another voice is known after a few answers.
        ([20, 20, 20, 20, 20, 5, 5, 5], 2),
    ],
)
def test_learned(durations: list[float], pace: float) -> None:
    """The pace is the median of the last ones that a voice can have."""
    assert learned(*durations) == pace


def test_huge() -> None:
    """A text without words, or an endless one, teaches nothing."""
    pace = SpeechPace()
    pace.learn("kitchen", "", 10)
    pace.learn("kitchen", "x" * 1_000_000, 10)
    assert not pace.is_known("kitchen")
