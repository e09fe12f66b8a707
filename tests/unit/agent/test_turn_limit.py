"""Tests of when a turn has to come to its end."""

import pytest

from custom_components.openai_compatible_conversation.agent.turn_limit import (
    MAX_FAILED_ROUNDS,
    TurnLimit,
)


def test_rounds() -> None:
    """The limit is reached with the last of the rounds, not before."""
    limit = TurnLimit(2)
    assert not limit.is_reached
    limit.add_round(0, 1, 0)
    assert not limit.is_reached
    limit.add_round(1, 2, 0)
    assert limit.is_reached


def test_failures() -> None:
    """Rounds with nothing but failures end a turn early."""
    limit = TurnLimit(25)
    for failed_rounds in range(MAX_FAILED_ROUNDS):
        limit.add_round(0, 1, failed_rounds)
        assert not limit.is_reached
    limit.add_round(0, 1, MAX_FAILED_ROUNDS)
    assert limit.is_reached


@pytest.mark.parametrize(
    ("ends", "reached"),
    [
        ((129.9,), False),
        ((130,), True),
        ((80, 129), False),
        ((80, 90, 140), True),
    ],
)
def test_time(ends: tuple[float, ...], reached: bool) -> None:
    """Time counts from the first token: a slow server reads the prompt before it."""
    limit = TurnLimit(25, max_seconds=60)
    for end in ends:
        limit.add_round(70, end, 0)
        assert limit.is_reached == (reached and end == ends[-1])
