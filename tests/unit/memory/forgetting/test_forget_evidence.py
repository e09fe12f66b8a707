"""Tests of what a model may forget, by what was said.

`forget.json` has what users said with what others wrote, and what may be forgotten then
and what not.
"""

import json
from pathlib import Path
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.memory.facts.fact import (
    Category,
    Fact,
)
from custom_components.openai_compatible_conversation.memory.forgetting.forget_evidence import (
    ForgetEvidence,
)
from custom_components.openai_compatible_conversation.memory.forgetting.forget_request import (
    asks_not_to_forget,
    asks_to_forget,
)

CORPUS: dict[str, list[dict[str, Any]]] = json.loads(
    Path(__file__).with_name("forget.json").read_text("utf-8")
)
NOW = "2026-11-20T10:00:00+00:00"


def fact_of(item: dict[str, Any]) -> Fact:
    """Return a fact of the corpus."""
    return Fact(
        Category(item["category"]),
        item["key"],
        item["value"],
        "told",
        NOW,
        NOW,
        subject=item.get("subject", ""),
        quote=item["quote"],
    )


FACTS = {item["id"]: fact_of(item) for item in CORPUS["facts"]}


def is_allowed(case: dict[str, Any]) -> bool:
    """Return whether a fact may be forgotten."""
    evidence = ForgetEvidence(
        case["said"],
        speaker=case.get("by", ""),
        read=case.get("read", ()),
        earlier=case.get("earlier", ()),
        told=case.get("told", ()),
        said_before=case.get("before", ()),
    )
    return evidence.allows(FACTS[case["fact"]], case.get("words", ""))


def cases(kind: str) -> pytest.MarkDecorator:
    """Return the cases of a kind as parameters, which are numbered in reports."""
    return pytest.mark.parametrize(
        "case", CORPUS[kind], ids=range(1, len(CORPUS[kind]) + 1)
    )


@cases("forgotten")
def test_forgotten(case: dict[str, Any]) -> None:
    """What the user asks to forget may be forgotten."""
    assert is_allowed(case)


@cases("kept")
def test_kept(case: dict[str, Any]) -> None:
    """What somebody else wants forgotten, or nobody, is kept."""
    assert not is_allowed(case)


@pytest.mark.parametrize(
    ("text", "asks", "asks_not"),
    [
        ("Forget that I don't like tea", True, False),
        ("Vergiss, dass ich keinen Tee mag", True, False),
        ("Oublie que je n'aime pas le thé", True, False),
        ("I won't forget it", False, True),
        ("Nie vergessen!", False, True),
        ("N'oubliez pas le chat", False, True),
        ("Glöm inte katten", False, True),
        ("Non dimenticare il gatto", False, True),
        ("Don't forget the cat, but forget the dog", True, False),
        ("The weather is nice", False, False),
        ("", False, False),
    ],
)
def test_request(text: str, *, asks: bool, asks_not: bool) -> None:
    """To forget and not to forget are told apart."""
    assert asks_to_forget(text) is asks
    assert asks_not_to_forget(text) is asks_not


@given(st.lists(st.text(), max_size=3), st.text(), st.lists(st.text(), max_size=2))
def test_arbitrary_text(said: list[str], words: str, read: list[str]) -> None:
    """Any text can be checked, and without words of a user nothing is forgotten."""
    evidence = ForgetEvidence(said, read=read, told=read, said_before=read)
    assert any(said) or not evidence.allows(FACTS["cat"], words)
    evidence.allows(FACTS["cat"], words)
