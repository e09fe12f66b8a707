"""The tools that a home uses a lot, kept on disk."""

from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from .usage_ranking import UsageRanking

SAVE_DELAY = 10


class UsageStore:
    """Counts which tools are used in the home of an entry."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Initialize before anything was loaded."""
        self._store: Store[dict[str, Any]] = Store(
            hass, 1, f"{DOMAIN}.{entry_id}.tools"
        )
        self._ranking = UsageRanking()
        self._unsaved = self._closed = False

    async def async_load(self) -> None:
        """Take up what was counted before."""
        try:
            stored = await self._store.async_load()
        except HomeAssistantError:
            # A newer version's. It counts anew.
            stored = None
        self._ranking = UsageRanking.from_json((stored or {}).get("used"))

    async def async_close(self) -> None:
        """Save what was counted, and count no more: another one may be at the file."""
        self._closed = True
        if self._unsaved:
            await self._store.async_save(self._data())

    async def async_remove(self) -> None:
        """Remove the file."""
        await self._store.async_remove()

    @callback
    def count(self, name: str) -> None:
        """Count that a tool was used."""
        if self._closed:
            return
        self._ranking.count(name, dt_util.utcnow().timestamp())
        self._unsaved = True
        self._store.async_delay_save(self._data, SAVE_DELAY)

    @callback
    def usual(self, names: list[str]) -> list[str]:
        """Return those of the names that are used most, most used first."""
        return self._ranking.usual(names, dt_util.utcnow().timestamp())

    def _data(self) -> dict[str, Any]:
        """Return what is to be on disk."""
        self._unsaved = False
        return {"used": self._ranking.to_json()}
