"""The file of a session.

Turns that left the session are first passed on to fact extraction and only then removed
from the file, so a failed write loses nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
import logging
from typing import Any

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from ..const import DOMAIN
from .serialization import from_json, to_json
from .session_state import SessionState
from .turns import Turn

_LOGGER = logging.getLogger(__name__)


def storage_key(entry_id: str, user_id: str | None = None) -> str:
    """Return the key of the file of the household's session, or of a user's."""
    return ".".join(filter(None, (DOMAIN, entry_id, "session", user_id)))


class SessionFile:
    """Keeps a session on disk, and its evicted turns until they are retained."""

    def __init__(
        self,
        hass: HomeAssistant,
        key: str,
        state: Callable[[], SessionState],
        async_retain: Callable[[Sequence[Turn]], Awaitable[None]],
        on_saved: CALLBACK_TYPE,
    ) -> None:
        """Initialize without reading the file.

        `state` returns what is written. `async_retain` is awaited with evicted turns
        before they are removed from the file. If it raises `HomeAssistantError`, they
        stay in the file and are passed again at the next save. `on_saved` is called
        after each save.
        """
        self._hass = hass
        self._state = state
        self._async_retain = async_retain
        self._on_saved = on_saved
        self._evicted: tuple[Turn, ...] = ()
        """Turns that have left the session and are not yet retained."""
        # Not atomic_writes: the file is replaced as a whole either way, which survives
        # a kill of the process, and without fsync a turn does not wait for the disk.
        self._store: Store[dict[str, Any]] = Store(hass, 1, key, private=True)
        self._disk = asyncio.Lock()
        self._saving: asyncio.Task[None]
        self._removed = False

    async def async_load(self) -> SessionState:
        """Return the stored session, an empty one if it cannot be read."""
        try:
            return from_json(await self._store.async_load())
        except HomeAssistantError as err:
            _LOGGER.warning("The session cannot be read, and begins anew: %s", err)
            return SessionState()

    @callback
    def evict(self, turns: Iterable[Turn]) -> None:
        """Have turns that left the session retained with the next save."""
        self._evicted += tuple(turns)

    async def async_save(self) -> None:
        """Save the session; a cancelled caller does not cancel the write."""
        self.save_soon()
        await asyncio.shield(self._saving)

    @callback
    def save_soon(self) -> None:
        """Save the session in the background."""
        self._saving = self._hass.async_create_task(
            self._async_save(), f"{DOMAIN} session"
        )

    async def async_remove(self) -> None:
        """Remove the file; nothing is written afterwards."""
        self._removed = True
        async with self._disk:
            await self._store.async_remove()

    async def _async_save(self) -> None:
        """Write the session once its evicted turns are retained."""
        async with self._disk:
            if self._removed:
                return
            if await self._async_retain_evicted():
                await self._async_write()
        self._on_saved()

    async def _async_retain_evicted(self) -> bool:
        """Hand evicted turns to `async_retain`; return whether none are left."""
        if evicted := self._evicted:
            try:
                await self._async_retain(evicted)
            except HomeAssistantError as err:
                # Retried with the next save; the turn itself must not fail.
                _LOGGER.warning("What was said cannot be kept yet: %s", err)
                return False
            self._evicted = self._evicted[len(evicted) :]
        return True

    async def _async_write(self) -> None:
        """Write the file, or remove it if the session has no turns."""
        state = self._state()
        if state.turns:
            await self._store.async_save(to_json(state))
            return
        try:
            await self._store.async_remove()
        except OSError as err:
            _LOGGER.warning("The file of the session cannot be removed: %s", err)
