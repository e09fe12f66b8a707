"""Read response bodies within time limits."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from .errors import CompletionError, ConnectionLostError, ServerTimeoutError
from .response_decoder import ResponseDecoder


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Time limits for a server, in seconds."""

    connect: float = 5
    models: float = 10
    first_token: float = 60
    between_tokens: float = 30
    whole_answer: float = 90
    """Total time for a response that is not streamed."""
    whole_stream: float = 600
    """Total time for a streamed response, even while tokens keep arriving."""
    after_finish: float = 2
    """From the finish reason to the end of the stream.

    Anything still missing by then is dropped.
    """
    drain: float = 0.25
    """From the end marker to the end of the HTTP response.

    Only a response that was read to its end leaves a reusable connection.
    """


TIMEOUTS = Timeouts()


class ReadDeadline:
    """The time by which a server has to make progress, on the event loop's clock.

    The deadline of a streamed response moves with each token and never exceeds
    `Timeouts.whole_stream`. That of any other response is fixed.
    """

    def __init__(self, limits: Timeouts, *, streamed: bool) -> None:
        """Initialize when the request is sent."""
        self._clock = asyncio.get_running_loop().time
        self._limits = limits
        self._streamed = streamed
        self._end = self._clock() + (
            limits.whole_stream if streamed else limits.whole_answer
        )
        self._last_progress = (0, False)
        self.at = self._clock() + limits.first_token if streamed else self._end

    def advance(self, decoder: ResponseDecoder) -> None:
        """Move the deadline if tokens or the finish reason have arrived."""
        finished = decoder.finish_reason is not None
        if not self._streamed or (decoder.tokens, finished) == self._last_progress:
            return
        self._last_progress = decoder.tokens, finished
        limits = self._limits
        limit = limits.after_finish if finished else limits.between_tokens
        self.at = min(self._clock() + limit, self._end)


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

        A timeout after the finish reason counts as the end; any other raises
        `ServerTimeoutError`. A failed read raises `ConnectionLostError`.
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
            if decoder.finish_reason is None:
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
