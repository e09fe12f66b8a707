"""Retry policy for servers that cannot respond yet."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite

from .errors import (
    CannotConnectError,
    CompletionError,
    GarbledAnswerError,
    ModelLoadingError,
    NoTlsError,
    RateLimitedError,
    ServerBusyError,
    UnreachableError,
    UntrustedCertificateError,
)

DELAYS = (0.5, 1.0, 2.0)
"""Seconds before each retry, unless the server asks for more."""

LOADING_DELAY = 1.0
"""Seconds between retries while the server is loading its model."""

MAX_RETRY_AFTER = 20.0
"""Maximum seconds that a server may ask for, as a user is waiting."""


_TRANSIENT = CannotConnectError | RateLimitedError | ServerBusyError
_LASTING = NoTlsError | UnreachableError | UntrustedCertificateError


class RetryPolicy:
    """Decides when one request is retried.

    No attempt starts later than `limit` seconds after the policy was created.
    """

    def __init__(self, limit: float, clock: Callable[[], float]) -> None:
        """Initialize before the first attempt; `clock` returns seconds."""
        self._clock = clock
        self._end = clock() + limit
        self._delays = iter(DELAYS)
        self._immediate_retry = iter((0.0,))

    def next_delay(self, error: CompletionError) -> float | None:
        """Return the seconds to wait before the next attempt, None to give up."""
        delay: float | None
        if isinstance(error, ModelLoadingError):
            delay = LOADING_DELAY
        elif isinstance(error, GarbledAnswerError):
            delay = next(self._immediate_retry, None)
        elif isinstance(error, _TRANSIENT) and not isinstance(error, _LASTING):
            delay = next(self._delays, None)
        else:
            return None
        if delay is None or (error.retry_after or 0) > MAX_RETRY_AFTER:
            return None
        delay = max(delay, error.retry_after or 0)
        return delay if self._clock() + delay < self._end else None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a response asks to wait, None if it does not.

    Format: RFC 9110, 10.2.3: seconds, or a date; `Retry-After-Ms` is OpenAI's own.
    """
    if (milliseconds := _non_negative(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    if (seconds := _non_negative(value)) is not None or not value:
        return seconds
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(0.0, (date - datetime.now(UTC)).total_seconds())


def _non_negative(value: str | None) -> float | None:
    """Return a header value as a non-negative number, None if it is not one."""
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if isfinite(number) and number >= 0 else None
