"""Timing of several subjects in alternation, so that disturbances affect all alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import gc
from statistics import median
import sys
import time


@dataclass(frozen=True)
class Cost:
    """Time per unit in each round, in microseconds."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Return the median of the rounds."""
        return median(self.rounds)

    def __str__(self) -> str:
        """Return median and spread."""
        return f"{self.median:7.2f} µs   ({min(self.rounds):.2f} to {max(self.rounds):.2f})"

    def __sub__(self, other: Cost) -> Cost:
        """Return the differences by round."""
        pairs = zip(self.rounds, other.rounds, strict=True)
        return Cost(tuple(ours - theirs for ours, theirs in pairs))


def interleaved(
    subjects: Mapping[str, Callable[[], None]], *, units: int, rounds: int
) -> dict[str, Cost]:
    """Return the cost per unit of each subject, measured in alternation.

    The first round is a warm-up and not counted. Every other round is in reverse, so
    that no subject always follows the same one.
    """
    measured: dict[str, list[float]] = {name: [] for name in subjects}
    for number in range(rounds + 1):
        names = list(subjects) if number % 2 else list(subjects)[::-1]
        for name in names:
            gc.collect()
            begin = time.perf_counter()
            subjects[name]()
            elapsed = time.perf_counter() - begin
            if number:
                measured[name].append(elapsed / units * 1e6)
    return {name: Cost(tuple(values)) for name, values in measured.items()}


def tell(line: str = "") -> None:
    """Print a line and flush."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
