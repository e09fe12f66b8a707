"""The servers that a turn may ask: that of its entry, and the fallback while it is down.

Decision record: docs/decisions/0015-another-server-when-this-one-is-down.md.
"""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from contextlib import ExitStack, contextmanager
import logging

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback

from ..completions.availability import is_unavailable
from ..completions.errors import CompletionError
from ..const import CONF_FALLBACK, DOMAIN
from ..options import Options
from .server import Server

_LOGGER = logging.getLogger(__name__)


@callback
def async_fallback_of(hass: HomeAssistant, entry: ConfigEntry) -> Server | None:
    """Return the server that an entry names as its fallback, None if not loaded."""
    entry_id = Options.of(entry.options).fallback
    if not entry_id or entry_id == entry.entry_id:
        return None
    fallback = hass.config_entries.async_get_entry(entry_id)
    if (
        fallback is None
        or fallback.domain != DOMAIN
        or fallback.state is not ConfigEntryState.LOADED
    ):
        _LOGGER.debug("The fallback of %s is not loaded", entry.title)
        return None
    server: Server = fallback.runtime_data.server
    return server


@callback
def async_may_take_pictures(server: Server) -> bool:
    """Return whether a model may take pictures: the entry's, or its fallback's."""
    fallback = async_fallback_of(server.hass, server.entry)
    return server.may_take_pictures or bool(fallback and fallback.may_take_pictures)


@callback
def async_drop_fallback(hass: HomeAssistant, entry_id: str) -> None:
    """Unset the option of all entries whose fallback was removed."""
    for entry in hass.config_entries.async_entries(DOMAIN):
        if entry.options.get(CONF_FALLBACK) == entry_id:
            options = {k: v for k, v in entry.options.items() if k != CONF_FALLBACK}
            hass.config_entries.async_update_entry(entry, options=options)


class TurnServers:
    """The servers that one turn or task may ask: that of its entry, and the fallback.

    A turn that the fallback has answered stays with it. The fallback's own fallback
    is never asked.
    """

    def __init__(self, own: Server) -> None:
        """Initialize for a turn of the entry that a server belongs to."""
        self.own = own
        self.current = own
        """The server that is asked, or was last: an error is about this one."""
        self._fallback = async_fallback_of(own.hass, own.entry)
        self._leases: ExitStack | None = None
        self._held: list[Server] = []

    @contextmanager
    def turn(self) -> Generator[None]:
        """Run a turn, which keeps a slot of each server that it asks until its end."""
        with ExitStack() as self._leases:
            if self.is_own_next:
                self._hold(self.own)
            yield
        self._leases = None

    async def async_ask[T](self, request: Callable[[Server], Awaitable[T]]) -> T:
        """Return what a request to a server returns, and send it once more if need be.

        `request` raises `CompletionError` if nothing came of it that was heard or done:
        only then it goes to the fallback. If none answers, the error of the entry's
        own server is raised, for it is what the user has to mend.
        """
        first = self._first()
        try:
            return await self._async_ask_one(first, request)
        except CompletionError as err:
            second = self._second(first, err)
            if second is None:
                raise
            first_error = err
        try:
            return await self._async_ask_one(second, request)
        except CompletionError as err:
            self.current = self.own
            if second is self.own:
                raise
            _LOGGER.debug("The fallback failed: %r", err)
            raise first_error from err

    @callback
    def async_replace(self, err: CompletionError) -> bool:
        """Replace the server by the fallback, if it died after its model made calls.

        Returns whether the next request goes to the fallback.
        """
        own, fallback = self.own, self._fallback
        if fallback is None or self.current is not own or not is_unavailable(err):
            return False
        own.async_set_unavailable(err, own.hass.loop.time())
        return fallback.availability.is_due

    @property
    def is_own_next(self) -> bool:
        """Return whether the next request goes to the entry's own server first."""
        return self._fallback is None or self.own.availability.is_due

    def _hold(self, server: Server) -> None:
        """Keep a slot of a server, if this is a turn that has none yet."""
        if self._leases is not None and server not in self._held:
            self._held.append(server)
            self._leases.enter_context(server.slots.turn())

    def _first(self) -> Server:
        """Return the server to ask first."""
        fallback = self._fallback
        if fallback is None:
            return self.own
        if self.current is self.own and self.own.availability.claim():
            return self.own
        return fallback if fallback.availability.claim() else self.own

    def _second(self, first: Server, err: CompletionError) -> Server | None:
        """Return the server to ask after the first one failed, None if there is none."""
        if first is not self.own:
            return self.own
        if (
            self._fallback is None
            or not is_unavailable(err)
            or not self._fallback.availability.claim()
        ):
            return None
        return self._fallback

    async def _async_ask_one[T](
        self, server: Server, request: Callable[[Server], Awaitable[T]]
    ) -> T:
        """Return what a request to a server returns, and handle its error."""
        self.current = server
        self._hold(server)
        started_at = asyncio.get_running_loop().time()
        try:
            result = await request(server)
        except CompletionError as err:
            server.async_handle_error(err)
            if is_unavailable(err):
                server.async_set_unavailable(err, started_at)
            raise
        server.async_set_available()
        server.issues.delete_model_not_found()
        return result
