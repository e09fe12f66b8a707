"""Token usage and latency of requests to the model."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from homeassistant.core import CALLBACK_TYPE, callback

from ..completions.events import Event, ReasoningDelta, TextDelta, TokenUsage, ToolCall


class Purpose(StrEnum):
    """What a request is for; the values are keys of state attributes."""

    TURN = "turns"
    TASK = "tasks"
    EXTRACTION = "extraction"
    PREWARM = "prewarming"


@dataclass(frozen=True, slots=True)
class RequestMetrics:
    """Token usage and latency of one request."""

    usage: TokenUsage
    """Token usage as reported by the server; 0 if it was not."""
    time_to_first_token: float | None
    """Seconds from sending the request to the first token, None without a token.

    The token is one of reasoning, of the answer or of a tool call, whichever came first.
    """
    purpose: Purpose
    is_first: bool
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
    purpose: Purpose,
    *,
    is_first: bool = True,
) -> RequestMetrics | None:
    """Return the metrics of a request, None if nothing came of it.

    `usage` is what the server reported, the last one last. Times are the event loop's.
    """
    if not usage and first_at is None:
        return None
    return RequestMetrics(
        usage[-1] if usage else TokenUsage(0, 0, 0),
        None if first_at is None else first_at - started_at,
        purpose,
        is_first,
    )


class TurnMetrics:
    """Publishes the metrics of the requests of one turn, or of a task."""

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
        purpose: Purpose,
    ) -> RequestMetrics | None:
        """Publish and return the metrics of a request, None if nothing came of it.

        The arguments are those of `request_metrics`, and where they are published.
        """
        request = request_metrics(
            usage, first_at, started_at, purpose, is_first=not self._has_request
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


async def counted(
    events: AsyncGenerator[Event], metrics: Metrics, purpose: Purpose
) -> AsyncGenerator[Event]:
    """Yield the events of a response in the background, and publish its metrics.

    They are published however it ends, with what the server has reported by then.
    """
    usage: list[TokenUsage] = []
    started_at = asyncio.get_running_loop().time()
    first_at: float | None = None
    try:
        async with aclosing(events):
            async for event in events:
                if isinstance(event, TokenUsage):
                    usage.append(event)
                elif first_at is None and isinstance(
                    event, TextDelta | ReasoningDelta | ToolCall
                ):
                    first_at = asyncio.get_running_loop().time()
                yield event
    finally:
        if request := request_metrics(usage, first_at, started_at, purpose):
            metrics.publish(request)
