"""The file of a session.

Turns that left the session are first passed on to fact extraction and only then removed
from the file, so a failed write loses nothing. The result of a turn waits for the file
only as long as nobody notices: on a slow disk, the file follows.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
import logging
from pathlib import Path

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from ..const import DOMAIN
from ..stored_file import OnSetAside, StoredFile
from .forgetting import IsForgotten, tells
from .serialization import TurnEncoder, from_json, to_json
from .session_schema import SESSION_SCHEMA
from .session_state import SessionState
from .turns import Turn

_LOGGER = logging.getLogger(__name__)

PATIENCE = 0.01
"""Seconds for which the result of a turn waits until the turn is on disk."""


def storage_key(entry_id: str, user_id: str | None = None) -> str:
    """Return the key of the file of the household's session, or of a user's."""
    return ".".join(filter(None, (DOMAIN, entry_id, "session", user_id)))


def stored_users(folder: Path, entry_id: str) -> list[str]:
    """Return the ids of the users with a stored session."""
    prefix = f"{storage_key(entry_id)}."
    names = (path.name.removeprefix(prefix) for path in folder.glob(f"{prefix}*"))
    # Home Assistant adds a suffix to files that it sets aside.
    return [name for name in names if "." not in name]


class SessionFile:
    """Keeps a session on disk, and its evicted turns until they are retained.

    Saves are written one after another, each with the state as it is by then. At most
    one of them waits, for all changes since the one before it.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        key: str,
        state: Callable[[], SessionState],
        async_retain: Callable[[Sequence[Turn]], Awaitable[None]],
        *,
        on_set_aside: OnSetAside,
        on_saved: CALLBACK_TYPE,
    ) -> None:
        """Initialize without reading the file.

        `state` returns what is written. `async_retain` is awaited with evicted turns
        before they are removed from the file. If it raises `HomeAssistantError`, they
        stay in the file and are passed again at the next save. `on_set_aside` is that
        of `StoredFile`, and `on_saved` is called after each save.
        """
        self._hass = hass
        self._state = state
        self._async_retain = async_retain
        self._on_saved = on_saved
        self._evicted: tuple[Turn, ...] = ()
        """Turns that have left the session and are not yet retained."""
        # Not atomic_writes: the file is replaced as a whole either way, which survives
        # a kill of the process, and without fsync a turn does not wait for the disk.
        self._file = StoredFile(hass, key, "session", SESSION_SCHEMA, on_set_aside)
        self._encoder = TurnEncoder()
        self._on_disk: set[str] = set()
        """The ids of the turns in the file."""
        self._disk = asyncio.Lock()
        self._waiting: asyncio.Task[HomeAssistantError | None] | None = None
        """The save that begins once the disk is free."""
        self._changes = self._written = 0
        """Number of saves that were asked for, and how many of them are on disk."""
        self._removed = False
        self._stop_listening: CALLBACK_TYPE | None = None

    async def async_load(self) -> SessionState:
        """Return the stored session, an empty one if it cannot be used."""
        data = await self._file.async_read_or_discard()
        state = from_json(data) if data else SessionState()
        self._on_disk = {turn.id for turn in state.turns}
        return state

    @property
    def turn_ids(self) -> set[str]:
        """Return the ids of the turns that may still be passed to `async_retain`."""
        return self._on_disk | {turn.id for turn in self._evicted}

    @callback
    def evict(self, turns: Iterable[Turn]) -> None:
        """Have turns that left the session retained with the next save."""
        self._evicted += tuple(turns)

    @callback
    def forget(self, is_forgotten: IsForgotten) -> bool:
        """Do not have turns retained that tell what was forgotten.

        Returns whether there are any.
        """
        evicted = self._evicted
        self._evicted = tuple(
            turn for turn in evicted if not tells(turn.messages, is_forgotten)
        )
        return len(self._evicted) < len(evicted)

    async def async_save_soon(self) -> None:
        """Save the session, and wait for that as long as `PATIENCE`; raise nothing."""
        await asyncio.wait({self._begin_save()}, timeout=PATIENCE)

    async def async_save(self) -> None:
        """Save the session; a cancelled caller does not cancel the write.

        Raises `HomeAssistantError` if it is not on disk.
        """
        if failure := await asyncio.shield(self._begin_save()):
            raise failure

    async def async_flush(self) -> None:
        """Wait until everything is on disk, unless it cannot be written."""
        if not self.is_saved:
            await self._begin_save()

    @property
    def is_saved(self) -> bool:
        """Return whether everything is on disk."""
        return self._written == self._changes

    @callback
    def save(self) -> None:
        """Save the session in the background."""
        _ = self._begin_save()

    @callback
    def _begin_save(self) -> asyncio.Task[HomeAssistantError | None]:
        """Save the session in a task, which returns what failed and raises nothing."""
        self._changes += 1
        # Home Assistant does not wait for running tasks when it stops.
        if self._stop_listening is None and not self._removed:
            self._stop_listening = self._hass.bus.async_listen_once(
                EVENT_HOMEASSISTANT_FINAL_WRITE, self._async_final_write
            )
        if self._waiting and not self._waiting.done():
            return self._waiting
        is_busy = self._disk.locked()
        task = self._hass.async_create_task(self._async_save(), f"{DOMAIN} session")
        self._waiting = task if is_busy else None
        return task

    async def async_remove(self) -> None:
        """Remove the file; nothing is written afterwards."""
        self._removed = True
        self._listen_no_more()
        async with self._disk:
            await self._file.async_remove()

    async def _async_save(self) -> HomeAssistantError | None:
        """Write the session once its evicted turns are retained; return what failed."""
        failure = None
        async with self._disk:
            self._waiting = None
            if self._removed:
                return None
            try:
                await self._async_retain_evicted()
                changes = self._changes
                await self._async_write()
                self._written = changes
            except HomeAssistantError as err:
                # Retried with the next save; the turn itself must not fail.
                _LOGGER.warning("The session cannot be saved yet: %s", err)
                failure = err
        if self.is_saved:
            self._listen_no_more()
        self._on_saved()
        return failure

    async def _async_final_write(self, _event: Event) -> None:
        """Write what is not on disk yet, because Home Assistant stops."""
        self._stop_listening = None
        await self.async_flush()

    @callback
    def _listen_no_more(self) -> None:
        """Stop listening for the last moment to write."""
        if self._stop_listening:
            self._stop_listening()
            self._stop_listening = None

    async def _async_retain_evicted(self) -> None:
        """Hand evicted turns to `async_retain` until none are left."""
        while evicted := self._evicted:
            await self._async_retain(evicted)
            # Others may have been added or forgotten meanwhile.
            retained = set(map(id, evicted))
            self._evicted = tuple(t for t in self._evicted if id(t) not in retained)

    async def _async_write(self) -> None:
        """Write the file, or delete it if the session has no turns."""
        state = self._state()
        ids = {turn.id for turn in state.turns}
        # Whether or not it fails: what is on disk by then is not known.
        self._on_disk |= ids
        if ids:
            turns = self._encoder.encode(state.turns)
            await self._file.async_write(to_json(state, turns))
        else:
            await self._file.async_delete()
        self._on_disk = ids
