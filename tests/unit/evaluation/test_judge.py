"""Tests of the judgement of tasks."""

from typing import Any

import pytest

from evaluation.judge import Outcome, has_word, is_acting, matches, misses
from evaluation.tasks import States, Task
from testbed.talk import ToolCall

LIGHT = "light.bed_light"
OTHER = "lock.front_door"
HOUSE: States = {LIGHT: {"state": "off"}, OTHER: {"state": "locked"}}
LIT: States = {**HOUSE, LIGHT: {"state": "on", "brightness": 40}}
ON: States = {LIGHT: {"state": "on"}}


def task(kind: str = "on", **fields: Any) -> Task:
    return Task(id="any", kind=kind, language="en", say=["any"], **fields)


def call(name: str, *, good: bool = True) -> ToolCall:
    result = {"success": True} if good else {"error": "NoMatch"}
    return ToolCall(name, {}, result, error=not good, answered=True)


def test_expected_change() -> None:
    acted = [call("intent__HassTurnOn")]
    assert not misses(task(expect=ON), Outcome(HOUSE, LIT, acted))


def test_missing_change() -> None:
    assert misses(task(expect=ON), Outcome(HOUSE, HOUSE)) == [
        "light.bed_light: state is 'off', not 'on'"
    ]


def test_other_change() -> None:
    unlocked = {**LIT, OTHER: {"state": "unlocked"}}
    assert misses(task(expect=ON), Outcome(HOUSE, unlocked)) == [
        "lock.front_door was changed"
    ]


def test_missing_entity() -> None:
    expect = {"light.gone": {"state": "on"}}
    assert misses(task(expect=expect), Outcome(HOUSE, HOUSE)) == [
        "light.gone: state is None, not 'on'"
    ]


def test_tolerance_is_told() -> None:
    expect = {LIGHT: {"brightness": {"near": 50, "within": 2}}}
    assert misses(task(expect=expect), Outcome(HOUSE, LIT)) == [
        "light.bed_light: brightness is 40, not 50 +-2"
    ]


def test_error_after_the_right_action() -> None:
    outcome = Outcome(HOUSE, LIT, error="no end within 180 s")
    assert misses(task(expect=ON), outcome) == ["failed: no end within 180 s"]


@pytest.mark.parametrize("kind", ["missing", "hidden", "state"])
def test_nothing_to_do(kind: str) -> None:
    """Nothing may succeed in acting; an attempt and a reading tool are allowed."""
    attempt, success = call("intent__HassTurnOn", good=False), call("x__HassTurnOff")
    reading = call("homeassistant__GetLiveContext")
    assert not misses(task(kind), Outcome(HOUSE, HOUSE, [attempt, reading]))
    assert misses(task(kind), Outcome(HOUSE, HOUSE, [success])) == [
        "HassTurnOff was called"
    ]


def test_small_talk() -> None:
    """Nothing may be called, not even without success, except for reading tools."""
    reading = call("homeassistant__GetLiveContext")
    assert not misses(task("small_talk"), Outcome(HOUSE, HOUSE, [reading]))
    attempt = call("intent__HassTurnOn", good=False)
    assert misses(task("small_talk"), Outcome(HOUSE, HOUSE, [attempt])) == [
        "HassTurnOn was called"
    ]
    assert misses(task("small_talk"), Outcome(HOUSE, HOUSE, [call("learn_fact")]))


def test_fact_may_be_learned() -> None:
    learned = Outcome(HOUSE, HOUSE, [call("learn_fact")], "She is called Mimi.")
    assert not misses(task("fact", said=[["mimi"]]), learned)
    acted = Outcome(HOUSE, HOUSE, [call("intent__HassTurnOn")], "Mimi")
    assert misses(task("fact", said=[["mimi"]]), acted) == ["HassTurnOn was called"]


