"""Turns that are really spoken: sound in, and sound out, with the times of the steps."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from .sound import WIDTH, Sound
from .speech_servers import SpeechServers
from .voice import Microphone, listen, microphone, voice_pipeline
from .voice_times import VoiceTimes
from .websocket import Events, Message
from .wyoming import RATE

FRAME = WIDTH * RATE // 50
"""Bytes that a microphone sends at a time: 20 ms."""
SILENCE = 5.0
"""Seconds of silence, much more than after which Home Assistant stops to listen."""
TIMEOUT = 600.0
"""Seconds for a turn, enough for a large model without a GPU."""
READ = 2048
"""Bytes of sound that are read at a time."""


class TurnFailedError(Exception):
    """A pipeline run ended with an error."""


@dataclass
class SpokenTurn:
    """The outcome of a spoken turn."""

    recognized: str
    """The user's words, as they were recognized."""
    answer: str
    """The text that was to be spoken."""
    calls: list[str]
    """The tool calls of the model, as text."""
    sound: Sound
    """The answer as it was spoken."""
    times: VoiceTimes


@dataclass(frozen=True)
class SpokenVoice:
    """A pipeline with real speech servers, and the device that uses it."""

    home: str
    client: Microphone
    pipeline: str
    device_id: str | None
    rate: int
    """Samples per second of the answers. The stand-in for ffmpeg does not tell it."""
    patience: float = SILENCE
    """Seconds of silence after which the microphone closes by itself."""

    async def say(self, speech: Sound) -> SpokenTurn:
        """Run a turn, whose speech takes as long as it takes to say it.

        It begins a conversation, as a satellite does after some minutes.
        """
        # The answer may be one that was spoken before.
        await self.client.command("call_service", domain="tts", service="clear_cache")
        async with (
            asyncio.timeout(TIMEOUT),
            self.client.subscribe(
                "assist_pipeline/run",
                start_stage="stt",
                end_stage="tts",
                input={"sample_rate": RATE},
                pipeline=self.pipeline,
                device_id=self.device_id,
                timeout=TIMEOUT,
            ) as events,
            _SpokenRun(self, speech.resampled(RATE)) as run,
        ):
            return await run.follow(events)


class _SpokenRun:
    """A pipeline run, followed to the end of its answer's sound."""

    def __init__(self, voice: SpokenVoice, speech: Sound) -> None:
        """Initialize a run whose events are still to come."""
        self._voice = voice
        self._speech = speech
        self._clock = asyncio.get_running_loop().time
        self._times = VoiceTimes(self._clock())
        self._recognized = self._answer = ""
        self._calls: list[str] = []
        self._is_streamed = False
        """Whether all text is spoken, not only that of the result."""
        self._is_heard = asyncio.Event()
        """Set when Home Assistant needs no more of the user's speech."""
        self._speaking: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[Sound] | None = None

    async def __aenter__(self) -> Self:
        """Return the run."""
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the microphone, and stop to listen."""
        tasks = [task for task in (self._speaking, self._listening) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def follow(self, events: Events) -> SpokenTurn:
        """Speak, and follow the run to its end."""
        url = ""
        async for event in events:
            self._take(event)
            data: Message = event["data"] or {}
            if event["type"] == "run-start":
                url = f"{self._voice.home}{data['tts_output']['url']}"
                handler = data["runner_data"]["stt_binary_handler_id"]
                self._speaking = asyncio.create_task(self._speak(handler))
            # As a satellite does, as soon as it is told to.
            elif event["type"] == "tts-end" or data.get("tts_start_streaming"):
                self._listening = self._listening or asyncio.create_task(
                    self._listen(url)
                )
            elif event["type"] == "run-end":
                break
        if self._listening is None:
            raise TurnFailedError("Nothing was spoken.")
        return SpokenTurn(
            self._recognized,
            self._times.text if self._is_streamed else self._answer,
            self._calls,
            await self._listening,
            self._times,
        )

    def _take(self, event: Message) -> None:
        """Keep what an event tells; raises `TurnFailedError` if it is an error."""
        self._times.note(event, self._clock())
        data: Message = event["data"] or {}
        match event["type"]:
            case "stt-vad-end":
                self._is_heard.set()
            case "stt-end":
                self._is_heard.set()
                self._recognized = data["stt_output"]["text"].strip()
            case "intent-progress":
                self._is_streamed |= data.get("tts_start_streaming", False)
                delta = data.get("chat_log_delta") or {}
                self._calls += [
                    f"{call['tool_name']} {call['tool_args']}"
                    for call in delta.get("tool_calls") or ()
                ]
            case "intent-end":
                response = data["intent_output"]["response"]
                self._answer = response["speech"]["plain"]["speech"]
            case "error":
                raise TurnFailedError(f"{data['code']}: {data['message']}")

    async def _speak(self, handler: int) -> None:
        """Send speech in real time, then silence until it is noticed, then the end."""
        start = self._clock()
        self._times.speech_end = start + self._speech.speech_end
        data = self._speech.data + bytes(round(self._voice.patience * RATE) * WIDTH)
        for position in range(0, len(data), FRAME):
            if self._is_heard.is_set():
                break
            await self._voice.client.send(handler, data[position : position + FRAME])
            sent = (position + FRAME) / (WIDTH * RATE)
            await asyncio.sleep(start + sent - self._clock())
        await self._voice.client.send(handler)

    async def _listen(self, url: str) -> Sound:
        """Return the sound of the answer, and note when it began."""
        data, sound = b"", Sound(self._voice.rate, b"")
        async with listen(url) as stream:
            while chunk := await stream.read(READ):
                data += chunk
                sound = Sound.of_stream(data, self._voice.rate)
                if self._times.audio is None and sound.data:
                    self._times.audio = self._clock()
        return sound


@asynccontextmanager
async def add_spoken_voice(
    home: str,
    agent: str,
    servers: SpeechServers,
    *,
    device_id: str | None = None,
    tts_language: str = "en_US",
) -> AsyncGenerator[SpokenVoice]:
    """Set up a pipeline with real speech for an agent, and remove it on exit."""
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(microphone(home))
        ports = {"stt": servers.stt_port, "tts": servers.tts_port}
        pipeline = await stack.enter_async_context(
            voice_pipeline(client, agent, ports, tts_language=tts_language)
        )
        yield SpokenVoice(home, client, pipeline, device_id, servers.rate)
