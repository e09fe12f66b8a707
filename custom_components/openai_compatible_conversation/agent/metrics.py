"""What turns cost, for who wants to see it."""

from collections.abc import Callable
from dataclasses import dataclass

from homeassistant.core import CALLBACK_TYPE, callback

from ..completions.events import TokenUsage


@dataclass(frozen=True, slots=True)
class RequestMetrics:
    """What one request cost."""

    usage: TokenUsage
    """Tokens, as far as the server said."""
    time_to_first_token: float | None
    """Seconds from the request to the first token, if there was one."""
    is_first_of_turn: bool
    """Whether it was the first request of its turn."""


class Metrics:
    """Tells those who listen what each request cost."""

    def __init__(self) -> None:
        """Initialize without a listener."""
        self._listeners: list[Callable[[RequestMetrics], None]] = []

    @callback
    def async_listen(self, listener: Callable[[RequestMetrics], None]) -> CALLBACK_TYPE:
        """Call a listener after each request, until what is returned is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def publish(self, cost: RequestMetrics) -> None:
        """Tell what a request cost."""
        for listener in list(self._listeners):
            listener(cost)
