"""Tests of what a statement tells by itself."""

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.memory.facts.fact import (
    key_of,
    value_of,
)
from custom_components.openai_compatible_conversation.memory.learning.statement import (
    MAX_REST_WORDS,
    clause_with,
    told_fact,
    topic_and_rest,
)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("We live in Leeds", ("We live in", "Leeds")),
        (
            "Nous avons déménagé, nous habitons à Nantes",
            ("nous habitons à", "Nantes"),
        ),
        ("Ann works at the hospital", ("Ann works at", "the hospital")),
        ("Unser Hund heißt Rex", ("Unser Hund heißt", "Rex")),
        ("il nostro cane si chiama Filou", ("il nostro cane si chiama", "Filou")),
        ("the ladder is in the shed", ("the ladder", "the ladder is in the shed")),
        ("we moved to Leeds", ("we moved to", "Leeds")),
        (
            "we moved the key to the shed",
            ("we moved the key to the", "we moved the key to the shed"),
        ),
        ("I like olives", ("I like olives", "I like olives")),
        ("Ann lives", ("Ann lives", "Ann lives")),
    ],
)
def test_told(statement: str, told: tuple[str, str]) -> None:
    """What somebody has only one of is the value, anything else is told as it was said."""
    assert told_fact(statement) == told


@pytest.mark.parametrize(
    ("statement", "parts"),
    [
        ("my doctor is Dr Roussel", ("my doctor", "Dr Roussel")),
        ("le judo, c'est le mercredi", ("le judo", "le mercredi")),
        ("it is green", None),
        ("I like olives", None),
        ("my doctor is the one who lives next to the old mill", None),
    ],
)
def test_topic(statement: str, parts: tuple[str, str] | None) -> None:
    """What is said of a topic in a few words is told apart from it."""
    assert topic_and_rest(statement) == parts


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    """Any statement has a topic of a few words, or none, and is told by itself."""
    for said in (text, f"we live in {text}", f"{text} is {text}"):
        topic, rest = topic_and_rest(said) or ("", "")
        assert len(topic) <= 100
        assert len(rest.split()) <= MAX_REST_WORDS
        key, value = told_fact(said)
        assert len(key) <= 100
        assert value.strip() in " ".join(said.split()) or value == said


def test_huge() -> None:
    """A statement of thousands of words is told at once."""
    key, value = told_fact("we live in " * 3000)
    assert key_of(key)
    assert value
    assert value_of(told_fact("Ann lives in Rome")[1]) == "Rome"


@pytest.mark.parametrize(
    ("value", "clause"),
    [
        ("tea", "Tom likes tea"),
        ("York", "We live in York now"),
        ("green", ""),
    ],
)
def test_clause(value: str, clause: str) -> None:
    """What else is said in a sentence is no part of what is told."""
    assert clause_with(value, "We live in York now, Tom likes tea.").strip() == clause
