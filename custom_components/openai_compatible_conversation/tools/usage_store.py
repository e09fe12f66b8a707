"""Persisted use counts of tools."""

from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from .usage_ranking import UsageRanking

SAVE_DELAY = 10
"""Seconds by which saving the counts is delayed."""


class UsageStore:
    """Counts the uses of an entry's tools, and persists the counts.

    Loaded with the entry, and closed when the entry is unloaded.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Initialize without counts; `async_load` loads them."""
        self._store: Store[dict[str, Any]] = Store(
            hass, 1, f"{DOMAIN}.{entry_id}.tools"
        )
        self._ranking = UsageRanking()
        self._unsaved = self._closed = False

    async def async_load(self) -> None:
        """Load the counts."""
        try:
            stored = await self._store.async_load()
        except HomeAssistantError:
            # Stored by a newer version: start without counts.
            stored = None
        self._ranking = UsageRanking.from_json((stored or {}).get("used"))

    async def async_close(self) -> None:
        """Save the counts and stop counting: another store may own the file now."""
        self._closed = True
        if self._unsaved:
            await self._store.async_save(self._data())

    async def async_remove(self) -> None:
        """Remove the file."""
        await self._store.async_remove()

    @callback
    def count(self, name: str) -> None:
        """Count a use of a tool, unless the store is closed."""
        if self._closed:
            return
        self._ranking.count(name, dt_util.utcnow().timestamp())
        self._unsaved = True
        self._store.async_delay_save(self._data, SAVE_DELAY)

    @callback
    def usual(self, names: list[str]) -> list[str]:
        """Return the most used of the tools, most used first."""
        return self._ranking.usual(names, dt_util.utcnow().timestamp())

    def _data(self) -> dict[str, Any]:
        """Return the data to store."""
        self._unsaved = False
        return {"used": self._ranking.to_json()}
