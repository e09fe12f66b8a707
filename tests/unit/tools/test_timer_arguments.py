"""Tests of the arguments of timer intents."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.openai_compatible_conversation.tools.argument_repair import (
    Repaired,
)
from custom_components.openai_compatible_conversation.tools.timer_arguments import (
    repair_timer,
)
from custom_components.openai_compatible_conversation.tools.user_words import UserWords

NOW = datetime(2026, 5, 4, 15, 14, tzinfo=UTC)
SEVERAL = ("Egg", None)

ZEROS = {"start_hours": 0, "start_minutes": 0, "start_seconds": 0}


@pytest.mark.parametrize(
    ("intent_type", "said", "arguments", "kept"),
    [
        ("HassStartTimer", "Ten minutes", {"minutes": 10, "name": "Demo"}, {"minutes": 10}),
        ("HassStartTimer", "Pizza timer", {"minutes": 9, "name": "Pizza"}, None),
        (
            "HassStartTimer",
            "Set a timer for ten minutes",
            {"minutes": 10, "conversation_command": "set a timer for ten minutes"},
            {"minutes": 10},
        ),
        (
            "HassStartTimer",
            "Turn the lamp off in ten minutes",
            {"minutes": 10, "conversation_command": "turn the lamp off"},
            None,
        ),
        (
            "HassStartTimer",
            "Egg timer, three minutes",
            {"minutes": 3, "conversation_command": "start timer"},
            {"minutes": 3},
        ),
        (
            "HassStartTimer",
            "Set a timer for ten minutes",
            {"minutes": 10, "conversation_command": "open every lamp"},
            {"minutes": 10},
        ),
        (
            "HassStartTimer",
            "Set a timer for ten minutes",
            {"minutes": 10, "conversation_command": "set timer ten minutes"},
            {"minutes": 10},
        ),
        (
            "HassStartTimer",
            "In ten minutes, cancel the timer",
            {"minutes": 10, "conversation_command": "cancel the timer now"},
            None,
        ),
        ("HassStartTimer", "Stell einen Timer auf 2 Minuten", {"hours": 2}, {"minutes": 2}),
        ("HassStartTimer", "Ten minutes", {"hours": 10, "minutes": 0}, {"minutes": 10}),
        ("HassStartTimer", "Six and a half minutes", {"hours": 6, "minutes": 30}, {"minutes": 6, "seconds": 30}),
        ("HassStartTimer", "20 seconds", {"minutes": 20}, {"seconds": 20}),
        # Minutes may be told as hours: ninety are an hour and a half.
        ("HassStartTimer", "Ninety minutes", {"hours": 1, "minutes": 30}, None),
        ("HassStartTimer", "120 minutes", {"hours": 2}, None),
        ("HassStartTimer", "An hour and ten minutes", {"hours": 10}, None),
        ("HassStartTimer", "10", {"hours": 10}, None),
        ("HassIncreaseTimer", "Five more", {"minutes": 5, "start_minutes": 5}, {"minutes": 5}),
        ("HassIncreaseTimer", "Five more", {"minutes": 5, **ZEROS, "start_minutes": 5}, {"minutes": 5}),
        ("HassDecreaseTimer", "Five less on the ten", {"minutes": 5, "start_minutes": 10}, None),
        ("HassCancelTimer", "Stop the timer", {**ZEROS}, {}),
        ("HassTimerStatus", "How long?", {**ZEROS, "area": "Attic"}, {}),
        ("HassCancelTimer", "Stop it", {"start_hours": 18}, {}),
        ("HassCancelTimer", "", {"start_hours": 18}, None),
        ("HassPauseTimer", "The five minutes", {**ZEROS, "start_minutes": 5}, None),
        ("HassCancelTimer", "Stop the egg timer", {"name": "Egg"}, None),
        ("HassCancelTimer", "", {"name": "Egg", "area": "Attic"}, None),
        ("HassCancelAllTimers", "Stop all", {"area": "Attic"}, None),
        ("Mine", "Go", {**ZEROS, "name": "Demo"}, None),
    ],
)  # fmt: skip
def test_timer(
    intent_type: str, said: str, arguments: dict[str, Any], kept: dict[str, Any] | None
) -> None:
    """What the user did not say is left out and told; all else stays as it is."""
    repaired = _repaired(intent_type, arguments, said)
    assert repaired.arguments == (arguments if kept is None else kept)
    assert bool(repaired.notes) == (kept is not None)


def _repaired(
    intent_type: str,
    arguments: dict[str, Any],
    said: str,
    running: Sequence[str | None] = SEVERAL,
) -> Repaired:
    """Return repaired arguments."""
    words = UserWords([said] if said else None)
    return repair_timer(intent_type, arguments, words, now=NOW, running=running)


@pytest.mark.parametrize(
    ("start", "is_kept"),
    [
        ({"start_hours": 15, "start_minutes": 14, "start_seconds": 0}, False),
        ({"start_hours": 15, "start_minutes": 11}, False),
        ({"start_hours": 15, "start_minutes": 5}, True),
        ({"start_hours": 15, "start_minutes": 16}, True),
        ({"start_hours": 15, "start_minutes": 14, "start_seconds": 30}, True),
        ({"start_hours": 15}, True),
        ({"start_hours": 0, "start_minutes": 14}, True),
        ({"start_hours": 25, "start_minutes": 14}, True),
        ({"start_hours": 15, "start_minutes": 61}, True),
    ],
)
def test_time_of_day_is_no_length(start: dict[str, int], is_kept: bool) -> None:
    """No timer was started with the time that it is."""
    arguments = {"minutes": 5, **start}
    repaired = _repaired("HassIncreaseTimer", arguments, "Five minutes more")
    assert repaired.arguments == (arguments if is_kept else {"minutes": 5})
    assert bool(repaired.notes) == (not is_kept)


def test_full_hour_is_no_length() -> None:
    """At three o'clock, no minutes are left of the time that was told."""
    for start in ({"start_hours": 15}, {"start_hours": 15, "start_minutes": 0}):
        arguments = {"minutes": 5, **start}
        words, now = UserWords(["Five minutes more"]), NOW.replace(minute=2)
        repaired = repair_timer(
            "HassIncreaseTimer", arguments, words, now=now, running=SEVERAL
        )
        assert repaired.arguments == {"minutes": 5}


@pytest.mark.parametrize(
    ("running", "is_kept"),
    [((None,), False), (("",), False), (("Egg",), True), ((), True), (SEVERAL, True)],
)
def test_only_timer_needs_no_name(running: Sequence[str | None], is_kept: bool) -> None:
    """The only timer is meant, if it has no name that could be another's."""
    arguments = {"name": "Dinner is ready"}
    said = "Stop the timer, dinner is ready"
    repaired = _repaired("HassCancelTimer", arguments, said, running)
    assert repaired.arguments == (arguments if is_kept else {})
    assert bool(repaired.notes) == (not is_kept)


def test_name_of_new_timer_stays() -> None:
    """A timer that is started may have a name beside one without."""
    arguments = {"minutes": 9, "name": "Pizza"}
    repaired = _repaired("HassStartTimer", arguments, "Nine minutes, pizza", [None])
    assert repaired.arguments == arguments
