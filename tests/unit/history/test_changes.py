"""Tests for the changes of a state."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.history.changes import (
    MAX_CHANGES,
    MAX_STATES,
    Change,
    changes_of,
    duration_text,
    since_when,
)

START = datetime(2026, 5, 4, tzinfo=UTC)
END = START + timedelta(hours=24)


def _at(hours: float) -> datetime:
    """Return a time after the beginning."""
    return START + timedelta(hours=hours)


def test_changes() -> None:
    """Changes are counted from the state at the beginning, which is none."""
    found = changes_of(
        [
            Change("off", _at(-5)),
            Change("on", _at(2)),
            Change("on", _at(3)),
            Change("off", _at(4)),
            Change("on", _at(23)),
        ],
        START,
        END,
    )
    assert found
    assert found.now == "on"
    assert found.count == 3
    assert found.last == (
        Change("on", _at(23)),
        Change("off", _at(4)),
        Change("on", _at(2)),
    )
    assert found.times == {"off": 1, "on": 2}
    assert found.lasted == {"off": timedelta(hours=21), "on": timedelta(hours=3)}


def test_unchanged() -> None:
    """A state that did not change has lasted for all of the time."""
    found = changes_of([Change("off", _at(-500))], START, END)
    assert found
    assert (found.now, found.last, found.count, found.times) == ("off", (), 0, {})
    assert found.lasted == {"off": timedelta(hours=24)}


def test_nothing_known() -> None:
    """Of what is not recorded nothing is said."""
    assert changes_of([], START, END) is None


def test_first_state_is_no_change() -> None:
    """It is not known what an entity was before its first state."""
    found = changes_of([Change("off", _at(5)), Change("off", _at(6))], START, END)
    assert found
    assert (found.last, found.count) == ((), 0)
    assert found.lasted == {"off": timedelta(hours=19)}


@pytest.mark.parametrize(
    ("states", "since"),
    [("", None), ("a", 0), ("ba", 1), ("baa", 1), ("aba", 2), ("ab", None)],
)
def test_since_when(states: str, since: int | None) -> None:
    """A state has begun when it was first written after another one."""
    changes = [Change(state, _at(n)) for n, state in enumerate(states)]
    assert since_when(changes, "a") == (None if since is None else _at(since))


def test_many_changes() -> None:
    """The last changes are kept, all are counted."""
    states = [Change("on" if n % 2 else "off", _at(n / 10)) for n in range(1, 201)]
    found = changes_of(states, START, END)
    assert found
    assert len(found.last) == MAX_CHANGES
    assert found.last[0] == states[-1]
    assert found.count == 199
    assert found.times == {"on": 99, "off": 100}


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdefghij"), st.integers(0, 24 * 3600)), min_size=1
    )
)
def test_times_add_up(states: list[tuple[str, int]]) -> None:
    """What lasted is never longer than the time, and no state is counted twice."""
    ordered = sorted(states, key=lambda state: state[1])
    changes = [Change(state, START + timedelta(seconds=at)) for state, at in ordered]
    found = changes_of(changes, START, END)
    assert found
    assert sum(found.lasted.values(), timedelta()) <= END - changes[0].at
    assert sum(found.times.values()) <= found.count <= len(states)
    assert len(found.lasted) <= MAX_STATES
    assert found.now == changes[-1].state


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h 0 min"),
        (90061, "25 h 1 min"),
    ],
)
def test_duration_text(seconds: int, text: str) -> None:
    """Durations are told in units that a person says."""
    assert duration_text(timedelta(seconds=seconds)) == text
