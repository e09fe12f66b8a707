"""Tests for the summary of what was measured."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.history.measurements import (
    Measurement,
    measurements_of,
    summary_of,
)

START = datetime(2026, 5, 4, tzinfo=UTC)
END = START + timedelta(hours=24)


def _at(hours: float) -> datetime:
    """Return a time after the beginning."""
    return START + timedelta(hours=hours)


def test_summary() -> None:
    """The mean counts each value for as long as it lasted, from the beginning on."""
    states = [("10", _at(-3)), ("20", _at(12)), ("40", _at(18)), ("unknown", _at(20))]
    summary = summary_of(measurements_of(states, START, END))
    assert summary
    assert (summary.lowest, summary.lowest_at) == (10, START)
    assert (summary.highest, summary.highest_at) == (40, _at(18))
    assert summary.mean == pytest.approx((10 * 12 + 20 * 6 + 40 * 2) / 20)


@pytest.mark.parametrize(
    "state", ["unavailable", "", "on", "nan", "inf", "-inf", "1e999"]
)
def test_no_number(state: str) -> None:
    """What is no number is not measured."""
    assert measurements_of([(state, _at(1))], START, END) == []
    assert summary_of([]) is None


def test_hours() -> None:
    """Of hours, the extremes are those within, and their time is the hour's."""
    hours = [Measurement(_at(n), _at(n + 1), n, n - 0.5, n + 0.5) for n in range(3)]
    summary = summary_of(hours)
    assert summary
    assert (summary.lowest, summary.lowest_at) == (-0.5, _at(0))
    assert (summary.highest, summary.highest_at) == (2.5, _at(2))
    assert summary.mean == 1


def test_one_moment() -> None:
    """Values that lasted for no time have a mean as well."""
    summary = summary_of(measurements_of([("1", END), ("3", END)], START, END))
    assert summary
    assert summary.mean == 2


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.integers(0, 86400)), min_size=1))
def test_mean_is_between(values: list[tuple[float, int]]) -> None:
    """The mean is never below the lowest or above the highest value."""
    ordered = sorted(values, key=lambda value: value[1])
    states = [(str(value), START + timedelta(seconds=at)) for value, at in ordered]
    summary = summary_of(measurements_of(states, START, END))
    assert summary
    slack = 1e-6 * max(abs(summary.lowest), abs(summary.highest), 1)
    assert summary.lowest - slack <= summary.mean <= summary.highest + slack
