"""Trying examples for as long as there is time."""

from collections.abc import Callable
import os
import time

from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

SECONDS = float(os.environ.get("FUZZ_SECONDS") or 10)
"""Seconds for all fuzzing together, the looking for a smaller example not counted."""

TIMEOUT = SECONDS + 400
"""Seconds after which a test is stuck."""

_BATCH = 100

tried: dict[str, int] = {}
"""How many examples each test tried."""


def fuzz[ExampleT](
    name: str,
    share: float,
    strategy: SearchStrategy[ExampleT],
    check: Callable[[ExampleT], None],
) -> None:
    """Check examples until a share of the time has gone; what fails is made small."""
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
