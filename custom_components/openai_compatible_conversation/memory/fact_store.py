"""What a household wants to be remembered: on disk before anybody is told that it is."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
import logging
from typing import Any

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from homeassistant.util.ulid import ulid_now

from ..const import DOMAIN
from ..issues import Issues
from .extraction import ExtractedFact
from .fact import Fact, FactError, Source, category_of, key_of
from .fact_file import FactFile
from .fact_index import MAX_FACTS, FactIndex
from .tombstones import Tombstones

_LOGGER = logging.getLogger(__name__)

MAX_PENDING = 100
"""Transcripts that wait for facts to be extracted from them."""


@dataclass(frozen=True, slots=True)
class PendingTranscript:
    """What users said in a session, of which facts are still to be extracted."""

    id: str
    lines: list[str]
    attempts: int = 0
    """How often that failed."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"id": self.id, "lines": self.lines, "attempts": self.attempts}


class FactStore:
    """The facts of an entry, and the transcripts that wait. Every change is on disk."""

    def __init__(self, hass: HomeAssistant, entry_id: str, issues: Issues) -> None:
        """Initialize before anything was loaded."""
        self._hass = hass
        self._file = FactFile(hass, entry_id)
        self._issues = issues
        self._facts = FactIndex()
        self._tombstones = Tombstones()
        self._pending: dict[str, PendingTranscript] = {}
        self._lock = asyncio.Lock()
        self._changes = self._written = 0
        self._listeners: list[CALLBACK_TYPE] = []
        self._loaded = self._removed = False

    async def async_load(self) -> None:
        """Take up what was remembered, once. What cannot be read is set aside.

        Raises `HomeAssistantError` if there is no reading the file now: then nothing
        was taken up, and it can be tried again.
        """
        if self._loaded:
            return
        data, aside = await self._file.async_read()
        data = data or {}
        self._facts, lost = FactIndex.from_json(data.get("facts"))
        pending = [_pending(item) for item in _items(data.get("pending"))]
        self._pending = {found.id: found for found in pending if found}
        if lost or None in pending:
            aside = await self._file.async_set_aside("damaged")
        self._loaded = True
        if aside:
            _LOGGER.warning("A part of the memory cannot be read: see %s", aside)
            self._issues.create_memory_set_aside(aside)

    async def async_remove(self) -> None:
        """Remove all that is remembered, for good."""
        self._removed = True
        async with self._lock:
            await self._file.async_remove()
        self._facts.close()

    def warm(self, count: int) -> bool:
        """Index so many facts that were loaded; return whether there are more."""
        return self._facts.warm(count)

    @property
    def facts(self) -> list[Fact]:
        """Return all facts, in the order in which they were learned."""
        return list(self._facts)

    @property
    def pending(self) -> list[PendingTranscript]:
        """Return the transcripts that wait, the oldest first."""
        return list(self._pending.values())

    @callback
    def async_listen(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener after each change of the facts, until what is returned is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def query(self, category: object, text: object) -> tuple[list[Fact], int]:
        """Return the facts that match, and how many more. Raises `FactError`."""
        return self._facts.query(category, text)

    async def async_learn(self, category: object, key: object, value: object) -> Fact:
        """Remember what a user told.

        Raises `FactError`, and `HomeAssistantError` if it cannot be written.
        """
        fact = self._learn(category, key, value, "told")
        await self._async_write()
        return fact

    async def async_change(
        self, old: Fact, category: object, key: object, value: object
    ) -> Fact:
        """Put a fact in the place of another one, or say why not. Raises as `async_learn`."""
        fact = self._learn(category, key, value, "told")
        if (fact.category, fact.key) != (old.category, old.key):
            self._facts.forget(old.category, old.key)
        await self._async_write()
        return fact

    async def async_forget(self, category: object, key: object) -> bool:
        """Forget a fact; return whether there was one. Raises as `async_learn`."""
        gone = self._facts.forget(category, key)
        value = gone.value if gone else ""
        self._tombstones.add(category_of(category), key_of(key), value, _now())
        if gone:
            self._issues.delete_memory_full()
        # It may have gone before, but not from the disk.
        if gone or self._written < self._changes:
            await self._async_write()
        return gone is not None

    async def async_enqueue(self, transcripts: Iterable[Sequence[str]]) -> None:
        """Keep transcripts until facts were extracted from them.

        Raises `HomeAssistantError` if they cannot be written: then they are not kept.
        """
        new = [PendingTranscript(ulid_now(), list(lines)) for lines in transcripts]
        self._pending |= {pending.id: pending for pending in new}
        while len(self._pending) > MAX_PENDING:
            _LOGGER.warning("Too many transcripts wait; the oldest is dropped")
            del self._pending[next(iter(self._pending))]
        try:
            await self._async_write()
        except HomeAssistantError:
            # They are given again, and must not wait twice.
            for pending in new:
                self._pending.pop(pending.id, None)
            raise

    async def async_extracted(
        self, pending: PendingTranscript, found: Iterable[ExtractedFact]
    ) -> None:
        """Remember what was extracted from a transcript, which need not wait any more.

        What was forgotten lately stays forgotten. Raises `FactError` if there is no
        room: then the transcript goes on waiting.
        """
        for item in found:
            if self._tombstones.has(item.category, item.key, item.value, _now()):
                continue
            try:
                self._learn(item.category, item.key, item.value, "extracted")
            except FactError as err:
                _LOGGER.debug("An extracted fact is not taken: %s", err.key)
                if err.key == "too_many":
                    raise
        self._pending.pop(pending.id, None)
        await self._async_write()

    async def async_failed(self, pending: PendingTranscript) -> None:
        """Count that facts could not be extracted from a transcript."""
        if pending.id in self._pending:
            again = replace(pending, attempts=pending.attempts + 1)
            self._pending[pending.id] = again
            await self._async_write()

    def _learn(
        self, category: object, key: object, value: object, source: Source
    ) -> Fact:
        """Take a fact in; where there is no room any more, the user is told so."""
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
        """Have on disk what there is now, also if nobody waits for it any more."""
        for listener in list(self._listeners):
            listener()
        self._changes += 1
        await asyncio.shield(
            self._hass.async_create_task(
                self._async_flush(self._changes), f"{DOMAIN} memory"
            )
        )

    async def _async_flush(self, change: int) -> None:
        """Have a change on disk, with all that came until then."""
        async with self._lock:
            # Another one may have written this change with its own.
            if change <= self._written or self._removed:
                return
            changes = self._changes
            await self._file.async_write(
                {
                    "facts": self._facts.to_json(),
                    "pending": [item.to_json() for item in self._pending.values()],
                }
            )
            self._written = changes


def _now() -> float:
    """Return the time, in seconds since 1970."""
    return dt_util.utcnow().timestamp()


def _items(data: object) -> list[object]:
    """Return what stands in a list, nothing if there is none."""
    return data if isinstance(data, list) else []


def _pending(data: object) -> PendingTranscript | None:
    """Return the transcript that was stored, None if it cannot be read."""
    match data:
        case {"id": str() as number, "lines": [*lines], "attempts": int() as attempts}:
            return PendingTranscript(number, [str(line) for line in lines], attempts)
    return None
