"""Tests of what a lexicon tells of the words of a sentence."""

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.search.lexicon import Lexicon
from custom_components.openai_compatible_conversation.search.stems import (
    LANGUAGES,
    stem,
)
from custom_components.openai_compatible_conversation.search.word_tables import UNCOMMON

LEXICON = Lexicon(["en", "de-CH"])


def _meant(sentence: str) -> set[str]:
    """Return the words of tools that a sentence means."""
    reading = LEXICON.read(sentence.split(), lambda _: False)
    meanings = [meaning for found in reading.meanings for meaning in found]
    meanings += [phrase.meaning for phrase in reading.phrases]
    return {word for meaning in meanings for word in meaning}


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("wo ist mein paket", "parcel"),
        ("wann fahren die busse", "departures"),
        ("ou est mon colis", "parcel"),
        ("donde esta el paquete", "parcel"),
        ("waar is het pakketje", "parcel"),
        ("dove sono le tapparelle", "blind"),
        ("gartenlampe", "light"),
        ("someone was at the door", "doorbell"),
        ("bell", "doorbell"),
    ],
)
def test_meaning(sentence: str, word: str) -> None:
    """Words mean the same in each language, inflected, compounded or together."""
    assert word in _meant(sentence)


def test_words_of_a_phrase_are_all_needed() -> None:
    """A part of a phrase does not mean what the phrase does."""
    assert "doorbell" not in _meant("someone was at the beach")


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("where has the cat gone", "collar"),
        ("wo ist die katze", "collar"),
        ("gartenbewasserung drei tage aussetzen", "rain"),
        ("hat jemand den hund gefuttert", "feeder"),
    ],
)
def test_words_of_a_phrase_in_another_form(sentence: str, word: str) -> None:
    """A phrase takes any word of a class, a part of a compound, and a participle."""
    assert word in _meant(sentence)


def test_a_word_is_used_once_in_a_phrase() -> None:
    """What is both words of a phrase does not make it alone."""
    assert "playback" in _meant("show the movie")
    assert "playback" not in _meant("show the alerts")


def test_spelling_comes_before_the_stem() -> None:
    """A freezer does not freeze, but what freezes means the heating."""
    assert "fridge" in _meant("the freezer")
    assert "thermostat" in _meant("freezing")


def test_name_may_be_a_person() -> None:
    """A name that means nothing else is taken for a person."""
    sentence = ["where", "is", "marlene"]

    def meant(*names: str) -> set[str]:
        reading = LEXICON.read(sentence, lambda _: False, set(names))
        return {word for phrase in reading.phrases for word in phrase.meaning}

    assert "location" in meant("marlene")
    assert "location" not in meant()


def test_what_has_no_tool_stands_for_itself() -> None:
    """Without words of tools, a meaning has what is said itself."""
    reading = LEXICON.read(["knit", "a", "bicycle"], lambda _: False)
    assert (UNCOMMON, "knit") in reading.meanings[0]
    assert (UNCOMMON, "bicycle") in reading.meanings[2]


def test_question() -> None:
    """A sentence is a question if it begins as one."""
    assert LEXICON.read(["where", "is", "it"], lambda _: False).is_question
    assert not LEXICON.read(["find", "where", "it", "is"], lambda _: False).is_question


def test_known_word_is_not_foreign() -> None:
    """A word of the documents is not looked up in improbable languages."""
    sentence = ["open", "the", "file"]
    reading = LEXICON.read(sentence, lambda word: word == "file")
    assert reading.meanings[2] == []


def test_kinds() -> None:
    """Function words, weak words and verbs are told apart in their language."""
    reading = LEXICON.read(
        ["wann", "bestelle", "ich", "heute", "das", "paket"], lambda _: False
    )
    assert reading.languages == ["de"]
    assert reading.stop == {0, 2, 4}
    assert reading.weak == {3}
    assert reading.verbs == {1}


@given(st.lists(st.text()))
def test_any_words(words: list[str]) -> None:
    """Any words can be read."""
    reading = LEXICON.read(words, lambda _: False)
    assert len(reading.meanings) == len(words)


@given(st.text(min_size=3), st.sampled_from(LANGUAGES))
def test_stem(word: str, language: str) -> None:
    """A stem is the beginning of its word, and is not empty."""
    assert word.startswith(stem(word, language))
    assert stem(word, language)


def test_stem_of_inflected_forms() -> None:
    """Inflected forms have the same stem; a word without a language is its own."""
    assert stem("running", "en") == stem("runs", "en") == stem("run", "en")
    assert stem("lampen", "de") == stem("lampe", "de")
    assert stem("running", "xx") == "running"


@pytest.mark.parametrize(
    ("sentence", "verb"),
    [
        ("please wipe the table", "wipe"),
        ("could you peel two potatoes", "peel"),
        ("kannst du die fenster putzen", "putzen"),
        ("the table is wiped", None),
        ("two scoops of ice", None),
        ("please", None),
    ],
)
def test_verb_of_a_command(sentence: str, verb: str | None) -> None:
    """The verb of a command is after polite words, or at the end of a request."""
    words = sentence.split()
    command = LEXICON.read(words, lambda _: False).command
    assert (words[command.head] if command.is_by_hand else None) == verb


def test_function_words_mean_something_together() -> None:
    """Function words that are far from each other mean nothing together."""
    assert "steps" in _meant("combien de pas ai je")
    assert "steps" not in _meant("combien de temps est ce que tu ne joues pas")


def test_may_be() -> None:
    """A sentence with common words of another language is not in this one."""
    assert LEXICON.may_be("en", ["turn", "the", "lamp", "on"])
    assert LEXICON.may_be("en", ["radio"])
    assert not LEXICON.may_be("en", ["was", "war", "die", "radio", "station"])
