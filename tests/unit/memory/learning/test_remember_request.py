"""Test what a user asks to remember."""

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.memory.learning.remember_request import (
    statement_in,
)
from custom_components.openai_compatible_conversation.memory.learning.statement import (
    topic_of,
)


@pytest.mark.parametrize(
    ("text", "statement", "topic"),
    [
        (
            "Remember that Emma's birthday is on the 3rd of May.",
            "Emma's birthday is on the 3rd of May",
            "Emma's birthday",
        ),
        (
            "Please remember that I'm allergic to peanuts.",
            "I'm allergic to peanuts",
            "I'm allergic to peanuts",
        ),
        (
            "Please, remember that the ladder is behind the shed!",
            "the ladder is behind the shed",
            "the ladder",
        ),
        (
            "My favourite colour is turquoise, remember that.",
            "My favourite colour is turquoise",
            "My favourite colour",
        ),
        ("Remember: the bins go out on Thursday", "the bins go out on Thursday", "the bins"),
        ("We live in Ghent. Don't forget it!", "We live in Ghent", "We live in Ghent"),
        (
            "Merk dir bitte, dass die Leiter hinter dem Schuppen steht",
            "die Leiter hinter dem Schuppen steht",
            "die Leiter hinter dem Schuppen steht",
        ),
        (
            "Vergiss nicht, dass Emma im Mai Geburtstag hat",
            "Emma im Mai Geburtstag hat",
            "Emma im Mai Geburtstag hat",
        ),
        (
            "Retiens que notre chat s'appelle Mimi",
            "notre chat s'appelle Mimi",
            "notre chat",
        ),
        ("N'oublie pas qu'Emma est ma sœur", "Emma est ma sœur", "Emma"),
        ("Recuerda que el gato se llama Mimi", "el gato se llama Mimi", "el gato"),
        ("Onthoud dat de kat Mimi heet", "de kat Mimi heet", "de kat Mimi heet"),
        ("Mimi is onze kat, onthoud dat", "Mimi is onze kat", "Mimi"),
        (
            "Retiens que le judo, c'est le mercredi",
            "le judo, c'est le mercredi",
            "le judo",
        ),
        (
            "Ma couleur préférée est l'orange, retiens-le aussi.",
            "Ma couleur préférée est l'orange",
            "Ma couleur préférée",
        ),
        (
            "Merk dir, montags um acht ist Chorprobe.",
            "montags um acht ist Chorprobe",
            "montags um acht",
        ),
        ("Ricordati che il gatto si chiama Mimi", "il gatto si chiama Mimi", "il gatto"),
        ("La scala è in garage, ricordalo", "La scala è in garage", "La scala"),
    ],
)  # fmt: skip
def test_statement(text: str, statement: str, topic: str) -> None:
    """The statement is found before the request and after it, in six languages."""
    assert statement_in(text) == statement
    assert topic_of(statement) == topic


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Remember that",
        "Remember that!",
        "Remember to buy milk on the way home",
        "Do you remember that Emma is my sister?",
        "Remember when we lived in Ghent",
        "Remember that film we saw in Ghent?",
        "I remember that Emma is my sister",
        "Don't forget to turn the lights off tonight",
        "Vergiss das wieder",
        "Remember, turn off the oven at eight",
        "Turn on the light, remember?",
        "What do you remember of our holidays",
    ],
)
def test_no_statement(text: str) -> None:
    """What is asked, to be done or only mentioned is none."""
    assert statement_in(text) is None


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    """A statement is a part of the text, and has a topic."""
    for said in (text, f"Remember that {text}", f"{text}, remember that."):
        if statement := statement_in(said):
            assert statement in " ".join(said.split())
            assert topic_of(statement)
