"""A Home Assistant whose work can be measured, and a connection that listens to it."""

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
    """A turn did not go as it should, so that its times mean nothing."""


@dataclass(frozen=True)
class Heard:
    """What was heard of a turn, in seconds of the clock that all processes share."""

    begin: float
    first: float
    """When the first word came."""
    end: float
    """When the end of the turn came."""
    words: str


class Listener(Client):
    """A user's connection that notes when events come, and reads them afterwards.

    So it takes little of the time that it measures, however many events there are.
    """

    _arrived: list[tuple[float, str]] | None = None
    _over: asyncio.Event

    async def hear(self, text: str, pipeline: str, device_id: str) -> Heard:
        """Say something from a device, in a conversation of its own."""
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
        return Heard(begin, first, arrived[-1][0], words)

    @override
    async def _read(self) -> None:
        """Put events aside while a turn is heard, and hand on all else."""
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            if self._arrived is None or '"type":"event"' not in message.data:
                self._dispatch(message.json())
                continue
            self._arrived.append((time.monotonic(), message.data))
            if '"type":"run-end"' in message.data:
                self._over.set()
        # The connection is closed, and who waits is told so.
        await super()._read()


class MeasuredHass(Hass):
    """A Home Assistant that tells what its process takes."""

    @property
    def cpu(self) -> float:
        """Return the seconds that the process has computed, all its threads together."""
        # What `clock_getcpuclockid` returns, for which Python has no name.
        return time.clock_gettime((~self._pid << 3) | 2)

    @property
    def memory(self) -> int:
        """Return the bytes of the process in memory."""
        pages = Path(f"/proc/{self._pid}/statm").read_text("ascii").split()[1]
        return int(pages) * resource.getpagesize()

    @asynccontextmanager
    async def listener(self) -> AsyncGenerator[Listener]:
        """Return a listener that is logged in as the demo user."""
        async with Listener(self.url, self._token) as listener:
            yield listener

    @property
    def _pid(self) -> int:
        """Return the number of the process."""
        assert self._process is not None
        return self._process.pid
