"""Learns in passing: when a session is over, facts are extracted from what users said."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
import logging

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later

from ..completions.client import CompletionsClient
from ..completions.errors import CompletionError
from ..completions.events import Finished, TextDelta
from ..completions.request import build_body
from ..const import DOMAIN
from ..options import Options
from .extraction import (
    RESPONSE_FORMAT,
    ExtractedFact,
    ExtractionError,
    messages_for,
    parse_facts,
)
from .fact import FactError
from .fact_store import FactStore, PendingTranscript

_LOGGER = logging.getLogger(__name__)

RETRY_DELAYS = (60, 300, 900, 3600, 6 * 3600, 24 * 3600)
"""Seconds until a transcript is tried again, by how often it failed."""

SLICE = 100
"""Facts that are indexed in one go, so that nobody else has to wait."""


class FactExtractor:
    """Asks the model for the facts in what waits, while nobody is speaking."""

    def __init__(
        self,
        hass: HomeAssistant,
        fact_store: FactStore,
        client: CompletionsClient,
        options: Callable[[], Options],
        is_quiet: Callable[[], bool],
    ) -> None:
        """Initialize with what returns the options, and whether nobody is speaking."""
        self._hass = hass
        self._fact_store = fact_store
        self._client = client
        self._options = options
        self._is_quiet = is_quiet
        self._task: asyncio.Task[None] | None = None
        self._timer: CALLBACK_TYPE | None = None
        self._not_before: dict[str, float] = {}

    @callback
    def async_resume(self) -> None:
        """Extract from what waits, unless somebody speaks."""
        if self._task is None or self._task.done():
            self._task = self._hass.async_create_background_task(
                self._async_work(), f"{DOMAIN} learner"
            )

    @callback
    def async_pause(self) -> None:
        """Leave the server to who is speaking. What was begun is begun again later."""
        if self._task:
            self._task.cancel()
            self._task = None
        self._cancel_retry()

    @callback
    def _cancel_retry(self) -> None:
        """Stop the timer."""
        if self._timer:
            self._timer()
            self._timer = None

    async def _async_work(self) -> None:
        """Extract from one transcript after the other, those that are due."""
        while self._fact_store.warm(SLICE):  # noqa: ASYNC110
            # There is nothing to wait for: others have their turn.
            await asyncio.sleep(0)
        while (
            self._is_quiet()
            and self._options().enable_fact_learning
            and (pending := self._due()) is not None
        ):
            await self._async_extract(pending)
        self._schedule_retry()

    def _due(self) -> PendingTranscript | None:
        """Return the first transcript that is to be tried now."""
        now = self._hass.loop.time()
        return next(
            (
                p
                for p in self._fact_store.pending
                if self._not_before.get(p.id, 0) <= now
            ),
            None,
        )

    def _schedule_retry(self) -> None:
        """Wake when the next transcript is due."""
        self._cancel_retry()
        waiting = [self._not_before.get(p.id, 0) for p in self._fact_store.pending]
        if waiting and self._is_quiet() and self._options().enable_fact_learning:
            delay = max(min(waiting) - self._hass.loop.time(), 0)
            self._timer = async_call_later(self._hass, delay, self._retry)

    @callback
    def _retry(self, _now: object) -> None:
        """Try again."""
        self._timer = None
        self.async_resume()

    async def _async_extract(self, pending: PendingTranscript) -> None:
        """Extract from a transcript; if that fails, it goes on waiting."""
        try:
            found = await self._async_ask(pending)
            await self._fact_store.async_extracted(pending, found)
        except (CompletionError, ExtractionError, FactError, HomeAssistantError) as err:
            _LOGGER.debug("Facts cannot be extracted yet: %s", type(err).__name__)
            pause = RETRY_DELAYS[min(pending.attempts, len(RETRY_DELAYS) - 1)]
            self._not_before[pending.id] = self._hass.loop.time() + pause
            try:
                await self._fact_store.async_failed(pending)
            except HomeAssistantError as failure:
                _LOGGER.debug("Nor can that be written: %s", type(failure).__name__)
        else:
            self._not_before.pop(pending.id, None)

    async def _async_ask(self, pending: PendingTranscript) -> list[ExtractedFact]:
        """Return the facts that the model finds in a transcript."""
        options = self._options()
        body = build_body(
            options.chat_model,
            messages_for(pending.lines),
            stream=options.enable_streaming,
            extra={"response_format": RESPONSE_FORMAT, **(options.extra_body or {})},
        )
        words: list[str] = []
        async with aclosing(
            self._client.stream(body, headers=options.extra_headers)
        ) as events:
            async for event in events:
                match event:
                    case TextDelta(text):
                        words.append(text)
                    case Finished("content_filter"):
                        raise ExtractionError("The server held its answer back")
        # What a model babbles may take long to read.
        return await self._hass.async_add_executor_job(
            parse_facts, "".join(words), pending.lines
        )
