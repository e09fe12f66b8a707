"""The persistent store of facts and of transcripts pending extraction.

A change is reported as successful only once it is on disk. Concurrent changes share a
write.

Decision record: docs/decisions/0008-memory-quotes-its-source.md.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
import logging
from typing import Any

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from homeassistant.util.ulid import ulid_now

from ..const import DOMAIN
from ..issues import Issues
from ..stored_file import StoredFile, file_schema
from .extraction import ExtractedFact
from .fact import Fact, FactError, Source, category_of, key_of
from .fact_index import MAX_FACTS, FactIndex
from .pending_transcripts import PendingTranscript, PendingTranscripts
from .tombstones import Tombstones

_LOGGER = logging.getLogger(__name__)

SCHEMA = file_schema({})
"""Any object: what is valid in a file with invalid items is still loaded."""


class FactStore:
    """The facts and pending transcripts of a config entry, persisted on every change.

    Created with the entry state, loaded once, kept over reloads of the entry, and
    removed with it.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str, issues: Issues) -> None:
        """Initialize an empty store; `async_load` loads it."""
        self._hass = hass
        self._file = StoredFile(
            hass,
            f"{DOMAIN}.{entry_id}",
            "memory",
            SCHEMA,
            issues.create_set_aside,
            atomic_writes=True,
            serialize_in_event_loop=False,
        )
        self._issues = issues
        self._facts = FactIndex()
        self._tombstones = Tombstones()
        self._pending = PendingTranscripts()
        self._lock = asyncio.Lock()
        self._changes = self._written = 0
        self._listeners: list[CALLBACK_TYPE] = []
        self._loaded = self._removed = False

    async def async_load(self) -> None:
        """Load the file on the first call; a damaged or newer file is set aside.

        Raises `HomeAssistantError` if the file cannot be read: then nothing is loaded,
        and loading can be retried.
        """
        if self._loaded:
            return
        data = await self._file.async_read() or {}
        self._facts, lost_facts = FactIndex.from_json(data.get("facts"))
        self._pending, lost = PendingTranscripts.from_json(data.get("pending"))
        if lost_facts or lost:
            await self._file.async_set_aside("damaged")
            # Otherwise it would be set aside again after each restart.
            with suppress(HomeAssistantError):
                await self._file.async_write(self._data())
        self._loaded = True

    async def async_remove(self) -> None:
        """Remove the file and free the index; nothing is written afterwards."""
        self._removed = True
        async with self._lock:
            await self._file.async_remove()
        self._facts.close()

    def warm(self, count: int) -> bool:
        """Index up to `count` loaded facts; return whether any are left."""
        return self._facts.warm(count)

    @property
    def facts(self) -> list[Fact]:
        """Return all facts, in the order in which they were learned."""
        return list(self._facts)

    @property
    def issues(self) -> Issues:
        """Return the repair issues of the entry."""
        return self._issues

    @property
    def waiting(self) -> list[PendingTranscript]:
        """Return the pending transcripts that are not given up, the oldest first."""
        return [pending for pending in self._pending if not pending.is_given_up]

    @property
    def pending(self) -> list[PendingTranscript]:
        """Return the pending transcripts, the oldest first."""
        return list(self._pending)

    @callback
    def async_listen(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Add a listener for changes; return a callback that removes it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def query(self, category: object, text: object) -> tuple[list[Fact], int]:
        """Return matching facts and the number of further ones. Raises `FactError`."""
        return self._facts.query(category, text)

    def recall(self, text: str, limit: int) -> list[Fact]:
        """Return the facts that clearly fit what a user said, the best match first."""
        return self._facts.recall(text, limit)

    async def async_learn(self, category: object, key: object, value: object) -> Fact:
        """Learn a fact that a user told, and return it.

        Raises `FactError` for invalid arguments or a full store, and
        `HomeAssistantError` if the fact cannot be written.
        """
        fact = self._learn(category, key, value, "told")
        await self._async_write()
        return fact

    async def async_change(
        self, old: Fact, category: object, key: object, value: object
    ) -> Fact:
        """Replace a fact with another one. Raises as `async_learn`."""
        fact = self._learn(category, key, value, "told")
        if (fact.category, fact.key) != (old.category, old.key):
            self._facts.forget(old.category, old.key)
        await self._async_write()
        return fact

    async def async_forget(self, category: object, key: object) -> bool:
        """Forget a fact; return whether it existed. Raises as `async_learn`."""
        forgotten = self._facts.forget(category, key)
        value = forgotten.value if forgotten else ""
        self._tombstones.add(category_of(category), key_of(key), value, _now())
        if forgotten:
            self._issues.delete_memory_full()
        # An earlier call may have forgotten the fact but failed to write.
        if forgotten or self._written < self._changes:
            await self._async_write()
        return forgotten is not None

    async def async_enqueue(self, transcripts: Iterable[Sequence[str]]) -> None:
        """Enqueue transcripts for fact extraction.

        Raises `HomeAssistantError` if they cannot be written: then they are not
        enqueued.
        """
        new = [PendingTranscript(ulid_now(), list(lines)) for lines in transcripts]
        if dropped := self._pending.add(new):
            _LOGGER.warning("Too many transcripts wait; %s are dropped", dropped)
        try:
            await self._async_write()
        except HomeAssistantError:
            # The caller retries, and the transcripts must not be enqueued twice.
            self._pending.discard(pending.id for pending in new)
            raise

    async def async_extracted(
        self, pending: PendingTranscript, facts: Iterable[ExtractedFact]
    ) -> None:
        """Learn the facts extracted from a transcript, and dequeue the transcript.

        Facts forgotten within the lifetime of a tombstone are skipped. Raises
        `FactError` if the store is full: then the transcript stays pending.
        """
        for item in facts:
            if self._tombstones.has(item.category, item.key, item.value, _now()):
                continue
            try:
                self._learn(item.category, item.key, item.value, "extracted")
            except FactError as err:
                _LOGGER.debug("An extracted fact is not taken: %s", err.key)
                if err.key == "too_many":
                    raise
        self._pending.discard([pending.id])
        await self._async_write()

    async def async_failed(
        self, pending: PendingTranscript, reason: str | None, detail: str
    ) -> None:
        """Count a failed attempt to extract facts from a transcript.

        The arguments are those of `PendingTranscripts.fail`.
        """
        if self._pending.fail(pending.id, _now(), reason, detail):
            await self._async_write()

    async def async_retry(self, ids: Collection[str]) -> None:
        """Have transcripts tried again that were given up. Raises as `async_learn`."""
        if self._pending.retry(ids):
            await self._async_write()

    async def async_drop(self, ids: Collection[str]) -> None:
        """Delete transcripts. Raises as `async_learn`."""
        if self._pending.discard(ids):
            await self._async_write()

    def _learn(
        self, category: object, key: object, value: object, source: Source
    ) -> Fact:
        """Add a fact to the index; create an issue if the store is full."""
        try:
            now = dt_util.utcnow().isoformat()
            fact = self._facts.learn(category, key, value, source, now)
        except FactError as err:
            if err.key == "too_many":
                self._issues.create_memory_full(MAX_FACTS)
            raise
        if source == "told":
            self._tombstones.discard(fact.category, fact.key, fact.value)
        return fact

    async def _async_write(self) -> None:
        """Notify listeners and write; a cancelled caller does not cancel the write."""
        for listener in list(self._listeners):
            listener()
        self._changes += 1
        await asyncio.shield(
            self._hass.async_create_task(
                self._async_flush(self._changes), f"{DOMAIN} memory"
            )
        )

    async def _async_flush(self, change: int) -> None:
        """Write all changes so far, unless a later write included this one."""
        async with self._lock:
            # A later change may have been written first, including this one.
            if change <= self._written or self._removed:
                return
            changes = self._changes
            await self._file.async_write(self._data())
            self._written = changes

    def _data(self) -> dict[str, Any]:
        """Return the data to store."""
        return {
            "facts": self._facts.to_json(),
            "pending": self._pending.to_json(),
        }


def _now() -> float:
    """Return the time in seconds since 1970."""
    return dt_util.utcnow().timestamp()
