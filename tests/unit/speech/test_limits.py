"""Tests for the limits of a text and the sentence that ends it."""

import pytest

from custom_components.openai_compatible_conversation.repetition.detector import (
    RepetitionDetector,
)
from custom_components.openai_compatible_conversation.speech.limits import (
    MAX_REASONING,
    MAX_REST,
    MAX_SPEECH,
    Budget,
    SpeechLimiter,
    speech_seconds,
    whole_sentences,
)
from tests.unit.repetition.corpus import INNOCENT, RUNAWAY

STORY = "The old house stood on a hill. Nobody had lived there for 3.5 years! " * 100
STORY_ZH = "山上有一座老房子。已经很久没有人住了！" * 100


def _limited(limiter: SpeechLimiter, text: str, size: int) -> str:
    """Return what is kept of a text in chunks of a size, until it is over."""
    kept = ""
    for start in range(0, len(text), size):
        kept += limiter.feed(text[start : start + size])
        if limiter.is_over:
            break
    return kept


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", 0),
        ("The light in the kitchen is on", 2),
        ("厨房的灯开着", 1.2),
        ("거실조명을", 1),
        ("2026", 1),
        ("१२३४", 1),
        ("รसोई की बत्ती ", 14 / 15),
    ],
)
def test_speech_seconds(text: str, seconds: float) -> None:
    assert speech_seconds(text) == pytest.approx(seconds, abs=0.01)


def test_budget_counts_characters() -> None:
    budget = Budget(5)
    assert not budget.feed("abc")
    assert not budget.feed("de")
    assert budget.end is None
    assert budget.feed("f")
    assert budget.end == 5
    assert budget.feed("more")
    assert budget.end == 5


def test_budget_within_a_chunk() -> None:
    budget = Budget(MAX_REASONING)
    assert budget.feed("x" * 100_000)
    assert budget.end == MAX_REASONING


@pytest.mark.parametrize("text", [STORY, STORY_ZH])
@pytest.mark.parametrize("size", [1, 3, 17, 20_000])
def test_two_minutes_of_speech(text: str, size: int) -> None:
    limiter = SpeechLimiter(Budget(MAX_SPEECH, speech_seconds))
    kept = _limited(limiter, text, size)
    assert limiter.is_over
    assert text.startswith(kept)
    assert kept[-1] in ".!。！"
    assert not kept.endswith("3.")
    assert MAX_SPEECH - 0.1 <= speech_seconds(kept) < MAX_SPEECH + 10
    assert limiter.feed("More. ") == ""


def test_text_without_sentences_ends_between_words() -> None:
    limiter = SpeechLimiter(Budget(100))
    kept = _limited(limiter, "lamp " * 500, 7)
    assert limiter.is_over
    assert len(kept) <= 100 + MAX_REST + 7
    assert kept.endswith("lamp")


def test_whole_text_without_sentences_ends_at_its_limit() -> None:
    limiter = SpeechLimiter(Budget(102))
    assert limiter.feed("lamp " * 500) == ("lamp " * 21)[:-1]
    assert limiter.is_over


@pytest.mark.parametrize("size", [1, 50, 2000])
def test_text_without_spaces_ends_somewhere(size: int) -> None:
    limiter = SpeechLimiter(Budget(100))
    kept = _limited(limiter, "x" * 2000, size)
    assert limiter.is_over
    assert 100 <= len(kept) <= 100 + MAX_REST + 50


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        (
            "sentence",
            "Of course! The light in the kitchen has been turned on as you asked.",
        ),
        (
            "smollm2 zh",
            "我家所有的灯家有三个灯。这是一个灯家的名称，我家所有的灯家有三个灯。",
        ),
        (
            "smollm2 de story",
            "Ich habe die Liede, die ich nach einem Haus mit vielen Lampen.",
        ),
        ("phrase", "I am happy to help, and I"),
        ("numbered lines", "Steps:\n1. Press the button on the remote."),
    ],
)
def test_repetitions_are_not_spoken(name: str, kept: str) -> None:
    limiter = SpeechLimiter(RepetitionDetector())
    assert limiter.feed(RUNAWAY[name].text).rstrip() == kept
    assert limiter.is_over


def test_repetitions_from_the_start_on() -> None:
    limiter = SpeechLimiter(RepetitionDetector())
    assert limiter.feed("The lamp is on. " * 50) == "The lamp is on."
    assert limiter.is_over


@pytest.mark.parametrize("size", [1, 4, 30])
def test_spoken_repetitions_end_with_a_sentence(size: int) -> None:
    runaway = RUNAWAY["sentence"]
    limiter = SpeechLimiter(RepetitionDetector())
    kept = _limited(limiter, runaway.text, size)
    assert limiter.is_over
    assert kept.endswith(" as you asked.")
    assert kept == (runaway.start + runaway.unit * 8)[:-1]


def test_full_stop_at_the_end_of_a_chunk() -> None:
    limiter = SpeechLimiter(Budget(3))
    assert limiter.feed("It is 21.") == "It is 21."
    assert limiter.feed("5 degrees.") == "5 degrees."
    assert not limiter.is_over
    assert limiter.feed("") == ""
    assert limiter.feed(" Yes. ") == ""
    assert limiter.is_over


@pytest.mark.parametrize("size", [1, 10, 10_000])
def test_text_within_the_limit_is_kept(size: int) -> None:
    limiter = SpeechLimiter(RepetitionDetector())
    assert _limited(limiter, INNOCENT["song"], size) == INNOCENT["song"]
    assert not limiter.is_over


@pytest.mark.parametrize(
    ("text", "end", "kept"),
    [
        ("One. Two. Three.", 4, "One."),
        ("One. Two. Three.", 5, "One."),
        ("One. Two. Three.", 6, "One. Two."),
        ("One. Two. Three.", 16, "One. Two. Three."),
        ("One. Two and so on" + ", and so on" * 9, 12, "One."),
        ("Say two and so on" + ", and so on" * 9, 12, ""),
        ("- One\n- Two\n- Three\n", 9, "- One\n- Two\n"),
        ("It is 3.5 degrees. It", 7, "It is 3.5 degrees."),
        ("灯亮了。灯亮了。", 4, "灯亮了。"),
        ("", 0, ""),
    ],
)
def test_whole_sentences(text: str, end: int, kept: str) -> None:
    assert whole_sentences(text, end) == kept
