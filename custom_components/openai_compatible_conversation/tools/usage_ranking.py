"""Which tools a home uses a lot, most used first. Knows no Home Assistant."""

from collections.abc import Iterable, Mapping
import math
from typing import Any

MAX_USUAL = 12

HALF_LIFE = 14 * 86400
"""Seconds after which a use counts half."""

MAX_COUNTED = 500

FIRST = ("HassTurnOn", "HassTurnOff", "GetLiveContext")
"""What a home begins with, without the integrations that they belong to."""


class UsageRanking:
    """How often each tool was used, what is long ago counting less.

    Knows no clock: times are given, in seconds since 1970.
    """

    def __init__(self, used: Mapping[str, tuple[float, float]] | None = None) -> None:
        """Initialize with a number of uses and its time for each tool."""
        self._used = dict(used or {})

    def count(self, name: str, now: float) -> None:
        """Count a use."""
        self._used[name] = (self._uses(name, now) + 1, now)
        if len(self._used) > MAX_COUNTED:
            del self._used[min(self._used, key=lambda n: self._uses(n, now))]

    def usual(self, names: Iterable[str], now: float) -> list[str]:
        """Return those of the names that are used most, most used first.

        A home that has used few has those besides that every home begins with.
        Ranks are coarse, for a change of the order costs a server its prompt cache.
        """
        present = list(names)
        ranks = {
            name: math.floor(math.log2(uses) * 2)
            for name in present
            if (uses := self._uses(name, now)) > 0.1
        }
        used = sorted(ranks, key=lambda name: (-ranks[name], name))
        first = [
            name
            for end in FIRST
            for name in present
            if name.rpartition("__")[2] == end and name not in ranks
        ]
        return [*used, *first][:MAX_USUAL]

    def to_json(self) -> dict[str, list[float]]:
        """Return what is to be remembered, as JSON."""
        return {name: list(uses) for name, uses in self._used.items()}

    @classmethod
    def from_json(cls, data: Any) -> UsageRanking:
        """Return what was remembered, as far as it can be read."""
        used = {}
        for name, value in data.items() if isinstance(data, Mapping) else ():
            match value:
                case [int() | float() as uses, int() | float() as at]:
                    used[str(name)] = (float(uses), float(at))
        return cls(used)

    def _uses(self, name: str, now: float) -> float:
        """Return how much a tool was used, as it counts now."""
        uses, at = self._used.get(name, (0.0, now))
        return uses * math.exp2(-max(now - at, 0) / HALF_LIFE)
