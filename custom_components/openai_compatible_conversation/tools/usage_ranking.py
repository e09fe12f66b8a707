"""Ranking of tools by usage that decays with time. Independent of Home Assistant."""

from collections.abc import Iterable, Mapping
import math
from typing import Any

MAX_USUAL = 12
"""Maximum number of usual tools."""

HALF_LIFE = 14 * 86400
"""Seconds after which a use counts half."""

MAX_COUNTED = 500
"""Maximum number of tools whose uses are counted."""

INITIAL_TOOLS = ("HassTurnOn", "HassTurnOff", "GetLiveContext")
"""The usual tools of a new home, without the prefix of their integration."""


class UsageRanking:
    """Use counts of tools, which decay exponentially.

    Has no clock: times are passed in, in seconds since 1970.
    """

    def __init__(self, used: Mapping[str, tuple[float, float]] | None = None) -> None:
        """Initialize with a use count, and the time at which it was valid, per tool."""
        self._used = dict(used or {})

    def count(self, name: str, now: float) -> None:
        """Count a use; evict the least used tool beyond `MAX_COUNTED`."""
        self._used[name] = (self._uses(name, now) + 1, now)
        if len(self._used) > MAX_COUNTED:
            del self._used[min(self._used, key=lambda n: self._uses(n, now))]

    def usual(self, names: Iterable[str], now: float) -> list[str]:
        """Return the most used of the tools, most used first.

        The usual tools of a new home are appended if there is room. Ranks are coarse,
        because a change of the order invalidates the server's prompt cache.
        """
        available = list(names)
        ranks = {
            name: math.floor(math.log2(uses) * 2)
            for name in available
            if (uses := self._uses(name, now)) > 0.1
        }
        used = sorted(ranks, key=lambda name: (-ranks[name], name))
        initial = [
            name
            for short_name in INITIAL_TOOLS
            for name in available
            if name.rpartition("__")[2] == short_name and name not in ranks
        ]
        return [*used, *initial][:MAX_USUAL]

    def to_json(self) -> dict[str, list[float]]:
        """Return the counts as JSON: a list of count and time per tool."""
        return {name: list(uses) for name, uses in self._used.items()}

    @classmethod
    def from_json(cls, data: Any) -> UsageRanking:
        """Return a ranking from JSON; invalid items are skipped."""
        used = {}
        for name, value in data.items() if isinstance(data, Mapping) else ():
            match value:
                case [int() | float() as uses, int() | float() as at]:
                    used[str(name)] = (float(uses), float(at))
        return cls(used)

    def _uses(self, name: str, now: float) -> float:
        """Return the decayed use count of a tool."""
        uses, at = self._used.get(name, (0.0, now))
        return uses * math.exp2(-max(now - at, 0) / HALF_LIFE)
