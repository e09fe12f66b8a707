"""Tests of the words of intents, from Home Assistant's sentence files."""

import subprocess
import sys
from typing import Any

import home_assistant_intents
import pytest

from custom_components.openai_compatible_conversation.tools import intent_words
from custom_components.openai_compatible_conversation.tools.intent_words import (
    MAX_WORDS,
    Sentences,
    load_words,
    words_by_intent,
    words_for_tool,
)


def _data(*templates: str, **more: Any) -> dict[str, Any]:
    """Return a sentence file with one intent."""
    return {"intents": {"Do": {"data": [{"sentences": list(templates)}]}}, **more}


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("en", "lamp"),
        ("de", "lampe"),
        ("de-AT", "lampe"),
        ("DE_de", "lampe"),
        ("zh-Hans", "灯"),
        ("pt", "luz"),
        ("fr", "lampe"),
    ],
)
def test_languages(language: str, word: str) -> None:
    """A language or its base language has words, without template syntax."""
    words = load_words(language)
    assert word in words["HassTurnOn"].split()
    for text in words.values():
        assert not set(text) & set("[](){}<>|")
        assert len(text.split()) <= MAX_WORDS


@pytest.mark.parametrize("language", ["", "xx", "../../intents", "*", "x" * 1000])
def test_no_language(language: str) -> None:
    """A language without sentences has no words."""
    assert load_words(language) == {}


def test_all_languages() -> None:
    """Every language of the package can be read."""
    for language in home_assistant_intents.get_languages():
        assert load_words(language)


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("turn on [the] light[s]", "turn on the lights light"),
        ("(switch|turn) it on", "switch turn it on"),
        ("Roll[l](aden|äden) zu", "rollladen rollläden rolladen rolläden zu"),
        ("schlie(ß|ss)[e]", "schliesse schliess"),
        ("<all> lamps", "all every single lamps"),
        ("<loop> x", "loop x"),
        ("<missing> {missing} x", "x"),
        ("make it {color:c}", "make it red dark blue"),
        ("set {brightness}%, {name}!", "set"),
        ("<light>", "light lights"),
    ],
)
def test_templates(template: str, words: str) -> None:
    """A template yields the words of all its sentences."""
    sentences = Sentences(
        _data(
            template,
            expansion_rules={
                "all": "(all|every [single])",
                "light": "light[s]",
                "loop": "loop <loop>",
            },
            lists={
                "color": {"values": [{"in": "red", "out": 1}, "[dark] blue"]},
                "brightness": {"range": {"from": 0, "to": 100}},
                "name": {"wildcard": True},
            },
        )
    )
    found = sentences.words("Do")
    assert set(words.split()) == set(found)
    assert len(found) == len(set(found))


def test_expansion_limits() -> None:
    """The expansion of nested rules and variants is limited."""
    rules = {f"r{depth}": f"<r{depth + 1}> " * 50 for depth in range(50)}
    variants = "x" + "[a|b|c]" * 50
    found = Sentences(_data("<r0>", variants, expansion_rules=rules)).words("Do")
    assert len(found) < MAX_WORDS


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"intents": None},
        {"intents": {"Do": {}}},
        {"intents": {"Do": {"data": [{"sentences": [None]}]}}},
        _data("<a>", expansion_rules=[]),
        _data("{a}", lists={"a": {"values": [{"out": 1}]}}),
        [],
    ],
)
def test_changed_format(data: object) -> None:
    """A file of another format has no words."""
    assert words_by_intent(data) == {}


def test_no_package() -> None:
    """There are no words if the package is not installed."""
    code = "import runpy, sys; print(runpy.run_path(sys.argv[1])['load_words']('en'))"
    # Without site packages, Python finds only its standard library.
    found = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, intent_words.__file__],
        capture_output=True,
        check=True,
    )
    assert found.stdout.split() == [b"{}"]


def test_words_for_tool() -> None:
    """A tool has the words of its intent, or of a related intent."""
    words = {"HassTurnOn": "turn on", "HassGetState": "is it on", "Weather": "rain"}
    assert words_for_tool("intent__HassTurnOn", words) == "turn on"
    assert words_for_tool("homeassistant__GetLiveContext", words) == "is it on"
    assert words_for_tool("create_issue", words) == ""
