"""The file of the fact store, with write errors that are raised.

Home Assistant's `Store` logs a failed write and goes on. A fact must not be reported
as learned before it is on disk, so the error is kept and raised to the caller.

Decision record: docs/decisions/0008-memory-quotes-its-source.md.
"""

from contextlib import suppress
from pathlib import Path
from typing import Any, override

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, UnsupportedStorageVersionError
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ..const import DOMAIN

VERSION = 1


class FactFile(Store[dict[str, Any]]):
    """The file of an entry's facts and pending transcripts."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Initialize the file of an entry."""
        super().__init__(
            hass,
            VERSION,
            f"{DOMAIN}.{entry_id}",
            private=True,
            atomic_writes=True,
            serialize_in_event_loop=False,
        )
        self._failure: Exception | None = None

    async def async_read(self) -> tuple[dict[str, Any] | None, str | None]:
        """Return the data, and the path of a copy if the file was set aside.

        A file of a newer version or with other data is set aside. Invalid JSON is set
        aside and reported by Home Assistant itself. Raises `HomeAssistantError` if the
        file cannot be read.
        """
        data: object = ()
        try:
            data = await self.async_load()
        except UnsupportedStorageVersionError, NotImplementedError:
            return None, await self.async_set_aside("newer")
        # Valid JSON, but not in the storage format.
        except LookupError, TypeError:
            pass
        if data is None or isinstance(data, dict):
            return data, None
        return None, await self.async_set_aside("damaged")

    async def async_set_aside(self, reason: str) -> str:
        """Copy the file, with the reason in its name; return the path of the copy."""
        suffix = f".{reason}.{dt_util.utcnow().isoformat()}"
        return await self.hass.async_add_executor_job(_copy, self.path, suffix)

    async def async_write(self, data: dict[str, Any]) -> None:
        """Write the file. Raises `HomeAssistantError` if that fails."""
        self._failure = None
        with suppress(Exception):
            await self.async_save(data)
        if self._failure is not None:
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key="memory_not_written"
            ) from self._failure

    @override
    async def _async_write_data(self, data: dict[str, Any]) -> None:
        """Write, and keep an error, which Home Assistant may only log."""
        try:
            await super()._async_write_data(data)
        except Exception as err:
            self._failure = err
            raise


def _copy(path: str, suffix: str) -> str:
    """Copy a file with a suffix if it exists; return the path of the copy."""
    source = Path(path)
    target = source.with_name(source.name + suffix)
    if source.exists():
        target.write_bytes(source.read_bytes())
        target.chmod(0o600)
    return str(target)
