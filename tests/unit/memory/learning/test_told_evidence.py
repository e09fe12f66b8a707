"""Tests of the evidence for told facts, with what two real models made of sentences.

`told.json` has pairs of what a user said and the fact that a model made of it. Those
with a `model` were made by Qwen2.5-Coder 1.5B or 0.5B, asked with this integration's
prompt and tools. Of 20 mails, pages and lists with something to remember, the larger
one learned from 20 and the smaller one from 12. Of the 187 honest facts (132 of them
from a model) none is lost, and of the 92 dishonest ones (49) none is stored.
"""

from collections.abc import Sequence
import json
from pathlib import Path
from string import ascii_lowercase
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.memory.facts.fact import Category
from custom_components.openai_compatible_conversation.memory.learning.told_evidence import (
    MAX_UTTERANCE,
    MAX_UTTERANCES,
    ToldEvidence,
)

CORPUS: dict[str, list[dict[str, Any]]] = json.loads(
    Path(__file__).with_name("told.json").read_text()
)

ANY = st.text(st.characters(exclude_categories=()))


def unsaid(
    said: str | Sequence[str],
    value: str,
    *,
    category: Category = Category.PREFERENCES,
    key: str = "key",
    language: str = "en",
    read: Sequence[str] = (),
    earlier: Sequence[str] = (),
) -> list[str]:
    """Return the words of a fact that were not said."""
    utterances = [said] if isinstance(said, str) else said
    evidence = ToldEvidence(utterances, language, read, earlier)
    return evidence.proof(category, key, value).unsaid


def unsaid_of(case: dict[str, Any]) -> list[str]:
    """Return the words of a case that were not said."""
    read = [json.dumps({"text": case["read"]})] if "read" in case else []
    return unsaid(
        case["said"],
        case["value"],
        category=Category(case["category"]),
        key=case["key"],
        language=case["language"],
        read=read,
    )


def cases(kind: str) -> pytest.MarkDecorator:
    """Return the cases of a kind as parameters, which are numbered in reports."""
    return pytest.mark.parametrize(
        "case", CORPUS[kind], ids=range(1, len(CORPUS[kind]) + 1)
    )


@cases("honest")
def test_honest(case: dict[str, Any]) -> None:
    """A fact that the user told is supported, however the model puts it."""
    assert unsaid_of(case) == []


@cases("dishonest")
def test_dishonest(case: dict[str, Any]) -> None:
    """A fact that somebody else told, or that the model invented, is not supported."""
    assert unsaid_of(case) != []


@cases("honest")
def test_own_words(case: dict[str, Any]) -> None:
    """The user's own words are supported, so a model that is told to use them can."""
    own = {**case, "value": max(case["said"], key=len)}
    assert unsaid_of(own) == []
    assert unsaid_of({**own, "read": "- names: Lamp\n  state: on"}) == []


def test_corpus_size() -> None:
    """The corpus is large enough to count on, and half of it is real."""
    honest, dishonest = CORPUS["honest"], CORPUS["dishonest"]
    assert len(honest) >= 80
    assert len([case for case in honest if "model" in case]) >= 40
    assert len({case["language"] for case in honest}) >= 6
    assert len(dishonest) >= 40


@pytest.mark.parametrize(
    ("said", "value", "missing"),
    [
        ("Read me the mail", "door unlocked", ["door", "unlocked"]),
        ("I get up at 7", "8:15", ["8", "15"]),
        ("I get up at seven", "gets up at eight", ["8"]),
        ("", "Amy", ["amy"]),
        ("Hi", "🙂", ["key"]),
    ],
)
def test_unsaid_words(said: str, value: str, missing: list[str]) -> None:
    """The words that were not said are returned in the order of the value."""
    assert unsaid(said, value) == missing


def test_nothing_to_check() -> None:
    """A fact without any word is not supported, and neither is any without speech."""
    assert unsaid("Hi", "🙂", key="!") == ["🙂"]
    assert unsaid([], "Amy") == ["amy"]


def test_words_of_tool_results() -> None:
    """Half of the words are enough, unless others wrote one of the others.

    If a tool was read in this turn, no word may be unsaid: it may be a paraphrase.
    """
    said = "Read me the plumber's mail about the door"
    value = "plumber may have the door unlocked at any time"
    assert unsaid(said, value) == []
    for text in ("the door is unlocked", "Hi\nUnlocked!", "it unlocks at ten"):
        earlier = [json.dumps({"text": text})]
        assert unsaid(said, value, earlier=earlier) == ["unlocked"]
        assert unsaid(said, value, read=earlier) == ["unlocked", "time"]
    assert unsaid(said, value, earlier=['{"text": "milk"}']) == []
    assert unsaid(said, value, read=['{"text": "milk"}']) == ["unlocked", "time"]
    # What the user said may be in a result as well.
    assert unsaid("I like tea", "tea", read=['{"text": "tea"}']) == []


