"""A Wyoming satellite that notes when the audio of an answer arrives."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import override

from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event, async_write_event
from wyoming.info import Info, Satellite as SatelliteInfo
from wyoming.ping import Ping, Pong
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.satellite import RunSatellite
from wyoming.snd import Played

from .flows import Flow
from .voice import FRAME, FRAMES, Voice
from .websocket import Client
from .wyoming import ABOUT, CHANNELS, RATE, WIDTH, WyomingServer


@dataclass
class Heard:
    """One stream of audio, as it arrived."""

    began_at: float
    chunks: list[tuple[float, float, bytes]] = field(default_factory=list)
    """When each chunk arrived, when it is to be played by its own timestamp, its audio."""
    ended_at: float | None = None

    @property
    def longest_gap(self) -> float:
        """Return the longest time without sound, in seconds.

        The first chunk starts the clock that the timestamps of the others are of.
        """
        if not self.chunks:
            return 0.0
        arrivals = [at for at, _, _ in self.chunks]
        end = self.ended_at or arrivals[-1]
        pauses = [b - a for a, b in zip(arrivals, [*arrivals[1:], end], strict=True)]
        first_at, first_due, _ = self.chunks[0]
        late = [at - first_at - (due - first_due) for at, due, _ in self.chunks]
        return max(*pauses, *late)

    @property
    def audio(self) -> bytes:
        """Return the audio so far."""
        return b"".join(audio for _, _, audio in self.chunks)


class Satellite(WyomingServer):
    """A satellite, to which Home Assistant connects as a client."""

    def __init__(self) -> None:
        """Initialize a satellite that has heard nothing."""
        super().__init__()
        self.heard: list[Heard] = []
        """The streams of audio so far, the newest last."""
        self._changed = asyncio.Condition()
        self._writer: asyncio.StreamWriter | None = None

    @property
    @override
    def info(self) -> Info:
        """Return the description of the satellite."""
        return Info(satellite=SatelliteInfo(**ABOUT))

    @override
    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Play what arrives, and say that it was played."""
        while event := await self.read(reader, writer):
            if RunSatellite.is_type(event.type):
                async with self._changed:
                    self._writer = writer
                    self._changed.notify_all()
            elif Ping.is_type(event.type):
                await async_write_event(Pong().event(), writer)
            else:
                await self._play(event)
                if AudioStop.is_type(event.type):
                    await async_write_event(Played().event(), writer)

    async def speak(self) -> None:
        """Send a second of silence as what the user says."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._writer is not None)
        writer = self._writer
        assert writer is not None
        run = RunPipeline(start_stage=PipelineStage.ASR, end_stage=PipelineStage.TTS)
        await async_write_event(run.event(), writer)
        for _ in range(FRAMES):
            chunk = AudioChunk(RATE, WIDTH, CHANNELS, FRAME)
            await async_write_event(chunk.event(), writer)
        await async_write_event(AudioStop().event(), writer)

    async def until_heard(self, count: int) -> None:
        """Wait until a number of streams has ended."""
        async with self._changed:
            await self._changed.wait_for(
                lambda: sum(h.ended_at is not None for h in self.heard) >= count
            )

    async def _play(self, event: Event) -> None:
        """Note an event of a stream of audio."""
        now = asyncio.get_running_loop().time()
        async with self._changed:
            if AudioStart.is_type(event.type):
                self.heard.append(Heard(now))
            elif AudioChunk.is_type(event.type):
                chunk = AudioChunk.from_event(event)
                due = (chunk.timestamp or 0) / 1000
                self.heard[-1].chunks.append((now, due, chunk.audio))
            elif AudioStop.is_type(event.type):
                self.heard[-1].ended_at = now
            elif not Transcript.is_type(event.type):
                return
            self._changed.notify_all()


@asynccontextmanager
async def add_satellite(
    client: Client, voice: Voice
) -> AsyncGenerator[tuple[Satellite, str]]:
    """Set up a satellite that uses a voice pipeline; yield it with its entity ID."""
    async with Satellite() as satellite:
        flow = await Flow.config(client, "wyoming")
        await flow.submit(host="127.0.0.1", port=satellite.port)
        entry_id = flow.step["result"]["entry_id"]
        try:
            entities = [
                entity["entity_id"]
                for entity in await client.command("config/entity_registry/list")
                if entity["config_entry_id"] == entry_id
            ]
            (entity_id,) = [e for e in entities if e.startswith("assist_satellite.")]
            (select,) = [e for e in entities if e.endswith("_assistant")]
            await client.call("select.select_option", select, option=voice.name)
            yield satellite, entity_id
        finally:
            await client.rest("DELETE", f"config/config_entries/entry/{entry_id}")
