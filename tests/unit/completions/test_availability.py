"""Tests of when a server that was down is asked again."""

import pytest

from custom_components.openai_compatible_conversation.completions.availability import (
    MAX_ASKED_PAUSE,
    MAX_PAUSE,
    MIN_PAUSE,
    Availability,
    is_unavailable,
)
from custom_components.openai_compatible_conversation.completions.errors import (
    CannotConnectError,
    CompletionError,
    ConnectionLostError,
    ContentFilterError,
    ContextTooLongError,
    ImagesNotSupportedError,
    InvalidAuthError,
    ModelLoadingError,
    ModelNotFoundError,
    QuotaError,
    RateLimitedError,
    RepetitionError,
    ServerBusyError,
    ServerFailedError,
    ServerTimeoutError,
    UnreachableError,
)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        """Initialize at some time."""
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Return a clock."""
    return Clock()


@pytest.fixture
def availability(clock: Clock) -> Availability:
    """Return the availability of a server that was not asked yet."""
    return Availability(clock)


@pytest.mark.parametrize(
    "error",
    [
        CannotConnectError,
        UnreachableError,
        ConnectionLostError,
        ServerTimeoutError,
        RateLimitedError,
        ServerBusyError,
        ModelLoadingError,
        ModelNotFoundError,
    ],
)
def test_unavailable(error: type[CompletionError]) -> None:
    """A server that nobody gets an answer from is unavailable."""
    assert is_unavailable(error())


@pytest.mark.parametrize(
    "error",
    [
        CompletionError,
        InvalidAuthError,
        QuotaError,
        ServerFailedError,
        ContextTooLongError,
        ImagesNotSupportedError,
        ContentFilterError,
        RepetitionError,
    ],
)
def test_not_unavailable(error: type[CompletionError]) -> None:
    """What is wrong with a request, a key or an account is for the user to mend."""
    assert not is_unavailable(error())


def test_available_until_failure(availability: Availability, clock: Clock) -> None:
    """A server that was not asked yet is asked by everybody."""
    assert availability.is_available
    assert [availability.claim() for _ in range(3)] == [True] * 3
    assert not availability.add_success()
    assert availability.add_failure(clock.now)
    assert not availability.is_available


def test_pause_grows(availability: Availability, clock: Clock) -> None:
    """Each failure doubles the pause, up to a limit; a success forgets all of them."""
    pauses = []
    for _ in range(8):
        availability.add_failure(clock.now)
        assert not availability.claim()
        start = clock.now
        while not availability.is_due:
            clock.now += 5
        pauses.append(clock.now - start)
        assert availability.claim()
    assert pauses[:4] == [MIN_PAUSE * factor for factor in (1, 2, 4, 8)]
    assert pauses[-1] == pauses[-2] == MAX_PAUSE
    assert availability.add_success()
    assert availability.add_failure(clock.now)
    clock.now += MIN_PAUSE
    assert availability.claim()


def test_pause_is_as_long_as_the_wait(availability: Availability, clock: Clock) -> None:
    """A server that took long to fail is asked again no sooner than after that time."""
    clock.now += 180
    availability.add_failure(clock.now - 180)
    clock.now += 179
    assert not availability.is_due
    clock.now += 1
    assert availability.is_due


@pytest.mark.parametrize(
    ("retry_after", "pause"),
    [(None, MIN_PAUSE), (1, MIN_PAUSE), (100, 100), (1e9, MAX_ASKED_PAUSE)],
)
def test_server_asks_for_pause(
    availability: Availability, clock: Clock, retry_after: float | None, pause: float
) -> None:
    """A server is left alone for as long as it asks for, within a limit."""
    availability.add_failure(clock.now, retry_after)
    clock.now += pause - 1
    assert not availability.is_due
    clock.now += 1
    assert availability.is_due


def test_end_of_pause(availability: Availability, clock: Clock) -> None:
    """A pause can be ended, and is as short as the first one if that was too soon."""
    for _ in range(3):
        availability.add_failure(clock.now)
    availability.end_pause()
    assert not availability.is_available
    assert availability.claim()
    availability.add_failure(clock.now)
    clock.now += MIN_PAUSE
    assert availability.is_due


def test_one_at_a_time(availability: Availability, clock: Clock) -> None:
    """One turn asks a server that was down; if it is cancelled, another does later."""
    availability.add_failure(clock.now)
    clock.now += MIN_PAUSE
    assert [availability.claim() for _ in range(3)] == [True, False, False]
    clock.now += MIN_PAUSE
    assert availability.claim()


def test_failures_at_once(availability: Availability, clock: Clock) -> None:
    """Requests that were under way at the first failure do not make the pause grow."""
    started_at = clock.now
    clock.now += 4
    assert availability.add_failure(started_at)
    clock.now += 1
    assert not availability.add_failure(started_at + 1)
    assert not availability.add_failure(started_at + 2)
    clock.now += MIN_PAUSE - 1
    assert availability.is_due


def test_late_success(availability: Availability, clock: Clock) -> None:
    """An answer to a request that was sent before a failure shows a server that works."""
    availability.add_failure(clock.now)
    assert availability.add_success()
    assert availability.claim()
