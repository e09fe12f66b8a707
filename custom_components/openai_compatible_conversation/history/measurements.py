"""The lowest, the highest and the mean of what an entity measured.

Does not depend on Home Assistant.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
import math


@dataclass(frozen=True, slots=True)
class Measurement:
    """What an entity measured between two times."""

    start: datetime
    end: datetime
    mean: float
    lowest: float
    highest: float
    at: datetime | None = None
    """When it was measured, if it is one value."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The lowest, the highest and the mean value in a time."""

    lowest: float
    lowest_at: datetime
    highest: float
    highest_at: datetime
    mean: float


def measurements_of(
    states: Sequence[tuple[str, datetime]], start: datetime, end: datetime
) -> list[Measurement]:
    """Return the numbers among states, each until the next state.

    A state that is no number ends the one before it, such as `unavailable`.
    """
    ends = [at for _, at in states[1:]] + [end]
    return [
        Measurement(max(at, start), until, value, value, value, max(at, start))
        for (state, at), until in zip(states, ends, strict=True)
        if (value := _number(state)) is not None
    ]


def summary_of(measurements: Iterable[Measurement]) -> Summary | None:
    """Return a summary, None of nothing. The mean is weighted by time."""
    known = list(measurements)
    if not known:
        return None
    lowest = min(known, key=lambda one: one.lowest)
    highest = max(known, key=lambda one: one.highest)
    seconds = [max((one.end - one.start).total_seconds(), 0.0) for one in known]
    # Values at one moment count alike.
    weights = seconds if sum(seconds) else [1.0] * len(known)
    mean = sum(
        one.mean * weight for one, weight in zip(known, weights, strict=True)
    ) / sum(weights)
    return Summary(
        lowest.lowest,
        lowest.at or lowest.start,
        highest.highest,
        highest.at or highest.start,
        mean,
    )


def _number(state: str) -> float | None:
    """Return a state as a number, None if it is none."""
    try:
        value = float(state)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
