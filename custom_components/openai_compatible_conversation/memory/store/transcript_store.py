"""The transcripts from which facts are still to be extracted, persisted on every change."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import replace
import logging
from typing import Any

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from homeassistant.util.ulid import ulid_now

from ...const import DOMAIN
from ...issues import Issues
from ..facts.said_line import SaidLine
from .fact_file import FactFile
from .pending_transcripts import PendingTranscript, PendingTranscripts
from .queued_turns import QueuedTurns

_LOGGER = logging.getLogger(__name__)

type StandsFor = Callable[[str], bool]
"""Returns whether a line that was said stands for what is forgotten."""

type ForgottenListener = Callable[[StandsFor], Awaitable[None]]
"""Drops what stands for it, and returns what waits until that is saved."""


class TranscriptStore:
    """The pending transcripts of a config entry. Base class of the fact store.

    A change raises `HomeAssistantError` if it cannot be written.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str, issues: Issues) -> None:
        """Initialize without transcripts."""
        self._hass = hass
        self._file = FactFile(hass, entry_id, issues.create_set_aside, self._data)
        self._issues = issues
        self._pending = PendingTranscripts()
        self._queued = QueuedTurns()
        self._listeners: list[CALLBACK_TYPE] = []
        self._forgotten_listeners: list[ForgottenListener] = []
        self._saves: list[Awaitable[None]] = []
        """What waits until the listeners have saved what they dropped."""

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

    def transcript(self, id_: str) -> PendingTranscript | None:
        """Return a pending transcript as it is now, None if it is gone."""
        return self._pending.get(id_)

    @callback
    def async_listen(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Add a listener for changes; return a callback that removes it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_listen_forgotten(self, listener: ForgottenListener) -> CALLBACK_TYPE:
        """Add a listener for what is forgotten; return a callback that removes it.

        It is called with a function that tells whether a line that was said stands for
        what is forgotten. What it returns is awaited before the write.
        """
        self._forgotten_listeners.append(listener)
        return lambda: self._forgotten_listeners.remove(listener)

    def has_queued(self, turn_id: str) -> bool:
        """Return whether what was said in a turn of a session was enqueued."""
        return turn_id in self._queued

    async def async_enqueue(
        self,
        transcripts: Iterable[Sequence[SaidLine]],
        turn_ids: Collection[str] = (),
        held: Collection[str] = (),
    ) -> None:
        """Enqueue transcripts for fact extraction.

        `turn_ids` are the ids of the turns that they come from, and `held` those of all
        turns that sessions hold. If it cannot be written, nothing is enqueued.
        """
        new = [PendingTranscript(ulid_now(), list(lines)) for lines in transcripts]
        self._queued.add(turn_ids, held)
        if dropped := self._pending.add(new):
            _LOGGER.warning("Too many transcripts wait; %s are dropped", dropped)
        try:
            await self._async_write()
        except HomeAssistantError:
            # The caller retries, and the transcripts must not be enqueued twice.
            self._pending.discard(pending.id for pending in new)
            self._queued.discard(turn_ids)
            raise

    async def async_split(
        self, pending: PendingTranscript, parts: Iterable[Sequence[SaidLine]]
    ) -> None:
        """Replace a transcript by its parts."""
        new = [PendingTranscript(ulid_now(), list(lines)) for lines in parts]
        if self._pending.replace(pending.id, new):
            await self._async_write()

    async def async_failed(
        self, pending: PendingTranscript, reason: str | None, detail: str
    ) -> None:
        """Count a failed attempt to extract facts from a transcript.

        The arguments are those of `PendingTranscripts.fail`.
        """
        now = dt_util.utcnow().timestamp()
        if self._pending.fail(pending.id, now, reason, detail):
            await self._async_write()

    async def async_retry(self, ids: Collection[str]) -> None:
        """Have transcripts tried again that were given up."""
        if self._pending.retry(ids):
            await self._async_write()

    async def async_drop(self, ids: Collection[str]) -> None:
        """Delete transcripts."""
        if self._pending.discard(ids):
            await self._async_write()

    async def async_delete_pending(self) -> None:
        """Delete all transcripts, as nothing is to be learned any more."""
        await self.async_drop([pending.id for pending in self._pending])

    def _forget_lines(self, stands_for: StandsFor) -> None:
        """Remove the lines that stand for what is forgotten, here and in sessions."""
        for pending in self._pending:
            lines = [line for line in pending.lines if not stands_for(line.text)]
            if len(lines) < len(pending.lines):
                kept = [replace(pending, lines=lines)] if lines else []
                self._pending.replace(pending.id, kept)
        self._saves += [listener(stands_for) for listener in self._forgotten_listeners]

    async def _async_write_forgotten(self) -> None:
        """Write after the listeners; a cancelled caller does not cancel that.

        A kill in between leaves a fact without the words that it was learned from.
        """
        saves, self._saves = self._saves, []

        async def write() -> None:
            failures = await asyncio.gather(*saves, return_exceptions=True)
            await self._async_write()
            for failure in filter(None, failures):
                raise failure

        await asyncio.shield(
            self._hass.async_create_task(write(), f"{DOMAIN} forgetting")
        )

    async def _async_write(self) -> None:
        """Notify listeners and write."""
        for listener in list(self._listeners):
            listener()
        await self._file.async_write()

    def _data(self) -> dict[str, Any]:
        """Return the data to store."""
        return {
            "pending": self._pending.to_json(),
            "queued": self._queued.to_json(),
        }
