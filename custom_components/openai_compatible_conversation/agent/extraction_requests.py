"""The requests of fact extraction, for which everything else takes precedence.

Each is bounded, for nobody would notice one that goes on: by tokens, and by time.

Decision record: docs/decisions/0022-one-owner-of-the-slot.md.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from ..completions.errors import ContentFilterError, ServerTimeoutError
from ..completions.events import Finished, TextDelta
from ..completions.request import build_body
from ..completions.slots import PreemptedError, Priority
from ..memory.extraction.extraction_prompt import (
    INSTRUCTIONS,
    RESPONSE_FORMAT,
    known_texts,
    line_text,
    messages_for,
)
from ..memory.extraction.transcript_parts import transcript_parts
from ..memory.facts.fact import Fact
from ..memory.facts.said_line import SaidLine
from ..repetition.detector import RepetitionDetector
from .metrics import Purpose, counted
from .prompt_reading import async_read_in_steps
from .response_limits import length_limit
from .server import Server
from .token_budget import TokenBudget

MAX_TOKENS = 4096
"""Tokens of an answer: the facts of a transcript take some hundreds, reasoning more."""

MAX_LINES = 2500
"""Tokens of the lines of a request: of more, small models overlook what stands in it."""

MAX_KNOWN = 800
"""Tokens of the known facts in a request."""

MAX_SECONDS = 600.0
"""Seconds of a request, from when it has a slot."""

_ANSWER_SHARE = 1 / 4
_KNOWN_SHARE = 1 / 8
"""What answer and known facts may take of a context."""

_FRAME = 64
"""Tokens of a request beside texts."""

_MIN_LINES = 200
"""Tokens of the lines in any case: what is too long is refused, and split again."""


@dataclass(frozen=True, slots=True)
class ExtractionRequests:
    """Asks the server of an entry for the facts in transcripts."""

    server: Server
    budget: TokenBudget

    @property
    def host(self) -> str:
        """Return the host and port of the server for display."""
        return self.server.host

    async def async_parts(self, lines: Iterable[SaidLine]) -> list[list[SaidLine]]:
        """Return a transcript in parts that fit into a request each."""
        # The size of the context may not be known yet after a start.
        await self.server.identity.async_known()
        count = self.budget.limits().count
        room = self._context - self._max_tokens - self._max_known - _FRAME
        limit = min(max(room - count(INSTRUCTIONS), _MIN_LINES), MAX_LINES)
        return transcript_parts(lines, lambda line: count(line_text(line)) + 1, limit)

    async def async_send(
        self,
        lines: Sequence[SaidLine],
        known: Iterable[Fact],
        is_quiet: Callable[[], bool],
    ) -> str:
        """Return the model's answer about the facts in a transcript.

        It is told the `known` facts, as many as there is room for. Raises
        `PreemptedError` if something more important takes the slot, or if it is not
        quiet when there is one, and `CompletionError`.
        """

        async def request() -> str:
            """Send the request, and return the answer."""
            if not is_quiet():
                raise PreemptedError
            return await self._async_answer(lines, known)

        return await self.server.slots.async_run(Priority.EXTRACTION, request)

    @property
    def _context(self) -> int:
        """Return the tokens of the model's context."""
        return self.budget.shares.context

    @property
    def _max_tokens(self) -> int:
        """Return the tokens of an answer."""
        return min(int(self._context * _ANSWER_SHARE), MAX_TOKENS)

    @property
    def _max_known(self) -> int:
        """Return the tokens of the known facts in a request."""
        return min(int(self._context * _KNOWN_SHARE), MAX_KNOWN)

    async def _async_answer(
        self, lines: Iterable[SaidLine], known: Iterable[Fact]
    ) -> str:
        """Return the answer to a request, or what there is of it at a limit."""
        options, count = self.server.options, self.budget.limits().count
        messages = messages_for(lines, known_texts(known, count, self._max_known))
        extra = {"response_format": RESPONSE_FORMAT, **(options.extra_body or {})}
        body = build_body(
            options.chat_model,
            messages,
            stream=options.enable_streaming,
            extra={**extra, **length_limit(options, self._max_tokens)},
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
                await async_read_in_steps(self.server, messages, extra, count)
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
