"""Wyoming servers for speech to text and text to speech, on loopback, without real audio."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, override

from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event, async_read_event, async_write_event
from wyoming.info import (
    AsrModel,
    AsrProgram,
    Attribution,
    Describe,
    Info,
    TtsProgram,
    TtsVoice,
)
from wyoming.tts import (
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeStopped,
)

RATE, WIDTH, CHANNELS = 16000, 2, 1

SPEECH_RATE = 22050
"""Sample rate of synthesized audio, which satellites get as it is."""

SOUND = bytes(range(1, 161)) * 2
"""Audio for any part of a text: 7 ms."""

ABOUT: dict[str, Any] = {
    "name": "scripted",
    "attribution": Attribution("testbed", "http://127.0.0.1"),
    "installed": True,
    "description": "Scripted",
    "version": "1",
}
"""What a server says of itself."""


class WyomingServer(ABC):
    """Base class of the servers; it listens as a context manager."""

    def __init__(self) -> None:
        """Initialize a server that is not yet listening."""
        self.port = 0
        self._server: asyncio.Server | None = None

    @property
    @abstractmethod
    def info(self) -> Info:
        """Return the description of the server."""

    @abstractmethod
    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer the events of a connection, read with `read`."""

    async def read(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> Event | None:
        """Return the next event other than `describe`, which is answered here."""
        while event := await async_read_event(reader):
            if not Describe.is_type(event.type):
                return event
            await async_write_event(self.info.event(), writer)
        return None

    async def start(self) -> None:
        """Listen on a free loopback port."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and close open connections."""
        if self._server:
            self._server.close()
            self._server.abort_clients()
            await self._server.wait_closed()
            self._server = None

    async def __aenter__(self) -> Self:
        """Start the server."""
        await self.start()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the server."""
        await self.stop()

    async def _connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Serve a connection to its end."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await self.serve(reader, writer)
        writer.close()


class SpeechToText(WyomingServer):
    """Recognizes any audio as `text`."""

    def __init__(self) -> None:
        """Initialize without audio received."""
        super().__init__()
        self.text = ""
        self.received = 0
        """Received audio, in bytes."""

    @property
    @override
    def info(self) -> Info:
        """Return the description of the server."""
        return Info(
            asr=[
                AsrProgram(
                    **ABOUT,
                    models=[AsrModel(**ABOUT, languages=["en"])],
                    requires_external_vad=False,
                )
            ]
        )

    @override
    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Receive the audio to its end, then send the text."""
        while event := await self.read(reader, writer):
            if AudioChunk.is_type(event.type):
                self.received += len(AudioChunk.from_event(event).audio)
            elif AudioStop.is_type(event.type):
                await async_write_event(Transcript(self.text).event(), writer)


@dataclass
class Synthesis:
    """A text to speak, in the parts in which it arrived."""

    streamed: bool
    pieces: list[str] = field(default_factory=list)
    over: bool = False

    @property
    def text(self) -> str:
        """Return the text so far."""
        return "".join(self.pieces)


class TextToSpeech(WyomingServer):
    """Synthesizes each part of a text as `SOUND`.

    `streaming` is whether the server announces support for text in parts.
    """

    def __init__(self, *, streaming: bool = True) -> None:
        """Initialize without a synthesis."""
        super().__init__()
        self.streaming = streaming
        self.syntheses: list[Synthesis] = []
        self._changed = asyncio.Condition()

    @property
    @override
    def info(self) -> Info:
        """Return the description of the server."""
        return Info(
            tts=[
                TtsProgram(
                    **ABOUT,
                    voices=[TtsVoice(**ABOUT, languages=["en"])],
                    supports_synthesize_streaming=self.streaming,
                )
            ]
        )

    async def until(self, holds: Callable[[Synthesis], bool]) -> Synthesis:
        """Wait until a condition holds for the newest synthesis; return it."""
        async with self._changed:
            await self._changed.wait_for(
                lambda: bool(self.syntheses) and holds(self.syntheses[-1])
            )
            return self.syntheses[-1]

    @override
    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Synthesize texts, complete or in parts."""
        while event := await self.read(reader, writer):
            if SynthesizeStart.is_type(event.type):
                await self._stream(reader, writer)
            elif Synthesize.is_type(event.type):
                synthesis = await self._begin(writer, streamed=False)
                await self._speak(synthesis, Synthesize.from_event(event).text, writer)
                await self._end(synthesis, writer)

    async def _stream(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Synthesize a text that arrives in parts."""
        synthesis = await self._begin(writer, streamed=True)
        while event := await self.read(reader, writer):
            if SynthesizeChunk.is_type(event.type):
                text = SynthesizeChunk.from_event(event).text
                await self._speak(synthesis, text, writer)
            elif SynthesizeStop.is_type(event.type):
                await self._end(synthesis, writer)
                await async_write_event(SynthesizeStopped().event(), writer)
                return

    async def _begin(
        self, writer: asyncio.StreamWriter, *, streamed: bool
    ) -> Synthesis:
        """Start a synthesis."""
        async with self._changed:
            self.syntheses.append(synthesis := Synthesis(streamed))
            self._changed.notify_all()
        await async_write_event(
            AudioStart(SPEECH_RATE, WIDTH, CHANNELS).event(), writer
        )
        return synthesis

    async def _speak(
        self, synthesis: Synthesis, text: str, writer: asyncio.StreamWriter
    ) -> None:
        """Synthesize a part of a text."""
        async with self._changed:
            synthesis.pieces.append(text)
            self._changed.notify_all()
        audio = AudioChunk(SPEECH_RATE, WIDTH, CHANNELS, SOUND)
        await async_write_event(audio.event(), writer)

    async def _end(self, synthesis: Synthesis, writer: asyncio.StreamWriter) -> None:
        """End a synthesis."""
        async with self._changed:
            synthesis.over = True
            self._changed.notify_all()
        await async_write_event(AudioStop().event(), writer)
