"""Persist the learned server profiles, one file per config entry."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from .completions.client import CompletionsClient
from .const import DOMAIN

SAVE_DELAY = 1


class ProfileStore:
    """Loads and saves the server profiles of a client.

    It is attached when the config entry is set up and detached when it is unloaded.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Initialize the store of a config entry."""
        # The key keeps the name of the first files, so that nothing is lost.
        self._store: Store[dict[str, Any]] = Store(
            hass, 1, f"{DOMAIN}.{entry_id}.dialects"
        )
        self._client: CompletionsClient | None = None
        self._base_url = ""
        self._unsaved = False

    async def async_attach(self, client: CompletionsClient) -> None:
        """Load the stored profiles into a client, and save them when they change.

        Profiles of another base URL are ignored.
        """
        try:
            stored = await self._store.async_load()
        except HomeAssistantError:
            # Written by a newer version; the profiles are learned again.
            stored = None
        # A redirect may move it later, but not that of the entry.
        self._base_url = client.base_url
        if stored and stored.get("base_url") == self._base_url:
            client.learned.load(stored)
        self._client = client
        client.learned.on_changed = self._schedule_save

    async def async_detach(self) -> None:
        """Save pending changes and stop listening for new ones."""
        if self._client:
            self._client.learned.on_changed = None
            if self._unsaved:
                await self._store.async_save(self._data_to_save())

    async def async_forget(self) -> int:
        """Forget what was learned, also on disk; return how many lessons."""
        if self._client is None:
            return 0
        count = self._client.learned.forget()
        await self._store.async_save(self._data_to_save())
        return count

    async def async_remove(self) -> None:
        """Remove the file."""
        await self._store.async_remove()

    def _schedule_save(self) -> None:
        """Schedule a delayed save."""
        self._unsaved = True
        self._store.async_delay_save(self._data_to_save, SAVE_DELAY)

    def _data_to_save(self) -> dict[str, Any]:
        """Return the data to save."""
        self._unsaved = False
        assert self._client is not None
        return {"base_url": self._base_url, **self._client.learned.to_json()}
