"""Reading the body of an answer against the clock."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from .errors import CompletionError, ConnectionLostError, ServerTimeoutError
from .response_decoder import ResponseDecoder


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a server may take, in seconds."""

    connect: float = 5
    models: float = 10
    first_token: float = 60
    between_tokens: float = 30
    whole_answer: float = 90
    """For an answer that is not streamed."""
    whole_stream: float = 600
    """For one that is, however lively it goes on."""
    after_finish: float = 2
    """From the finish reason to the end of the stream; what lacks then is not awaited."""
    drain: float = 0.25
    """From the end of an answer to that of the response, so that its connection is kept."""


TIMEOUTS = Timeouts()


class ReadDeadline:
    """When a server has to have said the next thing, by the loop's clock."""

    def __init__(self, limits: Timeouts, *, streamed: bool) -> None:
        """Start the clock with the request."""
        self._clock = asyncio.get_running_loop().time
        self._limits = limits
        self._streamed = streamed
        self._end = self._clock() + (
            limits.whole_stream if streamed else limits.whole_answer
        )
        self._seen = (0, False)
        self.at = self._clock() + limits.first_token if streamed else self._end

    def advance(self, decoder: ResponseDecoder) -> None:
        """Allow more time if the answer has grown, and little if it is finished."""
        finished = decoder.finish_reason is not None
        if not self._streamed or (decoder.tokens, finished) == self._seen:
            return
        self._seen = decoder.tokens, finished
        limits = self._limits
        limit = limits.after_finish if finished else limits.between_tokens
        self.at = min(self._clock() + limit, self._end)


async def wait_until[T](awaitable: Awaitable[T], deadline: float) -> T:
    """Await until a time of the loop's clock."""
    try:
        async with asyncio.timeout_at(deadline):
            return await awaitable
    except TimeoutError as err:
        raise ServerTimeoutError from err


async def _next(chunks: AsyncIterator[bytes]) -> bytes | None:
    """Return the next bytes of a body, None at its end."""
    try:
        return await anext(chunks, None)
    # httpx before Home Assistant 2026.11, httpx2 since: what reading a body
    # raises has no name that both know.
    except Exception as err:
        raise ConnectionLostError(str(err)) from err


class BodyReader:
    """Reads a body piece by piece, each within its time.

    One timer serves the whole body, and is set anew only when it rings: to set
    one for each piece costs more than to decode it.
    """

    def __init__(self, chunks: AsyncIterator[bytes], deadline: ReadDeadline) -> None:
        """Initialize with the pieces, and what says until when the next has to come."""
        self._chunks = chunks
        self._deadline = deadline
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: asyncio.Task[Any] | None = None
        self._late = False

    async def next(self, decoder: ResponseDecoder) -> bytes | None:
        """Return the next bytes; a finished answer ends where they do not come."""
        task = asyncio.current_task()
        assert task is not None
        cancelling = task.cancelling()
        self._waiting = task
        if self._timer is None or self._timer.when() > self._deadline.at:
            self._arm()
        try:
            return await _next(self._chunks)
        except asyncio.CancelledError as err:
            if not self._late or task.uncancel() > cancelling:
                # Somebody else wants it to end.
                raise
            if decoder.finish_reason is None:
                raise ServerTimeoutError from err
            return None
        finally:
            self._waiting = None

    def stop(self) -> None:
        """Stop the timer."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        """Ring when the time is over, as far as it is known now."""
        self.stop()
        self._timer = self._loop.call_at(self._deadline.at, self._ring)

    def _ring(self) -> None:
        """End the waiting, unless more time was given meanwhile."""
        self._timer = None
        if self._loop.time() < self._deadline.at:
            self._arm()
        elif self._waiting:
            self._late = True
            self._waiting.cancel()


async def close(chunks: AsyncIterator[bytes]) -> None:
    """Close what reads a body, which else would be left to the garbage collector."""
    if isinstance(chunks, AsyncGenerator):
        await chunks.aclose()


class Response(Protocol):
    """A response, as far as it is to be closed."""

    async def close(self) -> None:
        """Give its connection back, or close that too if the body is not at its end."""


class BackgroundCloser:
    """Reads responses to their end, behind the last word, so that their connections serve again."""

    def __init__(self, limit: float) -> None:
        """Initialize with the seconds that an end may take."""
        self._limit = limit
        self._tasks: set[asyncio.Task[None]] = set()

    async def wait(self) -> None:
        """Wait until the connections are free."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._limit)

    def start(self, chunks: AsyncIterator[bytes], response: Response) -> None:
        """Read a response to its end while others go on."""
        task = asyncio.create_task(self._finish(chunks, response))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _finish(self, chunks: AsyncIterator[bytes], response: Response) -> None:
        """Read what follows an answer, and close."""
        deadline = asyncio.get_running_loop().time() + self._limit
        try:
            with suppress(CompletionError):
                while await wait_until(_next(chunks), deadline) is not None:
                    pass
        finally:
            await close(chunks)
            await response.close()
