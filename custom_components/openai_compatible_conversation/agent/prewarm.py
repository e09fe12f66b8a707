"""Prewarms the prompt cache of the server while the user is still speaking.

A request for one token makes the server process the prefix of the next real request:
system prompt, tools and history. By default, only servers that run the model themselves
are prewarmed: a cloud wants money for it, also behind a gateway in the house.

Decision record: docs/decisions/0022-one-owner-of-the-slot.md.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
import logging
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from ..completions.errors import CompletionError
from ..completions.events import ReasoningDelta, TextDelta
from ..completions.slots import PreemptedError, Priority
from ..const import DOMAIN
from .metrics import Purpose, counted
from .server import Server

_LOGGER = logging.getLogger(__name__)


class Prewarmer:
    """Sends prewarm requests in the background, one at a time.

    Lives as long as the entry is loaded.
    """

    def __init__(self, hass: HomeAssistant, server: Server) -> None:
        """Initialize for the server of an entry."""
        self._hass = hass
        self._server = server
        self._task: asyncio.Task[None] | None = None

    @callback
    def async_start(self, body: Callable[[], Awaitable[Mapping[str, Any]]]) -> None:
        """Send a prewarm request, unless one is running; `body` builds it."""
        if self._task is None or self._task.done():
            self._task = self._hass.async_create_background_task(
                self._async_warm(body), f"{DOMAIN} prewarm"
            )

    @callback
    def async_cancel(self) -> None:
        """Cancel the prewarm request, so that the server is free for the real one."""
        if self._task:
            self._task.cancel()
            self._task = None

    async def _async_warm(
        self, body: Callable[[], Awaitable[Mapping[str, Any]]]
    ) -> None:
        """Send a prewarm request if enabled, and wait for its response."""
        if not await self._async_is_enabled():
            return

        async def request() -> None:
            """Send the request, with the history as it is now."""
            await self._async_request(await self._async_complete(body))

        try:
            await self._server.slots.async_run(Priority.PREWARM, request)
        except PreemptedError:
            _LOGGER.debug("The server was not warmed, as it is busy")
        except (CompletionError, HomeAssistantError) as err:
            # The real request will report the error.
            _LOGGER.debug("The server was not warmed: %r", err)

    async def _async_complete(
        self, body: Callable[[], Awaitable[Mapping[str, Any]]]
    ) -> Mapping[str, Any]:
        """Return a body that is built to its end, also if prewarming is cancelled.

        Building it may import what offers tools. Whoever waits for the same import, such
        as the turn that cancels it, would be cancelled as well.
        """

        async def build() -> Mapping[str, Any]:
            """Return the body."""
            return await body()

        task = self._hass.async_create_background_task(
            build(), f"{DOMAIN} prewarm body"
        )
        # Its error is retrieved, whether anybody waits for it or not.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(task)

    async def _async_request(self, body: Mapping[str, Any]) -> None:
        """Send a prewarm request, and wait for its response."""
        # It may take as long as the real request could: what was read until that one
        # cancels it stays in the server's cache.
        events = self._server.stream(body, purpose=Purpose.PREWARM)
        async with aclosing(
            counted(events, self._server.metrics, Purpose.PREWARM)
        ) as counted_events:
            tokens = 0
            async for event in counted_events:
                tokens += isinstance(event, TextDelta | ReasoningDelta)
                if tokens > 1:
                    # The server ignores the limit of one token.
                    break

    async def _async_is_enabled(self) -> bool:
        """Return whether prewarming is enabled; by default, where it costs nothing.

        A server that does not say what it is counts by its address.
        """
        choice = self._server.options.prewarm
        if choice != "auto":
            return choice == "always"
        identity = self._server.identity
        if (facts := await identity.async_known()) is None:
            return False
        return identity.is_local if facts.runs_model is None else facts.runs_model
