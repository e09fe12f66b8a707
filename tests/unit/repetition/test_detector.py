"""Tests for the detection of texts that repeat themselves."""

from itertools import count
import pickle

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.repetition.detector import (
    BLOCK,
    RepetitionDetector,
)

from .corpus import INNOCENT, RUNAWAY, Runaway

MAX_CUT = 2_000
"""Characters of a text that are tried with every cut."""

SAMPLE = [
    *(INNOCENT[name] for name in ("rooms", "rooms zh", "song", "same answers", "csv")),
    *(
        RUNAWAY[name].text
        for name in ("sentence", "smollm2 zh", "numbered", "colors around", "emoji")
    ),
]


def _end(*chunks: str) -> int | None:
    """Return where a text given in chunks should end."""
    detector = RepetitionDetector()
    for chunk in chunks:
        assert detector.feed(chunk) is (detector.end is not None)
    return detector.end


@pytest.mark.parametrize("name", INNOCENT)
def test_no_false_alarm(name: str) -> None:
    # A start of any length moves the text against the blocks.
    for start in ("", *("Well: "[:size] * 8 for size in range(1, 7))):
        assert _end(start + INNOCENT[name]) is None


@pytest.mark.parametrize("name", RUNAWAY)
def test_runaway_is_detected(name: str) -> None:
    runaway = RUNAWAY[name]
    for size in range(0, BLOCK, 7):
        shifted = Runaway("." * size + runaway.start, runaway.unit, runaway.within)
        end = _end(shifted.text)
        assert end is not None
        assert end < len(shifted.text)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        (
            "sentence",
            "Of course! The light in the kitchen has been turned on as you ask",
        ),
        ("smollm2 zh", "我家所有的灯家有三个灯。这是一个灯家的名称，"),
        ("emoji", "Happy birthday 🎉"),
        ("numbered lines", "Steps:\n1. Press the button on the remot"),
    ],
)
def test_end_is_that_of_the_first_unit(name: str, kept: str) -> None:
    # Up to a few characters, which the text before the first unit shares with it.
    text = RUNAWAY[name].text
    end = _end(text)
    assert end is not None
    assert text[:end].startswith(kept)
    assert end - len(kept) < 4


def test_detected_within_a_few_hundred_characters() -> None:
    """Most runaways are detected after half a minute of speech."""
    delays = sorted(map(_delay, RUNAWAY.values()))
    assert delays[len(delays) // 2] <= 512
    assert delays[-1] <= 2560


def _delay(runaway: Runaway) -> int:
    """Return how much of the repeated text is fed until it is detected."""
    detector = RepetitionDetector()
    detector.feed(runaway.start)
    text = runaway.repeated
    return next(size for size in count(1) if detector.feed(text[size - 1 : size]))


@pytest.mark.parametrize("text", SAMPLE)
def test_every_cut(text: str) -> None:
    text = text[:MAX_CUT]
    whole = _end(text)
    assert {_end(text[:cut], text[cut:]) for cut in range(len(text))} == {whole}


@given(st.lists(st.integers(0, 200), min_size=1), st.sampled_from(SAMPLE))
def test_any_chunks(sizes: list[int], text: str) -> None:
    chunks = []
    position = 0
    for size in sizes:
        chunks.append(text[position : position + size])
        position += size
    assert _end(*chunks, text[position:]) == _end(text)


@given(st.text("ab .\n1哈", min_size=BLOCK))
def test_short_text_never_repeats(text: str) -> None:
    assert _end(text[:128]) is None


def test_stays_detected() -> None:
    detector = RepetitionDetector()
    assert detector.feed(RUNAWAY["sentence"].text)
    end = detector.end
    assert detector.feed(INNOCENT["song"])
    assert detector.end == end


@pytest.mark.parametrize(
    "unit", ["The lamp is on. ", "開", "a", "1. No. ", '{"a": 1}, ']
)
def test_memory_is_bounded(unit: str) -> None:
    detector = RepetitionDetector()
    for number in range(30_000):
        detector.feed(f"{unit}{number * number} ")
    assert detector.end is None
    assert len(pickle.dumps(detector)) < 24_000


def test_detected_after_a_long_text() -> None:
    text = "\n\n".join(INNOCENT.values())
    repeated = RUNAWAY["paragraph"].repeated
    end = _end(text + repeated)
    assert end is not None
    assert len(text) - 8 < end - len(RUNAWAY["paragraph"].unit) < len(text) + 8
