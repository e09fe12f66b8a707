"""The persistent store of facts and of transcripts pending extraction, and forgetting.

A change is reported as successful only once it is on disk. Concurrent changes share a
write.

Decision records: docs/decisions/0008-memory-quotes-its-source.md and
docs/decisions/0023-a-memory-forgets-and-corrects.md.
"""

from collections.abc import Iterable
from dataclasses import replace

from homeassistant.core import HomeAssistant

from ...issues import Issues
from ..facts.fact import Fact, category_of, key_of, name_of
from ..forgetting.forgotten_lines import ForgottenLines
from ..forgetting.forgotten_marks import ForgottenMarks
from .fact_index import FactIndex
from .learning_store import LearningStore, utc_now
from .pending_transcripts import PendingTranscripts
from .queued_turns import QueuedTurns


class FactStore(LearningStore):
    """The facts and pending transcripts of a config entry, persisted on every change.

    Created with the entry state, loaded once, kept over reloads of the entry, and
    removed with it. A change raises `HomeAssistantError` if it cannot be written.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str, issues: Issues) -> None:
        """Initialize an empty store; `async_load` loads it."""
        super().__init__(hass, entry_id, issues)
        self._loaded = False

    async def async_load(self) -> None:
        """Load the file on the first call; a damaged or newer file is set aside.

        Raises `HomeAssistantError` if the file cannot be read: then nothing is loaded,
        and loading can be retried.
        """
        if self._loaded:
            return
        data = await self._file.async_read()
        self._facts, lost_facts = FactIndex.from_json(data.get("facts"))
        self._pending, lost_pending = PendingTranscripts.from_json(data.get("pending"))
        self._marks, lost_marks = ForgottenMarks.from_json(data)
        self._queued = QueuedTurns.from_json(data.get("queued"))
        if lost_facts or lost_pending or lost_marks:
            await self._file.async_set_aside()
        self._loaded = True

    async def async_remove(self) -> None:
        """Remove the file and free the index; nothing is written afterwards."""
        await self._file.async_remove()
        self._facts.close()

    async def async_forget(
        self, category: object, key: object, subject: object = None
    ) -> bool:
        """Forget a fact; return whether it existed. Raises `FactError`.

        Without a subject, it is the household's, or the only one with that category and
        key. If it is not known, it is not learned from what was said before, either.
        """
        fact = self._facts.get(category, key, subject)
        if fact is None:
            named = category_of(category), key_of(key), ""
            unknown = Fact(*named, "told", utc_now(), utc_now(), name_of(subject))
            self._forget([unknown])
        else:
            self._forget([fact])
        await self._async_write_forgotten()
        return fact is not None

    async def async_forget_facts(self, facts: Iterable[Fact]) -> int:
        """Forget facts; return how many of them existed."""
        known = [fact for fact in map(self._facts.find, facts) if fact]
        self._forget(known)
        # Also if none is known: an earlier call may have failed to write.
        await self._async_write_forgotten()
        return len(known)

    async def async_forget_everything(self) -> int:
        """Forget all facts, and all that was said until now; return how many facts.

        Copies of files that could not be used are deleted as well.
        """
        count = len(self._facts)
        self._facts.close()
        self._facts = FactIndex()
        self._marks.add_all(utc_now())
        self._forget_lines(lambda _: True)
        self._issues.delete_memory_full()
        self._issues.delete_transcripts_given_up()
        await self._async_write_forgotten()
        await self._file.async_delete_copies()
        self._issues.delete_set_aside("memory", "session")
        return count

    def _forget(self, facts: list[Fact]) -> None:
        """Forget facts, their past and what was said of them; the caller writes."""
        now = utc_now()
        for fact in facts:
            for past in fact.past:
                self._marks.add(replace(fact, value=past.value), now)
            self._marks.add(fact, now)
            if self._facts.remove(fact):
                self._issues.delete_memory_full()
        self._forget_lines(ForgottenLines(facts))
