"""Tests of the ranking of tools by usage."""

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
    """A new home starts with the initial tools that are available."""
    assert UsageRanking().usual(NAMES[::-1], 0) == BASICS
    assert UsageRanking().usual(["other", BASICS[1]], 0) == BASICS[1:2]


def test_most_used_first() -> None:
    """The most used tools come first, followed by initial tools if there is room."""
    ranking = UsageRanking()
    for name, count in (("tool_3", 4), ("tool_1", 1), ("tool_2", 9), ("gone", 50)):
        for _ in range(count):
            ranking.count(name, 0)
    assert ranking.usual(NAMES, 0) == ["tool_2", "tool_3", "tool_1", *BASICS]
    for number in range(20):
        ranking.count(f"tool_{number}", 0)
    usual = ranking.usual(NAMES, 0)
    assert len(usual) == MAX_USUAL
    assert usual[:3] == ["tool_2", "tool_3", "tool_1"]
    assert not set(usual) & set(BASICS)


def test_decay() -> None:
    """Use counts decay with time, until a tool is no longer ranked."""
    ranking = UsageRanking()
    for _ in range(4):
        ranking.count("tool_1", 0)
    later = 3 * HALF_LIFE
    ranking.count("tool_2", later)
    assert ranking.usual(NAMES, later)[:2] == ["tool_2", "tool_1"]
    assert ranking.usual(NAMES, later + 10 * HALF_LIFE) == BASICS


def test_order_is_stable() -> None:
    """A single use does not change the order."""
    ranking = UsageRanking()
    for _ in range(20):
        ranking.count("tool_1", 0)
        ranking.count("tool_2", 0)
    before = ranking.usual(NAMES, 0)
    ranking.count("tool_2", 0)
    assert ranking.usual(NAMES, 0) == before


def test_clock_set_back() -> None:
    """Old uses do not count more after the clock was set back."""
    ranking = UsageRanking()
    ranking.count("tool_1", 10**9)
    assert ranking.usual(NAMES, 0)[0] == "tool_1"
    ranking.count("tool_1", 0)
    assert ranking.to_json()["tool_1"] == [2, 0]


def test_limit() -> None:
    """The number of counted tools is limited."""
    ranking = UsageRanking()
    for number in range(2 * MAX_COUNTED):
        ranking.count(f"tool_{number}", number)
    assert len(ranking.to_json()) == MAX_COUNTED


def test_stored() -> None:
    """The counts are the same after a round trip through JSON."""
    ranking = UsageRanking()
    ranking.count("tool_1", 5)
    assert UsageRanking.from_json(ranking.to_json()).to_json() == {"tool_1": [1, 5]}


@pytest.mark.parametrize("data", [None, [], {"a": 1}, {"a": ["b", 1]}, {"a": [1]}])
def test_invalid_data(data: Any) -> None:
    """Invalid stored data is skipped."""
    assert UsageRanking.from_json(data).to_json() == {}


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.floats(0, 1e10)), max_size=30))
def test_any_uses(uses: list[tuple[str, float]]) -> None:
    """For any uses, the usual tools are available, distinct and limited in number."""
    ranking = UsageRanking()
    for name, when in uses:
        ranking.count(name, when)
    usual = ranking.usual(NAMES, 5e9)
    assert len(set(usual)) == len(usual) <= MAX_USUAL
    assert set(usual) <= set(NAMES)
