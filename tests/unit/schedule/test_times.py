"""Tests of the times that a model gives, also when clocks are changed."""

from datetime import UTC, datetime, timedelta
import math
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.schedule.scheduled_action import (
    MAX_AHEAD,
    ScheduleError,
)
from custom_components.openai_compatible_conversation.schedule.times import time_of

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 30, 14, 0, tzinfo=BERLIN)
"""A Monday in winter, one hour ahead of UTC."""


def local(at: object, now: datetime = NOW) -> str:
    """Return the local time that a text means, with its offset."""
    return time_of(None, at, now).astimezone(BERLIN).isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-12-01T07:00", "2026-12-01T07:00+01:00"),
        ("2026-12-01 07:00:00", "2026-12-01T07:00+01:00"),
        ("2026-12-01T7:00", "2026-12-01T07:00+01:00"),
        ("2026-12-01T07:00:00Z", "2026-12-01T08:00+01:00"),
        ("2026-12-01T07:00:00-05:00", "2026-12-01T13:00+01:00"),
        ("2026-12-01 7 pm", "2026-12-01T19:00+01:00"),
        ("20261201T0700", "2026-12-01T07:00+01:00"),
        ("2027-07-01T07:00", "2027-07-01T07:00+02:00"),
        ("07:00", "2026-12-01T07:00+01:00"),
        ("7:00", "2026-12-01T07:00+01:00"),
        ("T07:00", "2026-12-01T07:00+01:00"),
        (" 07:00:00 ", "2026-12-01T07:00+01:00"),
        ("14:00", "2026-12-01T14:00+01:00"),
        ("14:01", "2026-11-30T14:01+01:00"),
        ("00:00", "2026-12-01T00:00+01:00"),
        ("7:30 PM", "2026-11-30T19:30+01:00"),
        ("12 a.m.", "2026-12-01T00:00+01:00"),
        ("12:15 pm", "2026-12-01T12:15+01:00"),
        ("07:00Z", "2026-12-01T08:00+01:00"),
        ("13:30+00:00", "2026-11-30T14:30+01:00"),
    ],
)
def test_at(at: str, expected: str) -> None:
    """A time is one of the home's zone unless it has an offset."""
    assert local(at) == expected


def test_times_of_a_changed_clock() -> None:
    """A time that is skipped comes an hour later, one that is shown twice comes first."""
    spring = datetime(2027, 3, 27, 12, tzinfo=BERLIN)
    assert local("2027-03-28T02:30", spring) == "2027-03-28T03:30+02:00"
    assert local("02:30", spring) == "2027-03-28T03:30+02:00"
    assert local("03:30", spring) == "2027-03-28T03:30+02:00"
    autumn = datetime(2026, 10, 24, 12, tzinfo=BERLIN)
    assert local("2026-10-25T02:30", autumn) == "2026-10-25T02:30+02:00"
    assert local("02:30", autumn) == "2026-10-25T02:30+02:00"


@pytest.mark.parametrize("at", ["2026-10-25T02:30", "02:30"])
def test_between_the_two(at: str) -> None:
    """After the first of two equal times, the second is the next."""
    between = datetime(2026, 10, 25, 2, 45, tzinfo=BERLIN, fold=0)
    assert local(at, between) == "2026-10-25T02:30+01:00"


def test_within_a_gap() -> None:
    """Just after a gap, what it skipped is over, though it would read as later."""
    after = datetime(2027, 3, 28, 3, 31, tzinfo=BERLIN)
    assert local("02:30", after) == "2027-03-29T02:30+02:00"
    with pytest.raises(ScheduleError, match="past"):
        local("2027-03-28T02:30", after)


@pytest.mark.parametrize(
    ("in_minutes", "seconds"),
    [(20, 1200), (0.5, 30), ("20.0", 1200), (" 1.5 ", 90), (527040, 31622400)],
)
def test_in_minutes(in_minutes: object, seconds: int) -> None:
    """Minutes are counted in time that passes."""
    assert time_of(in_minutes, None, NOW) - NOW == timedelta(seconds=seconds)


def test_over_a_changed_clock() -> None:
    """Minutes are not those of a clock that is set in between."""
    before = datetime(2027, 3, 28, 1, 50, tzinfo=BERLIN)
    due = time_of(20, None, before)
    assert due == datetime(2027, 3, 28, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("in_minutes", "at", "words"),
    [
        (None, None, "either"),
        (1, "07:00", "either"),
        (0, None, "above 0"),
        (-5, None, "above 0"),
        ("0.0", None, "above 0"),
        (math.nan, None, "above 0"),
        (math.inf, None, "above 0"),
        ("1e400", None, "above 0"),
        (10**400, None, "number"),
        (True, None, "number"),
        ("soon", None, "number"),
        ([20], None, "number"),
        ({}, None, "number"),
        (527041, None, "year"),
        (1e300, None, "year"),
        (None, "2026-12-01", "no time of day"),
        (None, "20261201", "no time of day"),
        (None, "tomorrow", "automation"),
        (None, "every day at 07:00", "automation"),
        (None, "25:00", "cannot be read"),
        (None, "13 pm", "cannot be read"),
        (None, "0 pm", "cannot be read"),
        (None, "7", "cannot be read"),
        (None, 8, "cannot be read"),
        (None, [], "cannot be read"),
        (None, "T", "cannot be read"),
        (None, "2026-11-30T13:59", "past: it is 2026-11-30T14:00"),
        (None, "2026-11-30T12:59Z", "past"),
        (None, "2027-12-02T07:00", "year"),
        (None, "0001-01-01T00:00", "past|year|cannot be read"),
        (None, "9999-12-31T23:59:59", "past|year|cannot be read"),
        (None, "9999-12-31T23:59:59-23:59", "past|year|cannot be read"),
    ],
)
def test_errors(in_minutes: object, at: object, words: str) -> None:
    """What is wrong with a time is told."""
    with pytest.raises(ScheduleError, match=words):
        time_of(in_minutes, at, NOW)


ANYTHING: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.none())
)
LIKE_TIMES = st.from_regex(r"[0-9T:+Zapm. -]{1,24}", fullmatch=True)


@given(ANYTHING, ANYTHING | LIKE_TIMES)
def test_anything(in_minutes: object, at: object) -> None:
    """Whatever a model gives is a time within a year to come, or an error."""
    try:
        due = time_of(in_minutes, at, NOW)
    except ScheduleError:
        return
    assert NOW < due <= NOW + MAX_AHEAD
    assert due.tzinfo is UTC


@given(
    st.integers(0, 2 * 365 * 86400),
    st.times(),
    st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]
    ),
)
def test_next_time_of_day(seconds: int, wanted: Any, zone: str) -> None:
    """A time of day comes within a day, and an hour if a clock is set in between."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    aware = (start + timedelta(seconds=seconds)).astimezone(ZoneInfo(zone))
    text = wanted.replace(microsecond=0).isoformat()
    due = time_of(None, text, aware)
    assert timedelta(0) < due - aware <= timedelta(hours=25)
    shown = due.astimezone(ZoneInfo(zone)).time().isoformat()
    skipped = (
        due.astimezone(ZoneInfo(zone)).utcoffset()
        != (due - timedelta(hours=1)).astimezone(ZoneInfo(zone)).utcoffset()
    )
    assert shown == text or skipped
