"""Read response bodies within time limits.

Decision record: docs/decisions/0012-silence-ends-a-response.md.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from .errors import CompletionError, ConnectionLostError, ServerTimeoutError
from .house_address import is_house_address
from .response_decoder import Ending, ResponseDecoder


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Time limits for a server, in seconds."""

    connect: float = 5
    models: float = 10
    first_token: float = 60
    """Silence before the first token, for a request without a limit of its own."""
    between_tokens: float = 30
    """Silence after the first token; at least half of that before it."""
    whole_answer: float = 90
    """Silence of a response that is not streamed; at least that of a streamed one."""
    whole_stream: float = 600
    """Total time to the first token, and again from there to the end.

    It holds even while the server sends something.
    """
    after_finish: float = 2
    """From the token usage after the finish reason to the end of the stream.

    Anything still missing by then is dropped.
    """
    drain: float = 0.25
    """From the end marker to the end of the HTTP response.

    Only a response that was read to its end leaves a reusable connection.
    """


TIMEOUTS = Timeouts()

HOUSE_TIMEOUTS = Timeouts(first_token=180)
"""Time limits for a server in the house.

A machine without a graphics card reads a prompt of some thousand tokens for more than
a minute, and many servers send nothing meanwhile.
"""


def default_timeouts(base_url: str) -> Timeouts:
    """Return the time limits for the server at an address."""
    return HOUSE_TIMEOUTS if is_house_address(base_url) else TIMEOUTS


class ReadDeadline:
    """The time by which a server has to send something.

    Whatever arrives moves the deadline: a keep-alive or an event about progress means
    that the server is working, as a token does. A proxy may send them for a server
    that is dead, which cannot be told from here, so `Timeouts.whole_stream` limits
    the wait for the first token. From there on it limits the rest of the response.
    """

    def __init__(
        self,
        limits: Timeouts,
        patience: float,
        clock: Callable[[], float],
        *,
        streamed: bool,
    ) -> None:
        """Initialize when the request is sent; `clock` returns seconds.

        `patience` is how long the server may be silent before the first token.
        """
        self._clock = clock
        self._limits = limits
        # A server may hold a tool call back until it is complete. That takes longer
        # where reading the prompt does.
        self._pause = max(limits.between_tokens, patience / 2)
        self._limit = patience
        if not streamed:
            self._limit = max(limits.whole_answer, patience + self._pause)
        self._has_token = False
        self._progress = (Ending.NONE, 0)
        """The ending and the number of tokens when something arrived last."""
        now = clock()
        self._end = now + max(limits.whole_stream, self._limit)
        self.at = now + self._limit

    def advance(self, decoder: ResponseDecoder) -> None:
        """Move the deadline because something has arrived."""
        now = self._clock()
        if decoder.tokens and not self._has_token:
            self._has_token = True
            self._limit = self._pause
            self._end = now + self._limits.whole_stream
        is_over = decoder.ending is Ending.CONFIRMED
        may_go_on = decoder.ending is Ending.NONE or decoder.finishes_early
        progress = (decoder.ending, decoder.tokens)
        if progress == self._progress and (is_over or not may_go_on):
            # Nothing is missing that a keep-alive could announce.
            return
        self._progress = progress
        limit = self._limits.after_finish if is_over else self._limit
        self.at = min(now + limit, self._end)


async def wait_until[T](awaitable: Awaitable[T], deadline: float) -> T:
    """Await until a time on the event loop's clock.

    Raises `ServerTimeoutError` when that time has come.
    """
    try:
        async with asyncio.timeout_at(deadline):
            return await awaitable
    except TimeoutError as err:
        raise ServerTimeoutError from err


async def _next_chunk(chunks: AsyncIterator[bytes]) -> bytes | None:
    """Return the next chunk of a body, None at its end."""
    try:
        return await anext(chunks, None)
    # Home Assistant uses httpx before 2026.11 and httpx2 since, and the two share
    # no exception class for a failed read.
    except Exception as err:
        raise ConnectionLostError(str(err)) from err


class BodyReader:
    """Reads a body chunk by chunk, each within the deadline.

    One timer serves the whole body and is rescheduled only when it fires, because
    scheduling one per chunk costs more than decoding the chunk. It has to be
    stopped after the last chunk.
    """

    def __init__(self, chunks: AsyncIterator[bytes], deadline: ReadDeadline) -> None:
        """Initialize with the chunks and the deadline of the next one."""
        self._chunks = chunks
        self._deadline = deadline
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._reading_task: asyncio.Task[Any] | None = None
        self._timed_out = False

    async def next(self, decoder: ResponseDecoder) -> bytes | None:
        """Return the next chunk, None at the end of the body.

        A timeout after a finish reason that may be the end counts as the end; any
        other raises `ServerTimeoutError`. A failed read raises `ConnectionLostError`.
        """
        task = asyncio.current_task()
        assert task is not None
        cancelling = task.cancelling()
        self._reading_task = task
        if self._timer is None or self._timer.when() > self._deadline.at:
            self._schedule_timeout()
        try:
            return await _next_chunk(self._chunks)
        except asyncio.CancelledError as err:
            if not self._timed_out or task.uncancel() > cancelling:
                # Cancelled from outside, not by the timer.
                raise
            if decoder.ending is Ending.NONE:
                raise ServerTimeoutError from err
            return None
        finally:
            self._reading_task = None

    def stop(self) -> None:
        """Cancel the timer."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _schedule_timeout(self) -> None:
        """Schedule the timer for the current deadline."""
        self.stop()
        self._timer = self._loop.call_at(self._deadline.at, self._on_timeout)

    def _on_timeout(self) -> None:
        """Cancel the pending read, unless the deadline has moved."""
        self._timer = None
        if self._loop.time() < self._deadline.at:
            self._schedule_timeout()
        elif self._reading_task:
            self._timed_out = True
            self._reading_task.cancel()


async def close(chunks: AsyncIterator[bytes]) -> None:
    """Close the iterator of a body instead of leaving it to the garbage collector."""
    if isinstance(chunks, AsyncGenerator):
        await chunks.aclose()


class Response(Protocol):
    """An HTTP response that can be closed."""

    async def close(self) -> None:
        """Release the connection, or close it if the body was not read to its end."""


class BackgroundCloser:
    """Drains and closes HTTP responses in background tasks.

    The last event of a response need not wait for the end of its body, and the
    connection is reused all the same.
    """

    def __init__(self, limit: float) -> None:
        """Initialize with the seconds that draining may take."""
        self._limit = limit
        self._tasks: set[asyncio.Task[None]] = set()

    async def wait(self) -> None:
        """Wait until the responses are closed, at most for the time limit."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._limit)

    def start(self, chunks: AsyncIterator[bytes], response: Response) -> None:
        """Start to drain and close a response."""
        task = asyncio.create_task(self._drain(chunks, response))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, chunks: AsyncIterator[bytes], response: Response) -> None:
        """Read the rest of a response and close it."""
        deadline = asyncio.get_running_loop().time() + self._limit
        try:
            with suppress(CompletionError):
                while await wait_until(_next_chunk(chunks), deadline) is not None:
                    pass
        finally:
            await close(chunks)
            await response.close()
