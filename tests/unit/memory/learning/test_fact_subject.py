"""Tests of whom a fact is about, be it extracted or told."""

from typing import Any

import pytest

from custom_components.openai_compatible_conversation.memory.facts.fact import Category
from custom_components.openai_compatible_conversation.memory.facts.said_line import (
    SaidLine,
)
from custom_components.openai_compatible_conversation.memory.learning.fact_subject import (
    fact_subject,
    told_subject,
)

FAMILY, LIKES = Category.FAMILY_MEMBERS, Category.PREFERENCES
PEOPLE = {"Ann", "Tom Smith", "Lisa"}


@pytest.mark.parametrize(
    ("given", "category", "value", "speaker", "line", "subject"),
    [
        # The model names who speaks
        ("Ann", LIKES, "green", "Ann", "My favourite colour is green", "Ann"),
        ("ann", LIKES, "green", "Ann Smith", "my colour is green", "Ann Smith"),
        ("Ann", LIKES, "12 June", "Ann", "Our wedding anniversary is on 12 June", ""),
        ("Ann", FAMILY, "Minka", "Ann", "My cat is called Minka", ""),
        # A name in the line
        ("Tom", LIKES, "tea", "Ann", "Tom likes tea", "Tom"),
        ("Tom", LIKES, "tea", "", "tom likes tea", "Tom"),
        ("Lena", FAMILY, "5 May", "Ann", "Lenas Geburtstag ist am 5. Mai", "Lena"),
        ("Tom", FAMILY, "Anna", "", "Tom's wife is called Anna", "Tom"),
        # The model names nobody
        ("", LIKES, "green", "Ann", "My favourite colour is green", "Ann"),
        (None, LIKES, "grün", "Ann", "Meine Lieblingsfarbe ist grün", "Ann"),
        ("", FAMILY, "Minka", "Ann", "Our cat is called Minka", ""),
        ("", LIKES, "green", "", "My favourite colour is green", ""),
        # The model names somebody or something else
        ("Bob", LIKES, "green", "Ann", "My favourite colour is green", "Ann"),
        ("Bob", LIKES, "tea", "", "We like tea", ""),
        ("We", LIKES, "tea", "Ann", "We like tea", ""),
        ("Ich", LIKES, "Tee", "", "Ich mag Tee", ""),
        ("Katze", FAMILY, "Minka", "Ann", "Unsere Katze heißt Minka", ""),
        ("cat", FAMILY, "Minka", "Ann", "Our cat is called Minka", ""),
        ("Kitchen", LIKES, "warm", "", "The kitchen of Tom is warm", ""),
        ("The user", LIKES, "tea", "", "The user likes tea", ""),
        (7, FAMILY, "7", "", "Lena is 7 years old", ""),
        (["Tom"], LIKES, "tea", "", "Tom likes tea", ""),
        ("Tom " * 200, LIKES, "tea", "", "Tom likes tea", ""),
        # A fact that tells a name
        ("Minka", FAMILY, "Minka", "Ann", "Our cat is called Minka", ""),
        ("Tom", Category.USER_NAME, "Tom", "", "My name is Tom", ""),
        # What must not be told
        ("Tom", FAMILY, "a bike", "Ann", "I bought Tom a bike, don't tell him", "Tom"),
        ("Ann", FAMILY, "a bike", "Ann", "I bought Tom a bike, don't tell him", "Tom"),
        ("", FAMILY, "a bike", "Ann", "I bought tom a bike, don't tell him", "Tom"),
        ("", FAMILY, "a bike", "Ann", "I bought Max a bike, don't tell him", ""),
        ("Max", FAMILY, "a bike", "Ann", "I bought Max a bike, don't tell him", "Max"),
    ],
)
def test_subject(
    given: Any, category: Category, value: str, speaker: str, line: str, subject: str
) -> None:
    """The subject is who speaks or a name in the line, else nobody."""
    said = SaidLine(line, speaker)
    people = {"Tom", "Ann", "Bob"}
    found = fact_subject(given, category, value, line=said, quote=line, people=people)
    assert found == subject


def test_other_sentence() -> None:
    """Who speaks of themselves in another sentence is not whom the fact is about."""
    line = SaidLine("I like tea. The bins are emptied on Monday.", "Ann")
    subject = fact_subject(
        "",
        Category.ROUTINES,
        "Monday",
        line=line,
        quote="bins are emptied on Monday",
        people=(),
    )
    assert subject == ""


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
def test_told_subject(said: str, value: str, subject: str) -> None:
    """A fact is the speaker's, that of a person of the home, or the household's."""
    assert told_subject(LIKES, value, SaidLine(said, "Ann"), PEOPLE) == subject


def test_name_of_a_person() -> None:
    """Who is called so is not whose fact it is."""
    line = SaidLine("Tom is my brother", "Ann")
    assert told_subject(FAMILY, "Tom", line, PEOPLE) == "Ann"
