"""How long a server that cannot answer yet is waited for."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite

from .errors import (
    CannotConnectError,
    CompletionError,
    GarbledAnswerError,
    ModelLoadingError,
    RateLimitedError,
    ServerBusyError,
    UnreachableError,
)

DELAYS = (0.5, 1.0, 2.0)
"""Seconds before each further try, where the server names none."""

LOADING_DELAY = 1.0
"""Seconds between two looks at a server that is loading its model."""

MAX_RETRY_AFTER = 20.0
"""Seconds that a server may ask for; somebody is waiting for the answer."""


_PASSING = CannotConnectError | RateLimitedError | ServerBusyError


class RetryPolicy:
    """The tries of one request, none of which begins later than `limit` seconds from now."""

    def __init__(self, limit: float, clock: Callable[[], float]) -> None:
        """Initialize before the first try, with a clock that counts seconds."""
        self._clock = clock
        self._end = clock() + limit
        self._delays = iter(DELAYS)
        self._once_more = iter((0.0,))

    def next_delay(self, error: CompletionError) -> float | None:
        """Return the seconds to wait before the next try, None if there is none."""
        delay: float | None
        if isinstance(error, ModelLoadingError):
            delay = LOADING_DELAY
        elif isinstance(error, GarbledAnswerError):
            delay = next(self._once_more, None)
        elif isinstance(error, _PASSING) and not isinstance(error, UnreachableError):
            delay = next(self._delays, None)
        else:
            return None
        if delay is None or (error.retry_after or 0) > MAX_RETRY_AFTER:
            return None
        delay = max(delay, error.retry_after or 0)
        return delay if self._clock() + delay < self._end else None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds after which a response wants the next request, if it says.

    Format: RFC 9110, 10.2.3: seconds, or a date; `Retry-After-Ms` is OpenAI's own.
    """
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    if (seconds := _number(value)) is not None or not value:
        return seconds
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(0.0, (date - datetime.now(UTC)).total_seconds())


def _number(value: str | None) -> float | None:
    """Return a header's value as a number that is not negative, if it is one."""
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if isfinite(number) and number >= 0 else None
