"""Tests of texts that depend on the speaker."""

from hypothesis import given, strategies as st

from custom_components.openai_compatible_conversation.session.speaker_texts import (
    SpeakerTexts,
)


def test_split() -> None:
    """What is the same for all is shared, in its order; each speaker has the rest."""
    texts = SpeakerTexts()
    texts.add({1: "Be brief.\nCall me Ann.\nBe kind.", 2: "Be brief.\nBe kind."})
    assert texts.shared == ("Be brief.", "Be kind.")
    assert texts.own(1) == "Call me Ann."
    assert texts.own(2) == ""
    texts.add({3: "Be brief.\nCall me Bob.\nBe kind."})
    assert texts.shared == ("Be brief.", "Be kind.")
    assert texts.own(3) == "Call me Bob."


def test_sentence_over_lines() -> None:
    """A sentence is not torn apart, although only one of its lines differs."""
    texts = SpeakerTexts()
    texts.add(
        {
            1: "You speak to Ann, who is\nan adult.\nBe kind.",
            2: "You speak to Tim, who is\nan adult.\nBe kind.",
        }
    )
    assert texts.shared == ("Be kind.",)
    assert texts.own(1) == "You speak to Ann, who is\nan adult."


def test_rendered_once() -> None:
    """What was rendered for a speaker stays; a clock that went on is no longer shared."""
    texts = SpeakerTexts()
    texts.add({1: "It is one.\nHi Ann.", 2: "It is one.\nHi Bob."})
    assert texts.shared == ("It is one.",)
    texts.add({1: "It is two.\nHi Ann."})
    assert texts.shared == ("It is one.",)
    texts.add({3: "It is two.\nHi Tim."})
    assert not texts.shared
    assert texts.own(1) == "It is one.\nHi Ann."


@given(st.lists(st.text(alphabet="ab.\n", max_size=12), min_size=1, max_size=5))
def test_nothing_is_lost(versions: list[str]) -> None:
    """Each speaker gets every line of their text, and no line of another's."""
    texts = SpeakerTexts()
    texts.add(dict(enumerate(versions)))
    for number, text in enumerate(versions):
        told = [*(texts.shared or ()), texts.own(number)]
        lines = sorted(line for part in told for line in part.split("\n"))
        assert [line for line in lines if line.strip()] == sorted(
            line for line in text.split("\n") if line.strip()
        )
