"""How many tokens a text takes, learned from what a server counts.

Tokenizers differ most in the scripts that they have few words of: one takes four times
as many tokens for Hindi as another. So each script has a rate of its own, and so have
the parts of a request that chat templates treat differently. They start with what
common tokenizers take, and each count of a server moves those that it is about: a
Kalman filter whose rates are independent of each other.

Decision record: docs/decisions/0021-budgets-are-counted-in-tokens.md.
"""

from collections.abc import Callable, Mapping
from math import ceil, isfinite, sqrt
from typing import Any, Self

from .priors import FEATURES, RATES
from .request_size import RequestMeter, RequestSize, weigh
from .scripts import SCRIPTS

type Count = Callable[[str], int]
"""Returns the number of tokens of a text."""

_UNCERTAINTY = 0.4
"""Standard deviation of a prior, as a share of it."""

_LEAST_UNCERTAINTY = 0.05
"""The same after many counts: a home's language and its names change."""

_NOISE = 6.0
_NOISE_SHARE = 0.02
"""Standard deviation of what a count of tokens deviates from the rates."""

_MIN_MORE = 20.0
"""Tokens by which a request has to be longer than the last one to learn from that."""

_DRIFT = 0.1
"""Change of a rate, as a share of it, after which texts are counted again."""

_SURE = 2.5
"""Standard deviations that make sure."""

_SYSTEM_PROMPT = FEATURES.index("system_prompt")
_DEFINITIONS = FEATURES.index("definitions")
_IS_FIXED = [name in ("system_prompt", "definitions", "requests") for name in FEATURES]


class TokenRates:
    """Tokens of what one model is sent, by script and by part of the request."""

    def __init__(self) -> None:
        """Initialize with what common tokenizers take."""
        self.meter = RequestMeter()
        self.learned = 0
        """The number of counts that were learned from."""
        self._values = [rate.prior for rate in RATES]
        self._variances = [(rate.prior * _UNCERTAINTY) ** 2 for rate in RATES]
        self._last: tuple[RequestSize, int] | None = None
        self._counted_with = list(self._values)
        self._count: Count = self.tokens

    @property
    def count(self) -> Count:
        """Return `tokens`, as the same object for as long as it returns about the same.

        So it tells whether what it counted before still holds.
        """
        return self._count

    def tokens(self, text: str) -> int:
        """Return how many tokens a text takes in a message, rounded up."""
        return ceil(weigh(self.meter.counts(text), self._values[: len(SCRIPTS)]))

    def system_prompt_tokens(self, text: str) -> int:
        """Return how many tokens a text takes in the system prompt, rounded up."""
        return ceil(self.meter.weight(text) * self._values[_SYSTEM_PROMPT])

    def definition_tokens(self, text: str) -> int:
        """Return how many tokens a definition of a tool takes as JSON, rounded up."""
        return ceil(self.meter.weight(text) * self._values[_DEFINITIONS])

    def expected(self, size: RequestSize) -> float:
        """Return how many tokens a request takes."""
        return _dot(size, self._values)

    def fixed(self, size: RequestSize) -> int:
        """Return how many tokens of a request are no messages of turns, rounded up."""
        values = zip(size.vector, self._values, _IS_FIXED, strict=True)
        return ceil(sum(a * b for a, b, is_fixed in values if is_fixed))

    def at_least(self, size: RequestSize) -> float:
        """Return how many tokens a request takes at least, as far as that is known."""
        variance = sum(
            amount**2 * variance
            for amount, variance in zip(size.vector, self._variances, strict=True)
        )
        return max(least_tokens(size), self.expected(size) - _SURE * sqrt(variance))

    @property
    def per_character(self) -> dict[str, float]:
        """Return the tokens per character by script, as they are known now."""
        return {name: round(self._values[i], 3) for i, name in enumerate(SCRIPTS)}

    def learn(self, size: RequestSize, counted: int) -> bool:
        """Learn from the number of tokens that a server counted in a request.

        What a request has more than the last one tells most: the beginning, which is
        the same, cannot be off. Returns False for a number that cannot be right.
        """
        last, self._last = self._last, None
        more, tokens = size, counted
        if last and (beyond := size.beyond(last[0])):
            more, tokens = beyond, counted - last[1]
            if self.expected(more) < _MIN_MORE:
                self._last = last
                return is_possible(size, counted)
        if not is_possible(more, tokens) or not is_possible(size, counted):
            return False
        self._last = size, counted
        self._update(more, tokens)
        return True

    def _update(self, size: RequestSize, tokens: int) -> None:
        """Move the rates towards what explains the tokens of something."""
        error = tokens - self.expected(size)
        noise = _NOISE + _NOISE_SHARE * tokens
        gains = [
            amount * variance
            for amount, variance in zip(size.vector, self._variances, strict=True)
        ]
        spread = noise**2 + sum(
            amount * gain for amount, gain in zip(size.vector, gains, strict=True)
        )
        for index, (rate, gain) in enumerate(zip(RATES, gains, strict=True)):
            share = gain / spread
            value = self._values[index] + share * error
            self._values[index] = min(max(value, rate.low), rate.high)
            least = (rate.prior * _LEAST_UNCERTAINTY) ** 2
            variance = self._variances[index] * (1 - share * size.vector[index])
            self._variances[index] = max(variance, least)
        self.learned += 1
        if any(
            abs(value - before) > before * _DRIFT
            for value, before in zip(self._values, self._counted_with, strict=True)
        ):
            self._counted_with = list(self._values)
            self._count = self.tokens

    def to_json(self) -> dict[str, Any]:
        """Return what was learned as a JSON object."""
        return {
            "learned": self.learned,
            "rates": {
                name: [self._values[i], self._variances[i]]
                for i, name in enumerate(FEATURES)
            },
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return what was stored; anything invalid in it is ignored."""
        result = cls()
        learned, rates = stored.get("learned"), stored.get("rates")
        if not isinstance(learned, int) or not isinstance(rates, Mapping):
            return result
        result.learned = max(learned, 0)
        for index, name in enumerate(FEATURES):
            if (pair := _pair(rates.get(name))) is not None:
                rate = RATES[index]
                result._values[index] = min(max(pair[0], rate.low), rate.high)
                result._variances[index] = min(pair[1], result._variances[index])
        return result


def is_possible(size: RequestSize, tokens: int) -> bool:
    """Return whether any common tokenizer takes this many tokens for a request."""
    return least_tokens(size) <= tokens <= _dot(size, [rate.high for rate in RATES])


def least_tokens(size: RequestSize) -> float:
    """Return how many tokens a request takes at least, whatever the tokenizer."""
    return _dot(size, [rate.low for rate in RATES])


def _dot(size: RequestSize, values: list[float]) -> float:
    """Return the tokens of a request by some rates."""
    return sum(a * b for a, b in zip(size.vector, values, strict=True))


def _pair(stored: object) -> tuple[float, float] | None:
    """Return a stored rate and its variance, None if they are invalid."""
    if not isinstance(stored, list) or len(stored) != 2:
        return None
    value, variance = stored
    for number in (value, variance):
        if isinstance(number, bool) or not isinstance(number, int | float):
            return None
        if not isfinite(number) or number < 0:
            return None
    return float(value), float(variance)
