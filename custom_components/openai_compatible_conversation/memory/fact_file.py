"""The file of the memory: what is written to it is there, or an error says that it is not."""

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
    """The file of an entry's facts, and of the transcripts that facts are still in."""

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
        """Return what is in the file, and where it was set aside if it is none of ours.

        Home Assistant itself sets aside what is no JSON, and says so. Raises
        `HomeAssistantError` if the file cannot be read now.
        """
        data: object = ()
        try:
            data = await self.async_load()
        except UnsupportedStorageVersionError, NotImplementedError:
            return None, await self.async_set_aside("newer")
        # JSON of a kind that Home Assistant does not write.
        except LookupError, TypeError:
            pass
        if data is None or isinstance(data, dict):
            return data, None
        return None, await self.async_set_aside("damaged")

    async def async_set_aside(self, why: str) -> str:
        """Keep a copy of the file as it is; return its path."""
        ending = f".{why}.{dt_util.utcnow().isoformat()}"
        return await self.hass.async_add_executor_job(_copied, self.path, ending)

    async def async_write(self, data: dict[str, Any]) -> None:
        """Write the file; raises `HomeAssistantError` if that fails."""
        self._failure = None
        with suppress(Exception):
            await self.async_save(data)
        if self._failure is not None:
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key="memory_not_written"
            ) from self._failure

    @override
    async def _async_write_data(self, data: dict[str, Any]) -> None:
        """Write, and keep what went wrong, which Home Assistant may only log."""
        try:
            await super()._async_write_data(data)
        except Exception as err:
            self._failure = err
            raise


def _copied(path: str, ending: str) -> str:
    """Copy a file under another name, if it is there; return that name."""
    source = Path(path)
    target = source.with_name(source.name + ending)
    if source.exists():
        target.write_bytes(source.read_bytes())
        target.chmod(0o600)
    return str(target)
