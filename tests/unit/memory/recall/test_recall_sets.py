"""Measured: how often the right fact goes with a question, and a wrong one where none fits.

The files in `recall/` have households with facts, questions in the words of the facts
and in others, and sentences that no fact fits. Both were written before anything was
tuned; `held_out.json` was not looked at until the end.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.openai_compatible_conversation.agent.fact_recall import (
    MAX_RECALLED,
)
from custom_components.openai_compatible_conversation.memory.facts.fact import (
    Category,
    Fact,
)
from custom_components.openai_compatible_conversation.memory.facts.subject import (
    subject_of,
)
from custom_components.openai_compatible_conversation.memory.recall.recall_index import (
    RecallIndex,
)

FOLDER = Path(__file__).parent
LANGUAGES = ("en", "de", "fr", "es", "nl")
NOW = "2026-11-20T10:00:00+00:00"

MIN_FOUND = 0.95
"""Share of the questions whose fact is found."""

MAX_WRONG = 0.1
"""Share of the sentences that no fact fits with which one goes nevertheless."""


def home_of(name: str, language: str) -> tuple[dict[str, Any], RecallIndex]:
    """Return a household of a file, and its facts as they are when they were told."""
    home = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))[language]
    index = RecallIndex()
    for item in home["facts"]:
        category, said, by = Category(item["category"]), item["said"], item.get("by")
        subject = subject_of(said, category, by)
        fact = Fact(
            category,
            item["key"],
            item["value"],
            "told",
            NOW,
            NOW,
            subject=subject,
            quote=said,
        )
        index.put(item["id"], fact)
    return home, index


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["known", "held_out"])
def test_fitting(name: str, language: str) -> None:
    """The fact that answers a question is among those that go with it."""
    home, index = home_of(name, language)
    missed = [
        item["ask"]
        for item in home["questions"]
        if not set(item["fits"])
        & set(index.search(item["ask"], item.get("by", ""))[:MAX_RECALLED])
    ]
    assert len(missed) <= (1 - MIN_FOUND) * len(home["questions"]), missed


@pytest.mark.parametrize("name", ["known", "held_out"])
def test_unfit(name: str) -> None:
    """No fact goes with what is not about the household, whoever says it."""
    wrong, count = [], 0
    for language in LANGUAGES:
        home, index = home_of(name, language)
        speakers = {"", *(item.get("by", "") for item in home["facts"])}
        count += len(home["unfit"])
        wrong += [
            text
            for text in home["unfit"]
            if any(index.search(text, speaker) for speaker in speakers)
        ]
    assert len(wrong) <= MAX_WRONG * count, wrong


def test_changes() -> None:
    """A fact that is replaced or removed is not found by its old words."""
    index = RecallIndex()
    cat = Fact(Category.FAMILY_MEMBERS, "cat", "Mimi", "told", NOW, NOW, subject="Ann")
    index.put("1", cat)
    assert index.search("Who is Mimi?") == ["1"]
    assert index.search("What does Ann have?") == ["1"]
    dog = Fact(Category.FAMILY_MEMBERS, "Schäferhund", "Rex", "told", NOW, NOW)
    index.put("1", dog)
    assert not index.search("Who is Mimi?")
    assert not index.search("What does Ann have?")
    assert index.search("Wie heißt unser Hund?") == ["1"]
    index.remove("1")
    index.remove("1")
    assert not index.search("Wie heißt unser Hund?")
    index.put("2", cat)
    index.clear()
    assert not index.search("Who is Mimi?")


def test_names_that_are_words() -> None:
    """A name that is also a word counts where it is written as a name."""
    index = RecallIndex()
    for number, (name, value) in enumerate((("Will", "tea"), ("An", "coffee"))):
        fact = Fact(
            Category.PREFERENCES, "drink", value, "told", NOW, NOW, subject=name
        )
        index.put(str(number), fact)
    assert index.search("What does Will drink?") == ["0"]
    assert index.search("Wat drinkt An?") == ["1"]
    assert not index.search("Will it rain on an evening?")


def test_several_at_once() -> None:
    """What else is asked for is found, however well the best fact fits."""
    index = RecallIndex()
    for key, value in (("Mia", "loves strawberries"), ("food Leo dislikes", "leeks")):
        index.put(key, Fact(Category.PREFERENCES, key, value, "told", NOW, NOW))
    said = (
        "Mia and Leo are here for dinner. What food does each of them like or dislike?"
    )
    assert index.search(said) == ["food Leo dislikes", "Mia"]
