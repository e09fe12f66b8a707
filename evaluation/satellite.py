"""A voice satellite that counts timers, for Home Assistant's `wyoming` integration."""

import asyncio
from typing import Any, override

from wyoming.event import async_write_event
from wyoming.info import Attribution, Info, Satellite as About
from wyoming.ping import Ping, Pong
from wyoming.timer import TimerCancelled, TimerFinished, TimerStarted, TimerUpdated

from testbed.wyoming import WyomingServer


class Satellite(WyomingServer):
    """A satellite in a room, which Home Assistant tells of its timers.

    It listens as a context manager, and never sends audio: turns are started over the
    API, from its device.
    """

    def __init__(self, room: str) -> None:
        """Initialize a satellite without timers."""
        super().__init__()
        self._room = room
        self._seconds: dict[str, int] = {}
        self._paused: set[str] = set()

    @property
    @override
    def info(self) -> Info:
        """Return the description of the satellite."""
        return Info(
            satellite=About(
                name="Satellite",
                attribution=Attribution("evaluation", "http://127.0.0.1"),
                installed=True,
                description="Satellite",
                version="1",
                area=self._room,
            )
        )

    @property
    def attributes(self) -> dict[str, Any]:
        """Return the timers: the seconds of those that run, and of paused ones."""
        return {
            "timers": sorted(
                s for i, s in self._seconds.items() if i not in self._paused
            ),
            "paused": sorted(s for i, s in self._seconds.items() if i in self._paused),
        }

    @override
    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer pings and follow the timers."""
        while event := await self.read(reader, writer):
            if Ping.is_type(event.type):
                await async_write_event(
                    Pong(Ping.from_event(event).text).event(), writer
                )
            elif TimerStarted.is_type(event.type):
                started = TimerStarted.from_event(event)
                self._seconds[started.id] = started.total_seconds
            elif TimerUpdated.is_type(event.type):
                updated = TimerUpdated.from_event(event)
                self._seconds[updated.id] = updated.total_seconds
                if updated.is_active:
                    self._paused.discard(updated.id)
                else:
                    self._paused.add(updated.id)
            elif TimerCancelled.is_type(event.type) or TimerFinished.is_type(
                event.type
            ):
                number = (event.data or {})["id"]
                self._seconds.pop(number, None)
                self._paused.discard(number)
