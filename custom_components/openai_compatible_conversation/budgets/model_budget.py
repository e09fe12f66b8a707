"""What is known of the tokens of one model: its rates, and the size of its context."""

from collections import deque
from collections.abc import Mapping
from typing import Any, Literal, Self

from .request_size import RequestSize
from .shares import Shares, shares
from .silent_cut import MIN_EVIDENCE, SilentCut
from .token_rates import TokenRates

type Source = Literal["server", "refusal", "cut", "assumed"]
"""What the size of a context is known from; `cut` is a suspicion."""

REFUSAL_LASTS = 7 * 86_400.0
"""Seconds after which a request that would have been refused is sent again."""

MIN_SIZE = 500
MAX_SIZE = 100_000_000
"""Tokens within which a size may be that of a context."""

_UNTOLD_SHARE = 0.8
"""Share of a refused request that is taken for a size that the server did not tell."""

_LATEST = 20
"""Requests of which one was of a turn."""

_FIXED_SHARE = 0.4
"""Share of a context that system prompt and tools are taken for before a turn."""

type _Evidence = tuple[int, float]
"""A size in tokens, and when it was found, in seconds since the epoch."""


class ModelBudget:
    """The rates and the context of one model of a server.

    What the server says of its context comes first. What was found beside that holds
    until the server says something else.
    """

    def __init__(self) -> None:
        """Initialize with nothing known."""
        self.rates = TokenRates()
        self.cut = SilentCut()
        self._fixed: deque[int] = deque(maxlen=_LATEST)
        self._refusal: _Evidence | None = None
        self._told: int | None = None
        self._told_before: int | None = None
        """What the server had said when the refusal or the cut was found."""

    @property
    def fixed(self) -> int:
        """Return the tokens of system prompt and tools in a turn, 0 before any request.

        Those of tasks and of fact extraction are smaller.
        """
        return max(self._fixed, default=0)

    def tell(self, size: int | None) -> None:
        """Take in the size of the context that the server tells, None without one."""
        if size is None or size == self._told:
            return
        self._told = size
        if self._told_before != size:
            self._refusal = None
            self.cut = SilentCut()
            self._told_before = size

    def context(self, now: float) -> tuple[int | None, Source]:
        """Return the size of the context, None if it is not known, and its source."""
        found: list[tuple[int, Source]] = []
        if self._told:
            found.append((self._told, "server"))
        if self._refusal and abs(now - self._refusal[1]) < REFUSAL_LASTS:
            found.append((self._refusal[0], "refusal"))
        if cut := self.cut.limit(now):
            found.append((cut, "cut"))
        return min(found, default=(None, "assumed"))

    def shares(self, now: float, max_tokens: int | None) -> Shares:
        """Return what the parts of a request may take, with an answer of a length."""
        return shares(self.context(now)[0], max_tokens)

    def session(self, limits: Shares) -> int:
        """Return what the earlier turns may take beside system prompt and tools."""
        return limits.session(self.fixed or int(limits.prompt * _FIXED_SHARE))

    def add_count(self, size: RequestSize, counted: int, now: float) -> bool:
        """Take in what the server counted; return whether it is worth to be stored."""
        self._fixed.append(self.rates.fixed(size))
        before = self.cut.size, self._refusal
        if self.cut.observe(self.rates, size, counted, now):
            if self._refusal and counted > self._refusal[0]:
                self._refusal = None
            if self.rates.learn(size, counted) and _is_milestone(self.rates.learned):
                return True
        elif self.cut.size and self.rates.learned < MIN_EVIDENCE:
            # What was learned until now, it was from prompts that were cut.
            self.rates = TokenRates()
        return (self.cut.size, self._refusal) != before

    def add_refusal(self, size: RequestSize, limit: int | None, now: float) -> None:
        """Take in that a request was too long, with the limit that the server named."""
        self._fixed.append(self.rates.fixed(size))
        if limit is None:
            limit = int(self.rates.expected(size) * _UNTOLD_SHARE)
        if MIN_SIZE <= limit <= MAX_SIZE:
            self._refusal = limit, now

    def to_json(self) -> dict[str, Any]:
        """Return what is known as a JSON object."""
        return {
            **self.rates.to_json(),
            "told": self._told_before,
            "refusal": self._refusal and [*self._refusal],
            "cut": self.cut.size and [self.cut.size, self.cut.seen_at],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return what was stored; anything invalid in it is ignored."""
        result = cls()
        result.rates = TokenRates.from_json(stored)
        told = stored.get("told")
        result._told_before = told if isinstance(told, int) else None
        result._refusal = _evidence(stored.get("refusal"))
        if cut := _evidence(stored.get("cut")):
            result.cut.restore(*cut)
        return result


def _is_milestone(learned: int) -> bool:
    """Return whether a number of counts is a power of two: the first ones tell most."""
    return learned & (learned - 1) == 0


def _evidence(stored: object) -> _Evidence | None:
    """Return a stored size and its time, None if they are invalid."""
    match stored:
        case [int(size), float() | int() as at] if MIN_SIZE <= size <= MAX_SIZE:
            return size, float(at)
    return None
