"""Token usage and latency of requests to the model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

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

    def trace(self, seconds: float) -> dict[str, Any]:
        """Return the metrics of a request that took some seconds, for a trace."""
        return {
            "input_tokens": self.usage.prompt_tokens,
            "cached_input_tokens": self.usage.cached_tokens,
            "output_tokens": self.usage.completion_tokens,
            "seconds_to_first_token": self.time_to_first_token,
            "seconds": seconds,
        }


def request_metrics(
    usage: Sequence[TokenUsage],
    first_at: float | None,
    started_at: float,
    *,
    is_first_of_turn: bool,
) -> RequestMetrics | None:
    """Return the metrics of a request, None if nothing came of it.

    `usage` is what the server reported, the last one last. Times are the event loop's.
    """
    if not usage and first_at is None:
        return None
    return RequestMetrics(
        usage[-1] if usage else TokenUsage(0, 0, 0),
        None if first_at is None else first_at - started_at,
        is_first_of_turn,
    )


class TurnMetrics:
    """Publishes the metrics of the requests of one turn."""

    def __init__(self) -> None:
        """Initialize without a request."""
        self._has_request = False

    @callback
    def async_publish(
        self,
        metrics: Metrics,
        usage: Sequence[TokenUsage],
        first_at: float | None,
        started_at: float,
    ) -> RequestMetrics | None:
        """Publish and return the metrics of a request, None if nothing came of it.

        The arguments are those of `request_metrics`, and where they are published.
        """
        request = request_metrics(
            usage, first_at, started_at, is_first_of_turn=not self._has_request
        )
        if request:
            self._has_request = True
            metrics.publish(request)
        return request


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
