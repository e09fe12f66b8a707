"""Tests of what of a spoken text is heard by when."""

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.speech.limits import (
    speech_seconds,
)
from custom_components.openai_compatible_conversation.speech.spoken_text import (
    SpokenText,
    last_words,
)

RECIPE = "Boil the eggs. Then peel them, and cut each of them into four parts."


def spoken(*pieces: tuple[float, str]) -> SpokenText:
    """Return a text whose pieces arrive at the given times."""
    text = SpokenText()
    for arrived_at, piece in pieces:
        text.add(piece, arrived_at)
    return text


def heard(text: str, seconds: float, pace: float = 1) -> str:
    """Return what is heard of a text that is there from the beginning."""
    return text[: spoken((0, text)).heard(0, seconds, pace)]


@pytest.mark.parametrize(
    ("text", "seconds", "said"),
    [
        (RECIPE, 0.5, "Boil"),
        (RECIPE, 1.0, "Boil the eggs."),
        (RECIPE, 1.1, "Boil the eggs."),
        (RECIPE, 60, RECIPE),
        # A character is a word or a part of one, and takes as long as three letters.
        ("先把鸡蛋煮熟，然后剥皮。", 1, "先把鸡蛋煮"),
        ("先把鸡蛋煮熟，然后剥皮。", 1.4, "先把鸡蛋煮熟，"),
        ("अंडे उबालें और फिर उन्हें छीलें।", 1, "अंडे उबालें और"),
        # A vowel or tone sign belongs to the letter before it.
        ("ต้มไข่ที่นี่", 0.4, "ต้มไข่"),
        ("ต้มไข่ที่นี่", 0.55, "ต้มไข่"),
        ("ต้มไข่ที่นี่", 0.61, "ต้มไข่ที่"),
        # What is one picture is not cut, nor is what it follows.
        ("Yes! 👨‍👩‍👧‍👦👍🏽 Enjoy", 0.6, "Yes!"),
        ("At 10:45 sharp", 0.5, "At"),
        ("Hi  there", 0.28, "Hi"),
        ("", 5, ""),
        ("x" * 100_000, 60, ""),
        ("word " * 100_000, 60, ("word " * 180)[:-1]),
    ],
)
def test_heard(text: str, seconds: float, said: str) -> None:
    """What is heard are the whole words that were said in the time."""
    assert heard(text, seconds) == said


@given(st.text(), st.floats(-1, 20), st.floats(0, 5), st.floats(0.4, 2.5))
def test_more_with_time(text: str, seconds: float, more: float, pace: float) -> None:
    """It is a part from the beginning, which grows with time and never takes longer."""
    now = heard(text, seconds, pace)
    assert text.startswith(now)
    assert heard(text, seconds + more, pace).startswith(now)
    assert speech_seconds(now) <= max(0, seconds) * pace + 1e-6


@given(st.lists(st.text(max_size=9)), st.floats(0, 20))
def test_pieces(pieces: list[str], seconds: float) -> None:
    """How a text is divided makes no difference of more than a word."""
    whole, text = "".join(pieces), spoken(*((0, piece) for piece in pieces))
    assert text.text == whole
    assert text.heard(0, 1e6, 1) == len(whole.rstrip()) or not whole
    assert whole.startswith(whole[: text.heard(0, seconds, 1)])


def test_pace() -> None:
    """Who speaks twice as fast has said it in half the time."""
    assert heard(RECIPE, 1, 2) == heard(RECIPE, 2)
    assert len(heard(RECIPE, 2, 0.5)) < len(heard(RECIPE, 2))


def test_waits_for_text() -> None:
    """What arrives late is spoken late: a tool call in between is silence."""
    text = spoken((0, "One moment. "), (30, RECIPE))
    assert text.heard(0, 30, 1) == len("One moment.")
    assert text.text[: text.heard(0, 31, 1)] == "One moment. Boil the eggs."


def test_waits_for_speech() -> None:
    """Nothing is heard before the speech begins, nor if it never does."""
    text = spoken((0, RECIPE))
    assert text.heard(10, 10, 1) == 0
    assert text.text[: text.heard(10, 11, 1)] == "Boil the eggs."
    assert text.heard(float("inf"), 60, 1) == 0


def test_streams_at() -> None:
    """A text is spoken as it arrives from the time at which it is long enough."""
    assert spoken().streams_at is None
    assert spoken((1, "x" * 60)).streams_at is None
    assert spoken((1, "x" * 60), (2, "."), (3, ".")).streams_at == 2


def test_ends_at() -> None:
    """A text ends with its last piece."""
    assert spoken().ends_at is None
    assert spoken((1, "a"), (2, "b")).ends_at == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Two eggs", "Two eggs"),
        ("", ""),
        (" Two\n eggs ", "Two eggs"),
        (RECIPE, "and cut each of them into four parts."),
        ("先" * 60, "先" * 40),
    ],
)
def test_last_words(text: str, words: str) -> None:
    """The last words are whole ones, on one line."""
    assert last_words(text) == words