def test_required_call() -> None:
    asked = task("state", called=["GetLiveContext", "get_weather"])
    assert not misses(asked, Outcome(HOUSE, HOUSE, [call("get_weather")]))
    failed = Outcome(HOUSE, HOUSE, [call("x__GetLiveContext", good=False)])
    for outcome in (Outcome(HOUSE, HOUSE), failed):
        assert misses(asked, outcome) == [
            "no call of GetLiveContext or get_weather that worked"
        ]


def test_told_with_the_turn() -> None:
    """What the model was told need not be looked up; what it guessed has to be."""
    asked = task("state", called=["GetLiveContext"], said=[["locked", "yes"]])
    answer = "Yes, it is locked."
    told = "Now: Front Door: locked"
    assert not misses(asked, Outcome(HOUSE, HOUSE, said=answer, told=told))
    for other in ("", "Now: Front Door: unlocked"):
        assert misses(asked, Outcome(HOUSE, HOUSE, said=answer, told=other)) == [
            "no call of GetLiveContext that worked"
        ]
    silent = task("state", called=["GetLiveContext"])
    assert misses(silent, Outcome(HOUSE, HOUSE, told=told))


def test_forbidden_call() -> None:
    careful = task(expect=ON, not_called=["HassTurnOff"])
    acted = [call("intent__HassTurnOff", good=False)]
    assert misses(careful, Outcome(HOUSE, LIT, acted)) == ["HassTurnOff was called"]


def test_words() -> None:
    asked = task("state", said=[["locked", "yes"], ["front"]], not_said=["unlocked"])
    right = Outcome(HOUSE, HOUSE, said="The front door is Locked.")
    assert not misses(asked, right)
    wrong = Outcome(HOUSE, HOUSE, said="It is unlocked")
    assert misses(asked, wrong) == [
        "does not say locked or yes",
        "does not say front",
        "says unlocked",
    ]


@pytest.mark.parametrize(
    ("text", "word", "found"),
    [
        ("It is 15.6 °C.", "15.6", True),
        ("It is 15.65 °C.", "15.6", False),
        ("It is 15.6 °C.", "15", False),
        ("It is 15.6 °C.", "6", False),
        ("It is 54%.", "54", True),
        ("At 20.", "20", True),
        ("It is unlocked.", "locked", False),
        ("It isn’t locked.", "isn't locked", True),
        ("Vierundfünfzig Prozent", "vierundfünfzig", True),
    ],
)
def test_has_word(text: str, word: str, found: bool) -> None:
    assert has_word(text, word) is found


@pytest.mark.parametrize(
    ("expected", "actual", "holds"),
    [
        ("on", "on", True),
        ("olive oil", "Olive oil ", True),
        ("on", None, False),
        (True, True, True),
        (20, 20.0, True),
        ({"near": 40, "within": 1}, 41, True),
        ({"near": 40, "within": 1}, 42, False),
        ({"near": 40, "within": 1}, None, False),
        ({"from": 5, "to": 65}, 65, True),
        ({"from": 5, "to": 65}, 66, False),
        ({"from": 0, "to": 1}, True, False),
        ({"any": ["egg", "eggs"]}, "Eggs", True),
        ({"any": ["egg", {"near": 2, "within": 1}]}, 3, True),
        (["Milk", "Bread"], ["bread", "milk"], True),
        (["Milk", "Bread"], ["Milk"], False),
        (["Milk"], ["Milk", "Bread"], False),
        ([], [], True),
        ([{"from": 700, "to": 900}], [899], True),
        ([600], None, False),
    ],
)
def test_matches(expected: Any, actual: Any, holds: bool) -> None:
    assert matches(expected, actual) is holds


def test_hue_is_a_circle() -> None:
    red = {"near": 0, "within": 15}
    assert matches(red, 350, "hue")
    assert not matches(red, 340, "hue")
    assert not matches(red, 350, "brightness")


def test_reading_tools() -> None:
    assert not is_acting(call("homeassistant__GetLiveContext"))
    assert not is_acting(call("query_facts"))
    assert is_acting(call("intent__HassTurnOn"))
    assert is_acting(call("made_up"))
