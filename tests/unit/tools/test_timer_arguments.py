"""Tests of the arguments of timer intents."""

from typing import Any

import pytest

from custom_components.openai_compatible_conversation.tools.timer_arguments import (
    repair_timer,
)
from custom_components.openai_compatible_conversation.tools.user_words import UserWords

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
    repaired = repair_timer(intent_type, arguments, UserWords([said] if said else None))
    assert repaired.arguments == (arguments if kept is None else kept)
    assert bool(repaired.notes) == (kept is not None)
