"""Persisted use counts of tools."""

from typing import Any

import probatio

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..stored_file import NUMBER, OnSetAside, StoredFile, file_schema
from .usage_ranking import UsageRanking

SAVE_DELAY = 10
"""Seconds by which saving the counts is delayed."""

SCHEMA = file_schema({"used": {str: probatio.ExactSequence([NUMBER, NUMBER])}})
"""A count of uses by tool, with the time in seconds since 1970 at which it was valid."""


class UsageStore:
    """Counts the uses of an entry's tools, and persists the counts.

    Loaded with the entry, and closed when the entry is unloaded.
    """

    def __init__(
        self, hass: HomeAssistant, entry_id: str, on_set_aside: OnSetAside
    ) -> None:
        """Initialize without counts; `async_load` loads them."""
        self._file = StoredFile(
            hass, f"{DOMAIN}.{entry_id}.tools", "tools", SCHEMA, on_set_aside
        )
        self._ranking = UsageRanking()
        self._unsaved = self._closed = False

    async def async_load(self) -> None:
        """Load the counts."""
        stored = await self._file.async_read_or_discard()
        self._ranking = UsageRanking.from_json((stored or {}).get("used"))

    async def async_close(self) -> None:
        """Save the counts and stop counting: another store may own the file now."""
        self._closed = True
        if self._unsaved:
            await self._file.async_save(self._data())

    async def async_remove(self) -> None:
        """Remove the file."""
        await self._file.async_remove()

    @callback
    def count(self, name: str) -> None:
        """Count a use of a tool, unless the store is closed."""
        if self._closed:
            return
        self._ranking.count(name, dt_util.utcnow().timestamp())
        self._unsaved = True
        self._file.async_delay_save(self._data, SAVE_DELAY)

    @callback
    def usual(self, names: list[str]) -> list[str]:
        """Return the most used of the tools, most used first."""
        return self._ranking.usual(names, dt_util.utcnow().timestamp())

    def _data(self) -> dict[str, Any]:
        """Return the data to store."""
        self._unsaved = False
        return {"used": self._ranking.to_json()}
