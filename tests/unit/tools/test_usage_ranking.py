"""A home's usual tools are those that it uses."""

from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.tools.usage_ranking import (
    HALF_LIFE,
    MAX_COUNTED,
    MAX_USUAL,
    UsageRanking,
)

BASICS = ["intent__HassTurnOn", "intent__HassTurnOff", "homeassistant__GetLiveContext"]
NAMES = [*BASICS, *(f"tool_{number}" for number in range(20))]


def test_new_home() -> None:
    """A new home begins with on, off, and the state of the house, as far as they exist."""
    assert UsageRanking().usual(NAMES[::-1], 0) == BASICS
    assert UsageRanking().usual(["other", BASICS[1]], 0) == BASICS[1:2]


def test_most_used_first() -> None:
    """What is used most comes first, the basics after it until there is no room."""
    habits = UsageRanking()
    for name, count in (("tool_3", 4), ("tool_1", 1), ("tool_2", 9), ("gone", 50)):
        for _ in range(count):
            habits.count(name, 0)
    assert habits.usual(NAMES, 0) == ["tool_2", "tool_3", "tool_1", *BASICS]
    for number in range(20):
        habits.count(f"tool_{number}", 0)
    usual = habits.usual(NAMES, 0)
    assert len(usual) == MAX_USUAL
    assert usual[:3] == ["tool_2", "tool_3", "tool_1"]
    assert not set(usual) & set(BASICS)


def test_lately() -> None:
    """What was used long ago counts less than what was used lately, and then nothing."""
    habits = UsageRanking()
    for _ in range(4):
        habits.count("tool_1", 0)
    later = 3 * HALF_LIFE
    habits.count("tool_2", later)
    assert habits.usual(NAMES, later)[:2] == ["tool_2", "tool_1"]
    assert habits.usual(NAMES, later + 10 * HALF_LIFE) == BASICS


def test_order_is_calm() -> None:
    """A use more or less does not change the order."""
    habits = UsageRanking()
    for _ in range(20):
        habits.count("tool_1", 0)
        habits.count("tool_2", 0)
    before = habits.usual(NAMES, 0)
    habits.count("tool_2", 0)
    assert habits.usual(NAMES, 0) == before


def test_clock_set_back() -> None:
    """A clock that was set back does not make old uses count more."""
    habits = UsageRanking()
    habits.count("tool_1", 10**9)
    assert habits.usual(NAMES, 0)[0] == "tool_1"
    habits.count("tool_1", 0)
    assert habits.to_json()["tool_1"] == [2, 0]


def test_bounded() -> None:
    """Tools that come and go are not counted for ever."""
    habits = UsageRanking()
    for number in range(2 * MAX_COUNTED):
        habits.count(f"tool_{number}", number)
    assert len(habits.to_json()) == MAX_COUNTED


def test_stored() -> None:
    """What was stored is what was counted."""
    habits = UsageRanking()
    habits.count("tool_1", 5)
    assert UsageRanking.from_json(habits.to_json()).to_json() == {"tool_1": [1, 5]}


@pytest.mark.parametrize("data", [None, [], {"a": 1}, {"a": ["b", 1]}, {"a": [1]}])
def test_damaged(data: Any) -> None:
    """What cannot be read is not counted."""
    assert UsageRanking.from_json(data).to_json() == {}


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.floats(0, 1e10)), max_size=30))
def test_any_uses(uses: list[tuple[str, float]]) -> None:
    """Whatever is used when, the usual tools exist and are not too many."""
    habits = UsageRanking()
    for name, when in uses:
        habits.count(name, when)
    usual = habits.usual(NAMES, 5e9)
    assert len(set(usual)) == len(usual) <= MAX_USUAL
    assert set(usual) <= set(NAMES)
