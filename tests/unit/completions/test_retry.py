"""Test the retry policy."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from custom_components.openai_compatible_conversation.completions.errors import (
    CannotConnectError,
    CompletionError,
    GarbledAnswerError,
    InvalidAuthError,
    ModelLoadingError,
    RateLimitedError,
    ServerBusyError,
    ServerFailedError,
    ServerTimeoutError,
    UnreachableError,
)
from custom_components.openai_compatible_conversation.completions.retry import (
    DELAYS,
    MAX_RETRY_AFTER,
    RetryPolicy,
    retry_after,
)


class Clock:
    """A clock that is set manually."""

    now = 100.0

    def __call__(self) -> float:
        """Return the current time in seconds."""
        return self.now


def _delays(error: CompletionError, limit: float = 60) -> list[float]:
    """Return the delays of all retries if the error persists."""
    clock = Clock()
    policy = RetryPolicy(limit, clock)
    delays = []
    while (delay := policy.next_delay(error)) is not None:
        delays.append(delay)
        clock.now += delay
    return delays


@pytest.mark.parametrize(
    "kind", [CannotConnectError, RateLimitedError, ServerBusyError]
)
def test_transient(kind: type[CompletionError]) -> None:
    """A server that is down or busy is retried a few times."""
    assert _delays(kind()) == list(DELAYS)


@pytest.mark.parametrize(
    "kind",
    [
        InvalidAuthError,
        ServerFailedError,
        ServerTimeoutError,
        UnreachableError,
        CompletionError,
    ],
)
def test_permanent(kind: type[CompletionError]) -> None:
    """A permanent error is not retried."""
    assert not _delays(kind())


def test_garbled() -> None:
    """Garbled output is retried once, without a delay."""
    assert _delays(GarbledAnswerError()) == [0]


def test_loading() -> None:
    """A loading model is retried until the limit."""
    assert 55 <= sum(_delays(ModelLoadingError())) < 60


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, list(DELAYS)), (3, [3, 3, 3]), (MAX_RETRY_AFTER + 1, [])],
)
def test_retry_after(seconds: float, expected: list[float]) -> None:
    """Retry-After takes precedence, unless it is too long."""
    error = RateLimitedError()
    error.retry_after = seconds
    assert _delays(error) == expected


def test_limit() -> None:
    """No attempt starts after the limit."""
    error = RateLimitedError()
    error.retry_after = 4
    assert _delays(error, limit=10) == [4, 4]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 -0000"}, 0),
    ],
)
def test_header(headers: dict[str, str], seconds: float | None) -> None:
    """The header is parsed in each of its formats; invalid values are ignored."""
    assert retry_after(headers) == seconds


def test_header_with_a_date() -> None:
    """A date is converted to the seconds until then."""
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    seconds = retry_after({"retry-after": date})
    assert seconds is not None
    assert 28 <= seconds <= 30
