"""What the server of an entry is: asked in the background, and where it is.

Decision record: docs/decisions/0022-one-owner-of-the-slot.md.
"""

import asyncio
from ipaddress import ip_address
from urllib.parse import urlsplit

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.network import is_local, is_loopback

from ..completions.client import CompletionsClient
from ..completions.house_address import is_house_address
from ..completions.server_facts import ServerFacts
from ..const import DOMAIN
from ..options import Options


class ServerIdentity:
    """Keeps what is known of a server, for the model of its entry.

    Lives as long as the entry is loaded. Nothing waits for it but prewarming.
    """

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, client: CompletionsClient
    ) -> None:
        """Initialize with nothing known."""
        self.is_local = is_house_address(client.base_url)
        """Whether it is in the house, by its address, or what that resolves to."""
        self._hass = hass
        self._entry = entry
        self._client = client
        self._asked: set[str] = set()
        """The models for which it has answered."""
        self._task: asyncio.Task[None] | None = None
        self._is_stopped = False

    @property
    def facts(self) -> ServerFacts:
        """Return what is known so far."""
        return self._client.inquiry.facts(self._model)

    @callback
    def async_update(self) -> None:
        """Ask the server in the background, also if it was asked before."""
        self._asked.clear()
        self._async_start()

    @callback
    def async_update_model(self) -> None:
        """Ask the server in the background, unless it was asked for this model."""
        if self._model not in self._asked:
            self._async_start()

    async def async_known(self) -> ServerFacts | None:
        """Return the facts after the server was asked, None if it did not answer."""
        if self._model not in self._asked:
            self._async_start()
        if self._task and not self._task.done():
            await asyncio.wait([self._task])
        return self.facts if self._model in self._asked else None

    @property
    def _model(self) -> str:
        """Return the name of the entry's model."""
        return self._options.chat_model

    @property
    def _options(self) -> Options:
        """Return the current options."""
        return Options.of(self._entry.options)

    @callback
    def _async_start(self) -> None:
        """Start to ask the server, unless it is being asked.

        A turn that outlasts the entry has no use for the answer.
        """
        if not self._is_stopped and (self._task is None or self._task.done()):
            self._task = self._entry.async_create_background_task(
                self._hass, self._async_ask(), f"{DOMAIN} inquiry"
            )

    @callback
    def async_stop(self) -> None:
        """Ask no more."""
        self._is_stopped = True
        if self._task:
            self._task.cancel()

    async def _async_ask(self) -> None:
        """Ask the server what it is."""
        options = self._options
        is_local = await async_is_local(self._hass, self._client.base_url)
        if is_local is None:
            # It cannot be reached either.
            return
        self.is_local = is_local
        if await self._client.inquiry.ask(
            options.chat_model, options.extra_headers, is_local=self.is_local
        ):
            self._asked.add(options.chat_model)


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
