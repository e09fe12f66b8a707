"""The requests of fact extraction, for which everything else takes precedence.

Each is bounded, for nobody would notice one that goes on: by tokens, and by time.

Decision record: docs/decisions/0022-one-owner-of-the-slot.md.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from ..completions.errors import ContentFilterError, ServerTimeoutError
from ..completions.events import Finished, TextDelta
from ..completions.request import build_body
from ..completions.slots import PreemptedError, Priority
from ..memory.extraction import (
    RESPONSE_FORMAT,
    ExtractedFact,
    messages_for,
    parse_facts,
)
from ..repetition.detector import RepetitionDetector
from .metrics import Purpose, counted
from .response_limits import length_limit
from .server import Server

MAX_TOKENS = 4096
"""Tokens of an answer: the facts of a transcript take some hundreds, reasoning more."""

MAX_SECONDS = 600.0
"""Seconds of a request, from when it has a slot."""


@dataclass(frozen=True, slots=True)
class ExtractionRequests:
    """Asks the server of an entry for the facts in transcripts."""

    server: Server

    @property
    def host(self) -> str:
        """Return the host and port of the server for display."""
        return self.server.host

    async def async_send(
        self, lines: Sequence[str], is_quiet: Callable[[], bool]
    ) -> list[ExtractedFact]:
        """Return the facts that the model extracts from a transcript.

        Raises `PreemptedError` if something more important takes the slot, or if it is
        not quiet when there is one, `CompletionError`, and `ExtractionError` if the
        answer cannot be read.
        """

        async def request() -> str:
            """Send the request, and return the answer."""
            if not is_quiet():
                raise PreemptedError
            return await self._async_answer(lines)

        answer = await self.server.slots.async_run(Priority.EXTRACTION, request)
        # Parsing a malformed answer can take long.
        return await self.server.hass.async_add_executor_job(parse_facts, answer, lines)

    async def _async_answer(self, lines: Sequence[str]) -> str:
        """Return the answer to a request, or what there is of it at a limit."""
        options = self.server.options
        body = build_body(
            options.chat_model,
            messages_for(lines),
            stream=options.enable_streaming,
            extra={
                "response_format": RESPONSE_FORMAT,
                **(options.extra_body or {}),
                **length_limit(options, MAX_TOKENS),
            },
        )
        deltas: list[str] = []
        detector = RepetitionDetector()
        events = counted(
            self.server.stream(body, purpose=Purpose.EXTRACTION),
            self.server.metrics,
            Purpose.EXTRACTION,
        )
        try:
            async with asyncio.timeout(MAX_SECONDS), aclosing(events):
                async for event in events:
                    match event:
                        case TextDelta(text):
                            deltas.append(text)
                            if detector.feed(text):
                                # The facts before it are complete.
                                break
                        case Finished("content_filter"):
                            raise ContentFilterError
        except TimeoutError as err:
            if not deltas:
                raise ServerTimeoutError from err
        return "".join(deltas)
