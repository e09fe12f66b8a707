"""Tables of results with goals."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median, quantiles
from typing import Any

from .measure import tell

OURS = "ours"
THEIRS = "llama_cpp"
SUBJECTS = (OURS, THEIRS, "SDK")


@dataclass(frozen=True)
class Spread:
    """Median and quartiles of samples."""

    median: float
    low: float
    high: float
    count: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Return the spread of samples."""
        if len(values) == 1:
            return cls(values[0], values[0], values[0], 1)
        low, _, high = quantiles(values, n=4, method="inclusive")
        return cls(median(values), low, high, len(values))

    def __str__(self) -> str:
        """Return the median, with the quartiles of more than one sample."""
        text = number(self.median)
        if self.count == 1:
            return text
        return f"{text} ({number(self.low)} to {number(self.high)})"


@dataclass(frozen=True)
class Row:
    """A result of each subject; lower is better."""

    key: str
    title: str
    unit: str
    values: Mapping[str, Spread]
    goal: float | None = None
    """Maximum ratio of ours to theirs, None without a goal."""
    most: float | None = None
    """Maximum of ours, None without a goal."""

    @property
    def ratio(self) -> float:
        """Return the ratio of ours to theirs."""
        return self.values[OURS].median / self.values[THEIRS].median

    @property
    def met(self) -> bool:
        """Return whether the goals were met, or there are none."""
        return all(value <= goal for value, goal, _ in self._goals)

    @property
    def verdict(self) -> str:
        """Return the goals and whether they were met as text, empty without goals."""
        return ", ".join(
            f"goal <= {goal:g}{unit}: {'met' if value <= goal else 'MISSED'}"
            for value, goal, unit in self._goals
        )

    @property
    def _goals(self) -> list[tuple[float, float, str]]:
        """Return what is measured for each goal, the goal, and its unit."""
        goals = []
        if self.goal is not None:
            goals.append((self.ratio, self.goal, ""))
        if self.most is not None:
            goals.append((self.values[OURS].median, self.most, f" {self.unit}"))
        return goals

    def as_dict(self) -> dict[str, Any]:
        """Return the row as JSON-serializable data."""
        return {**asdict(self), "ratio": self.ratio, "met": self.met}


def show(rows: Sequence[Row]) -> bool:
    """Print rows; return whether all goals were met."""
    title = max(len(row.title) + len(row.unit) for row in rows) + 4
    widths = {
        name: max(len(str(row.values.get(name, ""))) for row in rows) + 3
        for name in SUBJECTS
    }
    head = "".join(name.ljust(width) for name, width in widths.items())
    tell(f"  {'':{title}}{head}ratio")
    for row in rows:
        cells = "".join(
            str(row.values.get(name, "")).ljust(width) for name, width in widths.items()
        )
        name = f"{row.title}, {row.unit}".ljust(title)
        tell(f"  {name}{cells}{row.ratio:5.2f}   {row.verdict}".rstrip())
    missed = [row.title for row in rows if not row.met]
    if missed:
        tell(f"  MISSED: {'; '.join(missed)}")
    return not missed


def number(value: float) -> str:
    """Return a number with about three significant digits."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
