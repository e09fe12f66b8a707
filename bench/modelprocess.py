"""The scripted model server as the process sees it that measures."""

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
"""Bytes of a line."""
PATIENCE = 10.0


@dataclass(frozen=True)
class Answered:
    """What the server did for a request, in seconds of the clock that all share."""

    text: str
    read: float
    """When it had the request."""
    first: float
    """When it wrote the first word."""
    last: float
    """When it wrote the last bytes."""
    size: int
    """Bytes of the request."""
    tools: int
    body: dict[str, Any] | None


class ModelProcess:
    """A model server that answers by its script, and tells when."""

    def __init__(self) -> None:
        """Initialize a server that does not run."""
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
            # A Ctrl-C in the terminal is ours to pass on.
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
        """Return what was done for a text, once it is done. Texts are asked for once."""
        async with asyncio.timeout(PATIENCE):
            answered = await self._future(text)
        del self._answers[text]
        return answered

    def _future(self, text: str) -> asyncio.Future[Answered]:
        """Return what will be done for a text."""
        if text not in self._answers:
            self._answers[text] = asyncio.get_running_loop().create_future()
        return self._answers[text]

    async def _read(self, lines: asyncio.StreamReader) -> None:
        """Take in what the server tells."""
        while line := await lines.readline():
            answered = Answered(**json.loads(line))
            if not (future := self._future(answered.text)).done():
                future.set_result(answered)
