"""The files of an entry in Home Assistant's storage, read with a check.

What is stored may be damaged, of another version, or valid JSON of another kind. Such a
file is set aside for the user, who is told, and set-up goes on without it. Invalid JSON
is set aside and reported by Home Assistant itself.

Home Assistant's `Store` logs a failed write and goes on. Nothing must be reported as
stored before it is on disk, so the error is kept and raised to the caller.

Decision record: docs/decisions/0008-memory-quotes-its-source.md.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
import hashlib
import logging
import os
from pathlib import Path
from shutil import rmtree
from typing import Any, Literal, override

import probatio

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, UnsupportedStorageVersionError
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .const import DOMAIN

_LOGGER = logging.getLogger(__name__)

VERSION = 1

type Content = Literal["memory", "schedule", "session", "server", "tools"]
"""What a file holds; the prefix of the translation keys about it."""

type OnSetAside = Callable[[Content, str], None]
"""Called with the content of a file that cannot be used, and where it is kept."""

NUMBER = probatio.Any(int, float)
"""Schema of a JSON number."""


def file_schema(schema: dict[Any, Any]) -> probatio.Schema:
    """Return the schema of a file's data.

    Further keys are allowed in each object, because a newer version may have them.
    """
    return probatio.Schema(schema, extra=probatio.ALLOW_EXTRA)


class StoredFile(Store[dict[str, Any]]):
    """A private file of an entry, with a schema for its data."""

    def __init__(
        self,
        hass: HomeAssistant,
        key: str,
        content: Content,
        schema: probatio.Schema,
        on_set_aside: OnSetAside,
        *,
        minor_version: int = 1,
        atomic_writes: bool = False,
        serialize_in_event_loop: bool = True,
    ) -> None:
        """Initialize a file by its storage key. The last three are those of `Store`."""
        super().__init__(
            hass,
            VERSION,
            key,
            private=True,
            minor_version=minor_version,
            atomic_writes=atomic_writes,
            serialize_in_event_loop=serialize_in_event_loop,
        )
        self._content = content
        self._schema = schema
        self._on_set_aside = on_set_aside
        self._failure: Exception | None = None
        self._compatible: dict[str, Any] | None = None
        """Data of another minor version that was just read."""

    async def async_read(self) -> dict[str, Any] | None:
        """Return the data, None without a file that can be used.

        A file that cannot be used is set aside, and stays until it is written. Raises
        `HomeAssistantError` or `OSError` if it cannot be read or copied.
        """
        data, reason = await self._async_check()
        if reason:
            await self.async_set_aside(reason)
        return data

    async def async_read_or_discard(self) -> dict[str, Any] | None:
        """Return the data, None without a file that can be used; raise nothing.

        A file that cannot be read or used is set aside, and is gone afterwards.
        """
        try:
            data, reason = await self._async_check()
        except (HomeAssistantError, OSError) as err:
            _LOGGER.debug("%s cannot be read: %r", self.key, err)
            data, reason = None, "unreadable"
        if reason:
            try:
                await self._async_set_aside(reason, _move)
            except OSError as err:
                _LOGGER.warning("%s cannot be set aside: %s", self.path, err)
        return data

    async def async_set_aside(self, reason: str) -> None:
        """Copy the file, with the reason in its name, and report that.

        Raises `OSError` if it cannot be copied.
        """
        await self._async_set_aside(reason, _copy)

    async def async_write(self, data: dict[str, Any]) -> None:
        """Write the file. Raises `HomeAssistantError` if that fails."""
        self._failure = None
        with suppress(Exception):
            await self.async_save(data)
        if self._failure is not None:
            raise self._not_written() from self._failure

    async def async_delete(self) -> None:
        """Delete the file. Raises `HomeAssistantError` if that fails."""
        try:
            await self.async_remove()
        except OSError as err:
            raise self._not_written() from err

    async def async_delete_copies(self, *ends: str) -> None:
        """Delete what was set aside of files by the ends of their keys after this key.

        An end may have wildcards. Raises `HomeAssistantError` if that fails.
        """
        paths = [Path(f"{self.path}{end}") for end in ends]
        try:
            await self.hass.async_add_executor_job(_delete_copies, paths)
        except OSError as err:
            raise self._not_written() from err

    async def _async_check(self) -> tuple[dict[str, Any] | None, str | None]:
        """Return the data, and why it cannot be used, if so.

        Raises `HomeAssistantError` or `OSError` if the file cannot be read.
        """
        try:
            data = await self.async_load()
            if data is not None:
                self._schema(data)
        except UnsupportedStorageVersionError, NotImplementedError:
            return None, "newer"
        # Valid JSON, but not in the storage format, or of another kind.
        except LookupError, TypeError, probatio.Invalid:
            return None, "damaged"
        return data, None

    async def _async_set_aside(
        self, reason: str, keep: Callable[[Path, Path], None]
    ) -> None:
        """Keep the file under another name, and report that."""
        path = Path(self.path)
        aside = await self.hass.async_add_executor_job(_set_aside, path, reason, keep)
        _LOGGER.warning("%s cannot be used, and is kept as %s", self.key, aside)
        self._on_set_aside(self._content, str(aside))

    @override
    async def _async_migrate_func(
        self, old_major_version: int, old_minor_version: int, old_data: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the data of another minor version, which is compatible."""
        if old_major_version != self.version:
            raise NotImplementedError
        # Before anything is made of it.
        self._schema(old_data)
        self._compatible = old_data
        return old_data

    @override
    async def async_save(self, data: dict[str, Any]) -> None:
        """Save data, unless it was only read: a compatible file stays as it is.

        Home Assistant writes a file of another minor version when it is read.
        """
        compatible, self._compatible = self._compatible, None
        if data is not compatible:
            await super().async_save(data)

    @override
    async def _async_write_data(self, data: dict[str, Any]) -> None:
        """Write, and keep an error, which Home Assistant may only log."""
        try:
            await super()._async_write_data(data)
        except Exception as err:
            self._failure = err
            raise

    def _not_written(self) -> HomeAssistantError:
        """Return the error for data that is not on disk."""
        return HomeAssistantError(
            translation_domain=DOMAIN, translation_key=f"{self._content}_not_written"
        )


def _set_aside(path: Path, reason: str, keep: Callable[[Path, Path], None]) -> Path:
    """Keep a file, if it exists, under a name with the reason; return its new path."""
    try:
        # The same content has the same name, so that a restart adds no further copy.
        mark = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    except OSError:
        mark = dt_util.utcnow().isoformat()
    aside = path.with_name(f"{path.name}.{reason}.{mark}")
    if os.path.lexists(path):
        keep(path, aside)
    return aside


def _delete_copies(paths: Iterable[Path]) -> None:
    """Delete what was set aside of files, by Home Assistant as well."""
    for path in paths:
        for reason in ("damaged", "newer", "unreadable", "corrupt"):
            for aside in path.parent.glob(f"{path.name}.{reason}.*"):
                rmtree(aside) if aside.is_dir() else aside.unlink(missing_ok=True)


def _move(path: Path, aside: Path) -> None:
    """Move a file or a folder."""
    path.replace(aside)


def _copy(path: Path, aside: Path) -> None:
    """Copy a file; the copy is complete or does not exist."""
    partial = aside.with_name(f"{aside.name}.partial")
    partial.write_bytes(path.read_bytes())
    partial.chmod(0o600)
    partial.replace(aside)
