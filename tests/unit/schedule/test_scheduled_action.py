"""Tests of a scheduled action, and of what is read from disk."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.schedule.scheduled_action import (
    MAX_ARGUMENTS,
    MAX_LATE,
    ScheduledAction,
    ScheduleError,
    checked_arguments,
)

AT = datetime(2026, 11, 30, 14, tzinfo=UTC)
SECOND = timedelta(seconds=1)
WHOLE = ScheduledAction(
    id="kmtv",
    at=AT,
    tool="intent__HassTurnOn",
    arguments={"name": "Küche", "domain": ["light"]},
    summary="Turn on: Küche",
    integration="intent",
    user_id="u",
    device_id="d",
    language="de",
    is_private=True,
    is_sensitive=True,
    has_begun=True,
)
SHORT = ScheduledAction(id="a", at=AT, tool="t", arguments={}, summary="T")


@pytest.mark.parametrize("action", [WHOLE, SHORT])
def test_round_trip(action: ScheduledAction) -> None:
    """What is written is read."""
    assert ScheduledAction.from_json(action.to_json()) == action


def test_only_what_is_needed() -> None:
    """What is missing or of another kind has its default, and more is ignored."""
    data = SHORT.to_json()
    least = {key: data[key] for key in ("id", "at", "tool", "arguments", "summary")}
    assert ScheduledAction.from_json(least) == SHORT
    assert ScheduledAction.from_json({**data, "user_id": 7, "new": []}) == SHORT


@pytest.mark.parametrize(
    "change",
    [
        *({"id": ""}, {"id": 7}, {"at": "soon"}, {"at": 7}, {"tool": None}),
        *({"at": "2026-11-30T14:00:00"}, {"arguments": []}, {"summary": None}),
    ],
)
def test_invalid(change: dict[str, Any]) -> None:
    """What cannot be run is no action."""
    assert ScheduledAction.from_json({**SHORT.to_json(), **change}) is None


@given(st.recursive(st.none() | st.text() | st.integers(), st.lists))
def test_anything(data: Any) -> None:
    """Anything else is no action."""
    assert ScheduledAction.from_json(data) is None


def test_due_and_missed() -> None:
    """An action is due from its time on, and missed from ten minutes on."""
    assert not SHORT.is_due(AT - SECOND)
    assert SHORT.is_due(AT)
    assert not SHORT.is_missed(AT + MAX_LATE - SECOND)
    assert SHORT.is_missed(AT + MAX_LATE)
    assert not WHOLE.is_due(AT)
    assert not WHOLE.is_missed(AT + MAX_LATE)


def test_visible() -> None:
    """A private action is visible to its user alone."""
    assert [WHOLE.is_visible_to(user) for user in ("u", "v", None)] == [
        *(True, False, False)
    ]
    assert SHORT.is_visible_to(None)


def test_arguments() -> None:
    """Arguments are copied, and refused if they cannot be written."""
    given = {"a": [1, {"b": None}]}
    copy = checked_arguments(given)
    assert copy == given
    assert copy["a"] is not given["a"]
    endless: list[Any] = []
    endless.append(endless)
    for bad in ({"a": {1}}, {"a": float("nan")}, {"a": endless}):
        with pytest.raises(ScheduleError, match="not JSON"):
            checked_arguments(bad)
    with pytest.raises(ScheduleError, match="longer"):
        checked_arguments({"a": "x" * MAX_ARGUMENTS})
