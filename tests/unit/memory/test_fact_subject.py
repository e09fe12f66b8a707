"""Tests of whom an extracted fact is about."""

from typing import Any

import pytest

from custom_components.openai_compatible_conversation.memory.fact import Category
from custom_components.openai_compatible_conversation.memory.fact_subject import (
    fact_subject,
)
from custom_components.openai_compatible_conversation.memory.said_line import SaidLine

FAMILY, LIKES = Category.FAMILY_MEMBERS, Category.PREFERENCES


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
