"""Suspects that a server cuts prompts that are too long, without saying so.

Ollama above all does: what does not fit its context is dropped, and the model answers
without what it was told. What gives it away is `usage.prompt_tokens`, which stays at
the size of the context while what is sent grows. Servers that count wrongly, or leave
out what they had cached, differ: their counts are small, or vary from one to the next.
"""

from .request_size import RequestSize
from .token_rates import TokenRates, is_possible

MIN_EVIDENCE = 3
"""Counts in succession that have to stay behind what was sent."""

MIN_CUT = 1000
"""Tokens below which no server cuts: what it counts is something else."""

CHECK_AFTER = 86_400.0
"""Seconds after which longer prompts are sent again, to see whether they are cut."""

_SPREAD = 1.4
"""How many times the smallest of such counts the largest may be."""

_MARGIN = 1.1
"""How many times the cut a count is that shows that there is none."""

_LEAST_GROWTH = 0.15
"""Share of what a request has more than the last one by which its count has to grow.

Tokenizers differ by less than that.
"""

_MIN_GROWTH = 12
"""Tokens by which a request has to be longer than the last one to be compared."""


class SilentCut:
    """The evidence on one model that its server cuts prompts. Times are in seconds."""

    def __init__(self) -> None:
        """Initialize without evidence."""
        self.size: int | None = None
        """The size in tokens to which prompts seem to be cut."""
        self._seen_at = 0.0
        self._short: list[int] = []
        self._largest = 0
        self._last: tuple[RequestSize, int] | None = None

    def limit(self, now: float) -> int | None:
        """Return the size that prompts should not exceed, None while that is checked."""
        return self.size if abs(now - self._seen_at) < CHECK_AFTER else None

    def observe(
        self, rates: TokenRates, size: RequestSize, counted: int, now: float
    ) -> bool:
        """Take in what a server counted in a request.

        Returns whether the number may be right, so that it can be learned from.
        """
        has_grown = self._has_grown(rates, size, counted)
        is_short = counted < rates.at_least(size)
        if has_grown is False or (is_short and not has_grown):
            self._add_short(counted, now)
            return False
        if is_short or not is_possible(size, counted):
            # It counts something else.
            self._short.clear()
            return False
        if self.size and counted > self.size * _MARGIN:
            self.size = None
        if has_grown:
            self._short.clear()
        elif self._short or (self.size and counted > self.size / _MARGIN):
            # It may be cut as those before.
            return False
        self._largest = max(self._largest, counted)
        return True

    def restore(self, size: int, seen_at: float) -> None:
        """Restore what was suspected at a time."""
        self.size, self._seen_at = size, seen_at

    @property
    def seen_at(self) -> float:
        """Return when prompts were last seen to be cut."""
        return self._seen_at

    def _add_short(self, counted: int, now: float) -> None:
        """Add a count that stays behind, and conclude from it and those before."""
        self._short = [*self._short, counted][-MIN_EVIDENCE:]
        most = max(self._short)
        if (
            len(self._short) == MIN_EVIDENCE
            and most >= MIN_CUT
            and most <= min(self._short) * _SPREAD
            # What was once read in full is not too long.
            and self._largest <= most * _MARGIN
        ):
            self.size, self._seen_at = most, now

    def _has_grown(
        self, rates: TokenRates, size: RequestSize, counted: int
    ) -> bool | None:
        """Return whether a count has grown with what was sent, None if nobody knows."""
        more = size.beyond(self._last[0]) if self._last else None
        if self._last is None or more is None:
            self._last = size, counted
            return None
        expected = rates.expected(more)
        if expected < _MIN_GROWTH:
            return None
        growth = counted - self._last[1]
        self._last = size, counted
        # Templates leave out the reasoning of earlier turns.
        return None if more.reasoning else growth >= expected * _LEAST_GROWTH
