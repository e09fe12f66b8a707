"""Whether a server answers several requests at a time, judged by their tokens.

A server with one slot sends the tokens of one response after those of the other. Tokens
that come by turns, several times, are those of as many slots.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from .events import Event

MIN_SWITCHES = 4
"""Tokens that followed one of another response, in a response that shares the server.

The end of one response and the beginning of the next may be received in another order.
"""


class OverlapMeter:
    """Counts the responses that arrive at the same time."""

    def __init__(self) -> None:
        """Initialize without a response."""
        self.most = 1
        """The most responses that were seen to arrive at the same time."""
        self._switches: dict[object, int] = {}
        self._last: object = None

    async def watch(self, events: AsyncGenerator[Event]) -> AsyncGenerator[Event]:
        """Yield the events of a response, and see which others arrive meanwhile."""
        response = object()
        self._switches[response] = 0
        try:
            async with aclosing(events):
                async for event in events:
                    self._count(response)
                    yield event
        finally:
            del self._switches[response]

    def _count(self, response: object) -> None:
        """Count an event of a response."""
        if self._last is not response and self._last in self._switches:
            self._switches[response] += 1
        self._last = response
        shared = sum(count >= MIN_SWITCHES for count in self._switches.values())
        self.most = max(self.most, shared)
