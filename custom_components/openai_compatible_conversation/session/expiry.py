"""The expiry of a session, when no turn is running or ended within the timeout."""

from collections.abc import Callable

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from .session_state import SessionState


class Expiry:
    """Ends a session that has expired, by a timer or when it is checked.

    The timer is not set until `async_start`, nor after `async_stop`.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        timeout: Callable[[], float],
        state: Callable[[], SessionState],
        is_busy: Callable[[], bool],
        end: Callable[[], object],
    ) -> None:
        """Initialize a stopped timer.

        `timeout` returns the seconds without a turn after which the session expires,
        `state` its current state, and `is_busy` whether a turn is running. `end` ends it.
        """
        self._hass = hass
        self._timeout = timeout
        self._state = state
        self._is_busy = is_busy
        self._end = end
        self._timer: CALLBACK_TYPE | None = None
        self._started = False

    @callback
    def async_start(self) -> None:
        """End the session if it has expired, and set the timer from now on."""
        self._started = True
        self.async_check()
        self.async_schedule()

    @callback
    def async_stop(self) -> None:
        """Cancel the timer; it is not set before the next start."""
        self._started = False
        self.async_cancel()

    @callback
    def async_check(self) -> None:
        """End the session if it has expired and no turn is running."""
        expired = self._state().is_over(_now(), self._timeout())
        if expired and not self._is_busy():
            self._end()

    @callback
    def async_schedule(self) -> None:
        """Set the timer to when the session expires."""
        self.async_cancel()
        state = self._state()
        if state.turns and self._started:
            left = max(state.last_turn_at + self._timeout() - _now(), 0)
            self._timer = async_call_later(self._hass, left, self._expire)

    @callback
    def async_cancel(self) -> None:
        """Cancel the timer."""
        if self._timer:
            self._timer()
            self._timer = None

    @callback
    def _expire(self, _now: object) -> None:
        """End the session if it has expired, otherwise set the timer again."""
        self._timer = None
        self.async_check()
        if not self._is_busy():
            self.async_schedule()


def _now() -> float:
    """Return the time, in seconds since 1970."""
    return dt_util.utcnow().timestamp()
