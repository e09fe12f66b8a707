"""The file of the memory: concurrent changes share a write.

Decision record: docs/decisions/0008-memory-quotes-its-source.md.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ...const import DOMAIN
from ...stored_file import OnSetAside, StoredFile, file_schema

MINOR_VERSION = 2
"""The minor version of the file: facts have a subject, an origin and a past."""

SCHEMA = file_schema({})
"""Any object: what is valid in a file with invalid items is still loaded."""


class FactFile:
    """The file of the facts, the pending transcripts and the marks of an entry."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        on_set_aside: OnSetAside,
        data: Callable[[], dict[str, Any]],
    ) -> None:
        """Initialize with a function that returns the current data to store."""
        self._hass = hass
        self._file = StoredFile(
            hass,
            f"{DOMAIN}.{entry_id}",
            "memory",
            SCHEMA,
            on_set_aside,
            minor_version=MINOR_VERSION,
            atomic_writes=True,
            serialize_in_event_loop=False,
        )
        self._data = data
        self._lock = asyncio.Lock()
        self._changes = self._written = 0
        self._removed = False

    async def async_read(self) -> dict[str, Any]:
        """Return the data on disk; a file that cannot be used is set aside.

        Raises `HomeAssistantError` or `OSError` if it cannot be read.
        """
        return await self._file.async_read() or {}

    async def async_set_aside(self) -> None:
        """Keep a copy of a file with invalid items, and write what is valid."""
        await self._file.async_set_aside("damaged")
        # Otherwise it would be set aside again after each restart.
        with suppress(HomeAssistantError):
            await self._file.async_write(self._data())

    async def async_write(self) -> None:
        """Write the current data; a cancelled caller does not cancel the write.

        Raises `HomeAssistantError` if that fails.
        """
        self._changes += 1
        await asyncio.shield(
            self._hass.async_create_task(
                self._async_flush(self._changes), f"{DOMAIN} memory"
            )
        )

    async def async_delete_copies(self) -> None:
        """Delete the copies of memory and sessions that were set aside.

        Raises `HomeAssistantError` if that fails.
        """
        await self._file.async_delete_copies("", ".session", ".session.*")

    async def async_remove(self) -> None:
        """Remove the file; nothing is written afterwards."""
        self._removed = True
        async with self._lock:
            await self._file.async_remove()

    async def _async_flush(self, change: int) -> None:
        """Write all changes so far, unless a later write included this one."""
        async with self._lock:
            # A later change may have been written first, including this one.
            if change <= self._written or self._removed:
                return
            changes = self._changes
            await self._file.async_write(self._data())
            self._written = changes
