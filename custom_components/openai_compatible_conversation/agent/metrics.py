"""Token usage and latency of requests to the model."""

from collections.abc import Callable
from dataclasses import dataclass

from homeassistant.core import CALLBACK_TYPE, callback

from ..completions.events import TokenUsage


@dataclass(frozen=True, slots=True)
class RequestMetrics:
    """Token usage and latency of one request."""

    usage: TokenUsage
    """Token usage as reported by the server; 0 if it was not."""
    time_to_first_token: float | None
    """Seconds from sending the request to the first token, None without a token."""
    is_first_of_turn: bool
    """Whether the request was the first counted one of its turn."""


class Metrics:
    """Publishes the metrics of each request to its listeners.

    Lives as long as the entry is loaded.
    """

    def __init__(self) -> None:
        """Initialize without listeners."""
        self._listeners: list[Callable[[RequestMetrics], None]] = []

    @callback
    def async_listen(self, listener: Callable[[RequestMetrics], None]) -> CALLBACK_TYPE:
        """Call a listener after each request; return a callback that removes it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def publish(self, request: RequestMetrics) -> None:
        """Call the listeners with the metrics of a request."""
        for listener in list(self._listeners):
            listener(request)
