"""Tests of whose a told fact is, and of the words that it is kept with."""

from string import ascii_lowercase

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.memory.fact import (
    MAX_QUOTE,
    Category,
)
from custom_components.openai_compatible_conversation.memory.said_line import SaidLine
from custom_components.openai_compatible_conversation.memory.secrets import (
    asks_not_to_tell,
)
from custom_components.openai_compatible_conversation.memory.told_origin import (
    told_quote,
    told_subject,
)

PEOPLE = {"Ann", "Tom Smith", "Lisa"}
PREFERENCES = Category.PREFERENCES


@pytest.mark.parametrize(
    ("said", "value", "subject"),
    [
        ("My favourite colour is green", "green", "Ann"),
        ("Our favourite colour is green", "green", ""),
        ("Tom is allergic to nuts", "nuts", "Tom Smith"),
        ("Please remember that Tom's allergic to nuts", "nuts", "Tom Smith"),
        ("Merk dir bitte, dass Tom keine Nüsse verträgt", "keine Nüsse", "Tom Smith"),
        ("Souviens-toi que Tom est allergique aux noix", "noix", "Tom Smith"),
        ("Recuerda que a Tom no le gusta el pescado", "pescado", "Tom Smith"),
        ("Onthoud dat Tom geen vis lust", "geen vis", "Tom Smith"),
        # In another sentence
        ("My tea is black. Tom's is green.", "green", "Tom Smith"),
        ("Tom is here. My tea is black.", "black", "Ann"),
        # Whom it is told of, not whose it is
        ("The bins go out when Tom comes home", "when Tom comes", ""),
        ("Remember that the bike is for Tom", "for Tom", ""),
        # A present
        ("I bought a bike for Tom, don't tell him", "a bike", "Tom Smith"),
        ("Lisa's present is a bike, it's a surprise", "a bike", "Lisa"),
        ("I bought a bike, don't tell him", "a bike", ""),
        ("", "", ""),
    ],
)
def test_subject(said: str, value: str, subject: str) -> None:
    """A fact is the speaker's, that of a person of the home, or the household's."""
    assert told_subject(PREFERENCES, value, SaidLine(said, "Ann"), PEOPLE) == subject


def test_name_of_a_person() -> None:
    """Who is called so is not whose fact it is."""
    line = SaidLine("Tom is my brother", "Ann")
    assert told_subject(Category.FAMILY_MEMBERS, "Tom", line, PEOPLE) == "Ann"


@pytest.mark.parametrize(
    ("utterance", "last", "quote"),
    [
        ("Our cat is Mimi", "Our cat is Mimi", "Our cat is Mimi"),
        ("Our cat\nis  Mimi", "Remember that", "Our cat is Mimi"),
        (
            "I got Tom a bike",
            "But don't tell him",
            "I got Tom a bike But don't tell him",
        ),
    ],
)
def test_quote(utterance: str, last: str, quote: str) -> None:
    """The words that prove a fact are kept, and those that make it a secret."""
    assert told_quote(utterance, last, "value") == quote


@given(
    st.text(ascii_lowercase + " ", max_size=900),
    st.text(ascii_lowercase + " ", max_size=900),
)
def test_secrecy_is_kept(before: str, after: str) -> None:
    """However long the words are, the quote says that the fact is a secret."""
    said = f"{before} a bike. Do not tell Tom. {after}"
    quote = told_quote(said, said, "a bike")
    assert len(quote) <= MAX_QUOTE
    assert asks_not_to_tell(quote)
