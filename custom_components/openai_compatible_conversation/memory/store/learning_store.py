"""What is learned: facts that are told, changed, imported or extracted.

Decision records: docs/decisions/0008-memory-quotes-its-source.md and
docs/decisions/0023-a-memory-forgets-and-corrects.md.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
import logging
from typing import Any, override

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ...const import DOMAIN
from ...issues import Issues
from ..facts.extracted_fact import ExtractedFact
from ..facts.fact import MAX_FACTS, Fact, FactError, Origin
from ..facts.fact_json import facts_to_import
from ..facts.fact_revision import time_said
from ..forgetting.forgotten_marks import ForgottenMarks
from .fact_index import UNKNOWN, new_fact
from .fact_queries import FactQueries
from .pending_transcripts import PendingTranscript
from .transcript_store import TranscriptStore

_LOGGER = logging.getLogger(__name__)

SLICE = 200
"""Imported facts per event loop iteration, so that the loop is not blocked."""


class LearningStore(FactQueries, TranscriptStore):
    """The facts of an entry, and what is learned. Base class of the fact store.

    A change raises `HomeAssistantError` if it cannot be written.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str, issues: Issues) -> None:
        """Initialize without facts."""
        FactQueries.__init__(self)
        TranscriptStore.__init__(self, hass, entry_id, issues)
        self._marks = ForgottenMarks()

    async def async_learn(
        self,
        category: object,
        key: object,
        value: object,
        *,
        subject: object = None,
        origin: Origin = UNKNOWN,
    ) -> Fact:
        """Learn a fact that a user told, and return it.

        Raises `FactError` for invalid arguments or a full store.
        """
        with self._noticing_if_full():
            fact = self._facts.learn(
                category, key, value, "told", utc_now(), subject=subject, origin=origin
            )
        self._marks.discard(fact)
        await self._async_write()
        return fact

    async def async_change(
        self,
        old: Fact,
        category: object,
        key: object,
        value: object,
        *,
        subject: object = None,
        origin: Origin = UNKNOWN,
    ) -> Fact:
        """Change a fact as a user wants it, and return it.

        Without a subject it stays that of the same person. Raises `FactError` for
        invalid arguments, and "key_taken" if it would replace another fact.
        """
        whose = old.subject if subject is None else subject
        now = utc_now()
        with self._noticing_if_full():
            fact = self._facts.change(
                old, category, key, value, now, subject=whose, origin=origin
            )
        self._marks.discard(fact)
        if old not in self._facts:
            # What was said before is not to bring it back under its old name.
            self._marks.add(replace(old, value=""), now)
        await self._async_write()
        return fact

    async def async_import(self, data: object) -> tuple[int, int]:
        """Add exported facts; return the numbers of those taken and refused.

        A fact that is known is merged: a told one wins, then the newer one. Raises
        `FactError` "bad_import" if it is no export.
        """
        facts, refused = await self._hass.async_add_executor_job(facts_to_import, data)
        # A caller that is cancelled leaves no part of the facts out.
        taken = await asyncio.shield(
            self._hass.async_create_task(self._async_merge(facts), f"{DOMAIN} import")
        )
        return taken, refused + len(facts) - taken

    async def _async_merge(self, facts: list[Fact]) -> int:
        """Merge facts with those that are known; return how many fit in."""
        taken = 0
        for begin in range(0, len(facts), SLICE):
            new = self._facts.merge(facts[begin : begin + SLICE])
            self._marks.discard(*new)
            taken += len(new)
            await asyncio.sleep(0)
        if taken < len(facts):
            self._issues.create_memory_full(MAX_FACTS)
        if taken:
            await self._async_write()
        return taken

    async def async_extracted(
        self, pending: PendingTranscript, facts: Iterable[ExtractedFact]
    ) -> None:
        """Learn the facts extracted from a transcript, and dequeue the transcript.

        What was forgotten is left out, and so is what was true only before. Nothing is
        learned if lines of the transcript were forgotten meanwhile. Raises `FactError`
        if the store is full: then the transcript stays pending.
        """
        current = self._pending.get(pending.id)
        if current is None or current.lines != pending.lines:
            return
        for item in facts:
            try:
                with self._noticing_if_full():
                    self._learn_extracted(item)
            except FactError as err:
                _LOGGER.debug("An extracted fact is not taken: %s", err.key)
                if err.key == "too_many":
                    raise
        self._pending.discard([pending.id])
        await self._async_write()

    def _learn_extracted(self, item: ExtractedFact) -> None:
        """Learn an extracted fact, unless it was forgotten. Raises `FactError`."""
        fact = new_fact(
            item.category,
            item.key,
            item.value,
            "extracted",
            time_said(item.said_at, utc_now()),
            subject=item.subject,
            origin=item.origin,
        )
        if self._marks.has(fact, item.said_at):
            return
        if not self._facts.is_outdated(fact, item.said_at):
            self._facts.put(fact, item.said_at)

    @contextmanager
    def _noticing_if_full(self) -> Iterator[None]:
        """Create an issue if the store turns out to be full."""
        try:
            yield
        except FactError as err:
            if err.key == "too_many":
                self._issues.create_memory_full(MAX_FACTS)
            raise

    @override
    def _data(self) -> dict[str, Any]:
        """Return the data to store."""
        return {
            "facts": self._facts.to_json(),
            **super()._data(),
            **self._marks.to_json(),
        }


def utc_now() -> str:
    """Return the time, ISO 8601 in UTC."""
    return dt_util.utcnow().isoformat()
