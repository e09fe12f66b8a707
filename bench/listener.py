"""A Home Assistant whose CPU and memory are measured, and a client for timed turns."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
import json
from pathlib import Path
import resource
import time
from typing import override

import aiohttp

from testbed.hass import Hass
from testbed.websocket import Client

PATIENCE = 30.0


class TurnError(Exception):
    """A turn failed, so its times are invalid."""


@dataclass(frozen=True)
class TimedAnswer:
    """The answer of a turn with its times, in seconds of the monotonic clock."""

    begin: float
    first: float
    """Time of the first content delta."""
    end: float
    """Time of the end of the run."""
    words: str


class Listener(Client):
    """A client that timestamps the events of a turn, and parses them afterwards.

    So its own work hardly affects the times.
    """

    _arrived: list[tuple[float, str]] | None = None
    _over: asyncio.Event

    async def hear(self, text: str, pipeline: str, device_id: str) -> TimedAnswer:
        """Run a turn from a device, in a new conversation; raises `TurnError`."""
        self._arrived, self._over = [], asyncio.Event()
        number, begin = next(self._ids), time.monotonic()
        async with asyncio.timeout(PATIENCE):
            await self._send(
                number,
                "assist_pipeline/run",
                {
                    "start_stage": "intent",
                    "end_stage": "intent",
                    "input": {"text": text},
                    "pipeline": pipeline,
                    "device_id": device_id,
                },
            )
            await self._over.wait()
        arrived, self._arrived = self._arrived, None
        await self.command("unsubscribe_events", subscription=number)
        words, first = "", 0.0
        for at, message in arrived:
            event = json.loads(message)["event"]
            delta = (event["data"] or {}).get("chat_log_delta") or {}
            if event["type"] == "intent-progress" and (piece := delta.get("content")):
                first = first or at
                words += piece
        if not words:
            raise TurnError(f"no answer to {text!r}: {arrived[-2][1]}")
        return TimedAnswer(begin, first, arrived[-1][0], words)

    @override
    async def _read(self) -> None:
        """Collect events unparsed during a turn, and dispatch all other messages."""
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            if self._arrived is None or '"type":"event"' not in message.data:
                self._dispatch(message.json())
                continue
            self._arrived.append((time.monotonic(), message.data))
            if '"type":"run-end"' in message.data:
                self._over.set()
        # The connection is closed; this fails the pending commands.
        await super()._read()


class MeasuredHass(Hass):
    """A Home Assistant with measurements of its process."""

    @property
    def cpu(self) -> float:
        """Return the CPU time of the process, in seconds over all threads."""
        # The clock ID of `clock_getcpuclockid`, which Python does not expose.
        return time.clock_gettime((~self._pid << 3) | 2)

    @property
    def memory(self) -> int:
        """Return the resident memory of the process, in bytes."""
        pages = Path(f"/proc/{self._pid}/statm").read_text("ascii").split()[1]
        return int(pages) * resource.getpagesize()

    @asynccontextmanager
    async def listener(self) -> AsyncGenerator[Listener]:
        """Yield a listener that is logged in as the demo user."""
        async with Listener(self.url, self._token) as listener:
            yield listener

    @property
    def _pid(self) -> int:
        """Return the process ID."""
        assert self._process is not None
        return self._process.pid
