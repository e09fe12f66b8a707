"""The scripted model server as a subprocess of the benchmarks."""

import asyncio
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass
import json
from pathlib import Path
import sys
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parents[1]
LONGEST = 16 * 1024 * 1024
"""Limit of a line, in bytes."""
PATIENCE = 10.0


@dataclass(frozen=True)
class Answered:
    """The server's record of a request, with times of the monotonic clock in seconds."""

    text: str
    read: float
    """Time when the request was read."""
    first: float
    """Time when the first word was written."""
    last: float
    """Time when the last bytes were written."""
    size: int
    """Size of the request, in bytes."""
    tools: int
    body: dict[str, Any] | None


class ModelProcess:
    """Runs `bench.model` as a context manager, and reads its records."""

    def __init__(self) -> None:
        """Initialize a server that is not running."""
        self.base_url = ""
        self._process: Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._answers: dict[str, asyncio.Future[Answered]] = {}

    async def __aenter__(self) -> Self:
        """Start the server."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.model"),
            stdin=PIPE,
            stdout=PIPE,
            limit=LONGEST,
            cwd=ROOT,
            # Keep Ctrl-C in the terminal from reaching it directly.
            start_new_session=True,
        )
        assert self._process.stdout is not None
        self.base_url = json.loads(await self._process.stdout.readline())
        self._reader = asyncio.create_task(self._read(self._process.stdout))
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the server."""
        if process := self._process:
            assert process.stdin is not None
            process.stdin.close()
            try:
                async with asyncio.timeout(PATIENCE):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        if self._reader:
            await self._reader

    async def answered(self, text: str) -> Answered:
        """Wait for the record of a user text; return it once."""
        async with asyncio.timeout(PATIENCE):
            answered = await self._future(text)
        del self._answers[text]
        return answered

    def _future(self, text: str) -> asyncio.Future[Answered]:
        """Return the future for the record of a user text."""
        if text not in self._answers:
            self._answers[text] = asyncio.get_running_loop().create_future()
        return self._answers[text]

    async def _read(self, lines: asyncio.StreamReader) -> None:
        """Read the records of the server."""
        while line := await lines.readline():
            answered = Answered(**json.loads(line))
            if not (future := self._future(answered.text)).done():
                future.set_result(answered)
