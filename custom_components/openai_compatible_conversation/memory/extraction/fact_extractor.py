"""Background extraction of facts from what users said in ended sessions.

Extraction begins only while no turn is running, and a turn that needs the slot of the
server cancels it (docs/decisions/0022-one-owner-of-the-slot.md). It begins again with the
same transcript. Transcripts are persisted until their facts are stored.

Decision record: docs/decisions/0008-memory-quotes-its-source.md.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
import logging

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later

from ...agent.extraction_requests import ExtractionRequests
from ...completions.errors import (
    CompletionError,
    ContextTooLongError,
    RequestTooLargeError,
)
from ...completions.slots import PreemptedError
from ...const import DOMAIN
from ...options import Options
from ..facts.extracted_fact import ExtractedFact
from ..facts.fact import Fact, FactError
from ..facts.said_line import SaidLine
from ..store.fact_store import FactStore
from ..store.pending_transcripts import PendingTranscript
from .extraction import ExtractionError, asked_for, parse_facts
from .extraction_failures import failure_reason
from .given_up import async_update_issue
from .known_facts import new_facts
from .transcript_parts import halves

_LOGGER = logging.getLogger(__name__)

RETRY_DELAYS = (60, 300, 900, 3600, 6 * 3600, 24 * 3600)
"""Seconds until a transcript is retried, by the number of failed attempts."""

SLICE = 25
"""Facts indexed per event loop iteration, so that the loop is not blocked."""


class FactExtractor:
    """Extracts facts from pending transcripts while no turn is running.

    Created at set-up of the config entry. `async_resume` starts the background task
    and `async_pause` cancels it; both can be called at any time.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        fact_store: FactStore,
        requests: ExtractionRequests,
        options: Callable[[], Options],
        is_quiet: Callable[[], bool],
        *,
        async_people: Callable[[], Awaitable[Collection[str]]],
    ) -> None:
        """Initialize a paused extractor.

        `options` returns the current options; `is_quiet` returns whether the sessions
        on that server are over; `async_people` the names of the people in the home.
        """
        self._hass = hass
        self._fact_store = fact_store
        self._requests = requests
        self._options = options
        self._is_quiet = is_quiet
        self._async_people = async_people
        self._task: asyncio.Task[None] | None = None
        self._timer: CALLBACK_TYPE | None = None
        self._not_before: dict[str, float] = {}
        """Earliest loop time in seconds for the next attempt, by transcript id."""

    @callback
    def async_resume(self) -> None:
        """Start extraction unless it is running."""
        if self._task is None or self._task.done():
            self._task = self._hass.async_create_background_task(
                self._async_work(), f"{DOMAIN} learner"
            )

    @callback
    def async_pause(self) -> None:
        """Cancel extraction; an interrupted transcript is extracted again later."""
        if self._task:
            self._task.cancel()
            self._task = None
        self._cancel_retry()

    @callback
    def _cancel_retry(self) -> None:
        """Cancel the retry timer."""
        if self._timer:
            self._timer()
            self._timer = None

    async def _async_work(self) -> None:
        """Index restored facts, then extract from each transcript that is due."""
        while self._fact_store.warm(SLICE):  # noqa: ASYNC110
            # Yields to the event loop; there is no event to wait for.
            await asyncio.sleep(0)
        while (
            self._is_quiet()
            and self._options().enable_fact_learning
            and (pending := self._due()) is not None
        ):
            await self._async_extract(pending)
        self._schedule_retry()
        await async_update_issue(
            self._hass,
            self._fact_store.issues,
            self._fact_store.pending,
            self._requests.host,
        )

    def _due(self) -> PendingTranscript | None:
        """Return the first transcript that is due."""
        now = self._hass.loop.time()
        return next(
            (p for p in self._fact_store.waiting if self._due_at(p) <= now),
            None,
        )

    def _due_at(self, pending: PendingTranscript) -> float:
        """Return the loop time of the next attempt; at once without a failed one."""
        return self._not_before.get(pending.id, 0) if pending.attempts else 0

    def _schedule_retry(self) -> None:
        """Schedule extraction for when the next transcript is due."""
        self._cancel_retry()
        waiting = [self._due_at(pending) for pending in self._fact_store.waiting]
        if waiting and self._is_quiet() and self._options().enable_fact_learning:
            delay = max(min(waiting) - self._hass.loop.time(), 0)
            self._timer = async_call_later(self._hass, delay, self._retry)

    @callback
    def _retry(self, _now: object) -> None:
        """Resume extraction."""
        self._timer = None
        self.async_resume()

    async def _async_extract(self, pending: PendingTranscript) -> None:
        """Extract facts from a transcript; back off if that fails."""
        try:
            await self._async_learn_from(pending)
        except PreemptedError:
            # It is still the first that is due.
            _LOGGER.debug("Fact extraction makes way")
        except (CompletionError, ExtractionError, FactError, HomeAssistantError) as err:
            _LOGGER.debug("Facts cannot be extracted yet: %s", type(err).__name__)
            delay = RETRY_DELAYS[min(pending.attempts, len(RETRY_DELAYS) - 1)]
            self._not_before[pending.id] = self._hass.loop.time() + delay
            try:
                await self._fact_store.async_failed(pending, *failure_reason(err))
            except HomeAssistantError as failure:
                _LOGGER.debug("Nor can that be written: %s", type(failure).__name__)
        else:
            self._not_before.pop(pending.id, None)

    async def _async_learn_from(self, pending: PendingTranscript) -> None:
        """Learn the facts of a transcript, or split it if it does not fit a request."""
        store = self._fact_store
        parts = await self._requests.async_parts(pending.lines)
        if len(parts) != 1:
            await store.async_split(pending, parts)
            return
        known = store.known_keys(line.text for line in pending.lines)
        try:
            answer = await self._requests.async_send(
                pending.lines, known, self._is_quiet
            )
        except ContextTooLongError, RequestTooLargeError:
            if len(parts := halves(pending.lines)) == 1:
                raise
            await store.async_split(pending, parts)
            return
        people = await self._async_people()
        # Lines may be forgotten while the model answers.
        while current := store.transcript(pending.id):
            # Reading a malformed answer can take long.
            facts = await self._hass.async_add_executor_job(
                _facts_in, answer, current.lines, people, store.facts
            )
            if store.transcript(pending.id) == current:
                await store.async_extracted(current, facts)
                return


def _facts_in(
    answer: str,
    lines: Sequence[SaidLine],
    people: Collection[str],
    known: Iterable[Fact],
) -> list[ExtractedFact]:
    """Return the facts in an answer that are new. Raises `ExtractionError`."""
    known = list(known)
    facts = new_facts(parse_facts(answer, lines, people), known)
    return facts + asked_for(lines, [*facts, *known], people)