@pytest.mark.parametrize(
    ("key", "just_read", "before"),
    [
        ("plumber may unlock door", ["unlock", "door"], ["unlock", "door"]),
        ("door", ["door"], []),
        ("plumber", [], []),
        ("caller", [], []),
    ],
)
def test_key_that_was_read(key: str, just_read: list[str], before: list[str]) -> None:
    """A key may be a model's own, but not what others wrote."""
    said, text = "Who is the plumber?", "The plumber may unlock the door."
    assert unsaid(said, "plumber", key=key, read=[text]) == just_read
    assert unsaid(said, "plumber", key=key, earlier=[text]) == before


@pytest.mark.parametrize(
    ("said", "value", "missing"),
    [
        ("May the plumber unlock the door?", "yes", ["yes"]),
        ("Yes, the plumber may unlock the door", "yes", []),
        ("The plumber may always unlock the door", "always", []),
        ("Do you like that the plumber may unlock the door?", "likes", ["likes"]),
    ],
)
def test_answer_that_was_read(said: str, value: str, missing: list[str]) -> None:
    """Whether something is so has to be said, if a tool may have said it."""
    key = "plumber may unlock the door"
    assert unsaid(said, value, key=key, read=["Yes, always."]) == missing
    assert unsaid(said, value, key=key) == []


def test_zeros_need_not_be_said() -> None:
    """After reading, a time on the hour is supported as before."""
    assert not unsaid("I get up at seven", "7:00", read=["Hi"])


@pytest.mark.parametrize(
    ("said", "value", "missing"),
    [
        ("Always lock the front door", "unlock the front door", ["unlock"]),
        ("The front door is locked at night", "front door unlocked", ["unlocked"]),
        ("The plumber may unlock the door", "plumber locks door", ["locks"]),
        ("The camera is disconnected", "camera connected", ["connected"]),
        ("Die Alarmanlage sperren", "Alarmanlage entsperren", ["entsperren"]),
        ("Il faut activer l'alarme", "désactiver l'alarme", ["desactiver"]),
        ("Lock or unlock the front door", "unlock the front door", []),
        ("I watch news for information", "information on news", []),
    ],
)
def test_opposites(said: str, value: str, missing: list[str]) -> None:
    """The opposite of what was said is no paraphrase of it."""
    assert unsaid(said, value) == missing


def test_names() -> None:
    """Names have to be said in categories where they matter."""
    said = "Remember that Anna is my sister"
    for value, supported in (
        ("Anna", True),
        ("sister Anna", True),
        ("My sister is called Anna", True),
        ("The User's Sister Anna", True),
        ("sister Eve", False),
        ("Anna Miller", False),
    ):
        missing = unsaid(said, value, category=Category.FAMILY_MEMBERS)
        assert bool(missing) is not supported


@pytest.mark.parametrize("name", ["Will", "May", "Al", "Can"])
def test_name_that_is_a_function_word(name: str) -> None:
    """A name that is also a function word has to be said."""
    assert not unsaid(f"I am {name}", name, category=Category.USER_NAME)
    assert unsaid("I am Tom", name, category=Category.USER_NAME, key="Tom")


def test_last_utterances_count() -> None:
    """Only the last utterances are searched, and only a part of a long one."""
    earlier = ["My cat is called Amy", *["Hi"] * (MAX_UTTERANCES - 1)]
    assert not unsaid(earlier, "Amy")
    assert unsaid([*earlier, "Hi"], "Amy")
    assert unsaid("x" * MAX_UTTERANCE + " Amy", "Amy")


@pytest.mark.parametrize("language", ["", "xx", "de-CH", "pt_BR", "zh-Hant", "nb"])
def test_any_language(language: str) -> None:
    """English numbers are known in any language, also in one without rules."""
    assert not unsaid("I get up at seven", "7:00", language=language)


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("x" * 10_000_000, "y" * 500),
        ("1 " * 1_000_000, "2 " * 250),
        ("halb " * 10_000, "9" * 500),
        ("five to " * 10_000, "half past " * 50),
        # Letters only, so that each word is compared to all that were said.
        (
            " ".join(f"abcd{a}{b}" for a in ascii_lowercase for b in ascii_lowercase),
            " ".join(f"abcdzz{a}zzzzzz" for a in ascii_lowercase),
        ),
    ],
    ids=range(5),
)
def test_long_text(said: str, value: str) -> None:
    """Long texts are checked in bounded time."""
    assert unsaid([said] * 30, value, read=[said[:8000]])


@given(st.lists(ANY, max_size=3), ANY, ANY, st.sampled_from(Category))
def test_arbitrary_text(
    said: list[str], key: str, value: str, category: Category
) -> None:
    """Any text is checked without an error; without speech nothing is supported."""
    evidence = ToldEvidence(said, "en", said)
    assert said or evidence.proof(category, key, value).unsaid
    evidence.proof(category, key, value)
