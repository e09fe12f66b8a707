"""Has a local server take in what is known before the words come."""

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

TIMEOUT = 30
"""Seconds after which a server is left alone."""


class Prewarmer:
    """Sends the beginning of the next request while it is still being spoken."""

    def __init__(
        self,
        hass: HomeAssistant,
        client: CompletionsClient,
        options: Callable[[], Options],
    ) -> None:
        """Initialize with what returns the options as they are now."""
        self._hass = hass
        self._client = client
        self._options = options
        self._task: asyncio.Task[None] | None = None
        self._local: bool | None = None

    @callback
    def async_start(self, body: Callable[[], Awaitable[Mapping[str, Any]]]) -> None:
        """Send a request, unless one is under way; `body` makes it."""
        if self._task is None or self._task.done():
            self._task = self._hass.async_create_background_task(
                self._async_warm(body), f"{DOMAIN} prewarm"
            )

    @callback
    def async_cancel(self) -> None:
        """Leave the server to the real request."""
        if self._task:
            self._task.cancel()
            self._task = None

    async def _async_warm(
        self, body: Callable[[], Awaitable[Mapping[str, Any]]]
    ) -> None:
        """Send a request if that is wanted, and wait until the server has taken it in."""
        if not await self._async_wanted():
            return
        headers = self._options().extra_headers
        try:
            async with (
                asyncio.timeout(TIMEOUT),
                aclosing(self._client.stream(await body(), headers=headers)) as events,
            ):
                said = 0
                async for event in events:
                    said += isinstance(event, TextDelta | ReasoningDelta)
                    if said > 1:
                        # One token was asked for, of a server that takes no limit.
                        break
        except (CompletionError, HomeAssistantError, TimeoutError) as err:
            # The real request will tell what is wrong.
            _LOGGER.debug("The server was not warmed: %r", err)

    async def _async_wanted(self) -> bool:
        """Return whether the server is to be warmed: by itself only a local one."""
        choice = self._options().prewarm
        if choice != "auto":
            return choice == "always"
        if self._local is None:
            self._local = await async_is_local(self._hass, self._client.base_url)
        return bool(self._local)


async def async_is_local(hass: HomeAssistant, address: str) -> bool | None:
    """Return whether all that a URL's host resolves to is in this house.

    None if it resolves to nothing, as before the network is up.
    """
    host = urlsplit(address).hostname or ""
    try:
        found = await hass.loop.getaddrinfo(host, None)
    # A name that cannot be one is a matter of its encoding.
    except OSError, UnicodeError:
        return None
    hosts = [ip_address(info[4][0]) for info in found]
    return all(is_local(known) or is_loopback(known) for known in hosts)
