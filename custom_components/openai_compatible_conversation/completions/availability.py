"""Whether a server can be asked, and when one that was down is asked again.

Decision record: docs/decisions/0015-another-server-when-this-one-is-down.md.
"""

from collections.abc import Callable

from .errors import (
    CannotConnectError,
    CompletionError,
    ModelFailedError,
    ModelLoadingError,
    ModelNotFoundError,
    RateLimitedError,
    ServerBusyError,
    ServerTimeoutError,
)

MIN_PAUSE = 30.0
"""Seconds until a server that was down is asked again, at the first failure."""

MAX_PAUSE = 900.0
"""Seconds beyond which the pause does not grow."""

MAX_ASKED_PAUSE = 3600.0
"""Maximum seconds that a server may ask for."""

_UNAVAILABLE = (
    CannotConnectError
    | ServerTimeoutError
    | RateLimitedError
    | ServerBusyError
    | ModelFailedError
    | ModelLoadingError
    | ModelNotFoundError
)


def is_unavailable(error: CompletionError) -> bool:
    """Return whether an error says that the server cannot answer any request now.

    It cannot be reached, is overloaded, or does not have its model. A refused key, a
    request that is refused and a server with a fault of its own are for the user to
    mend, and would be the same for each request.
    """
    return isinstance(error, _UNAVAILABLE)


class Availability:
    """Whether a server was available when it was last asked.

    Times are those of the clock, in seconds. Lives as long as the entry, so that a
    reload reports nothing twice.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Initialize for a server that was not asked yet, and counts as available."""
        self._clock = clock
        self._failed_at: float | None = None
        self._pause = 0.0
        self._ask_at = 0.0

    @property
    def is_available(self) -> bool:
        """Return whether the last request did not find the server unavailable."""
        return self._failed_at is None

    @property
    def is_due(self) -> bool:
        """Return whether the server is available, or its pause is over."""
        return self.is_available or self._clock() >= self._ask_at

    def claim(self) -> bool:
        """Return whether a turn should ask the server.

        One turn at a time finds out whether a server that was down is back. If that
        turn is cancelled, another may try after the same pause.
        """
        if not self.is_due:
            return False
        self._ask_at = self._clock() + self._pause
        return True

    def add_failure(self, started_at: float, retry_after: float | None = None) -> bool:
        """Add a request, sent at `started_at`, that found the server unavailable.

        The pause is at least as long as that request, and doubles with each failure.
        `retry_after` is what the server asks for. Returns whether the server was
        available until then.
        """
        now = self._clock()
        was_available = self.is_available
        if self._failed_at is not None and started_at < self._failed_at:
            # Sent before the server was known to be unavailable: nothing new.
            return False
        self._pause = min(max(2 * self._pause, MIN_PAUSE, now - started_at), MAX_PAUSE)
        self._failed_at = now
        self._ask_at = now + max(self._pause, min(retry_after or 0, MAX_ASKED_PAUSE))
        return was_available

    def end_pause(self) -> None:
        """Let the next turn ask the server, and the pause begin anew if it fails."""
        self._pause = self._ask_at = 0.0

    def add_success(self) -> bool:
        """Add a request that was answered; return whether the server was unavailable."""
        was_available = self.is_available
        self._failed_at, self._pause = None, 0.0
        return not was_available
