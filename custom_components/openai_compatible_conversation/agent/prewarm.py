"""Prewarms the prompt cache of the server while the user is still speaking.

A request for one token makes the server process the prefix of the next real request:
system prompt, tools and history. By default, only local servers are prewarmed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from ipaddress import ip_address
import logging
from typing import Any
from urllib.parse import urlsplit

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.network import is_local, is_loopback

from ..completions.client import CompletionsClient
from ..completions.errors import CompletionError
from ..completions.events import ReasoningDelta, TextDelta
from ..const import DOMAIN
from ..options import Options

_LOGGER = logging.getLogger(__name__)


class Prewarmer:
    """Sends prewarm requests in the background, one at a time.

    Lives as long as the entry is loaded.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        client: CompletionsClient,
        options: Callable[[], Options],
    ) -> None:
        """Initialize; `options` returns the current options."""
        self._hass = hass
        self._client = client
        self._options = options
        self._task: asyncio.Task[None] | None = None
        self._is_local: bool | None = None

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
        options = self._options()
        try:
            # It may take as long as the real request could: what was read until that
            # one cancels it stays in the server's cache.
            async with aclosing(
                self._client.stream(
                    await body(),
                    headers=options.extra_headers,
                    patience=options.patience,
                )
            ) as events:
                tokens = 0
                async for event in events:
                    tokens += isinstance(event, TextDelta | ReasoningDelta)
                    if tokens > 1:
                        # The server ignores the limit of one token.
                        break
        except (CompletionError, HomeAssistantError) as err:
            # The real request will report the error.
            _LOGGER.debug("The server was not warmed: %r", err)

    async def _async_is_enabled(self) -> bool:
        """Return whether prewarming is enabled; by default, only for a local server."""
        choice = self._options().prewarm
        if choice != "auto":
            return choice == "always"
        if self._is_local is None:
            self._is_local = await async_is_local(self._hass, self._client.base_url)
        return bool(self._is_local)


async def async_is_local(hass: HomeAssistant, url: str) -> bool | None:
    """Return whether all addresses of a URL's host are local or loopback addresses.

    None if the host cannot be resolved, for example before the network is up.
    """
    host = urlsplit(url).hostname or ""
    try:
        found = await hass.loop.getaddrinfo(host, None)
    # An invalid host name fails to encode.
    except OSError, UnicodeError:
        return None
    ips = [ip_address(info[4][0]) for info in found]
    return all(is_local(ip) or is_loopback(ip) for ip in ips)
