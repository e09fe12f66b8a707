"""Time budget of the fuzz tests."""

from collections.abc import Callable
import os
import time

from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

SECONDS = float(os.environ.get("FUZZ_SECONDS") or 10)
"""Seconds for all fuzz tests together, without the shrinking of failures."""

TIMEOUT = SECONDS + 400
"""Timeout of a test, in seconds, with time for the shrinking."""

_BATCH = 100

tried: dict[str, int] = {}
"""Number of examples by test."""


def fuzz[ExampleT](
    name: str,
    share: float,
    strategy: SearchStrategy[ExampleT],
    check: Callable[[ExampleT], None],
) -> None:
    """Check examples for a share (0 to 1) of the time; failures are shrunk."""
    end = time.monotonic() + share * SECONDS
    tried[name] = 0

    @settings(
        max_examples=_BATCH,
        deadline=None,
        database=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def examples(example: ExampleT) -> None:
        tried[name] += 1
        check(example)

    while time.monotonic() < end:
        examples()
