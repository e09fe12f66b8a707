"""A voice pipeline from audio to audio, with speech servers and a microphone."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from .assistant import UNUSED_STAGES
from .flows import Flow
from .login import access_token
from .websocket import Client, Events, Message
from .wyoming import RATE, WIDTH, SpeechToText, TextToSpeech

FRAME = bytes(RATE * WIDTH // 10)
"""A tenth of a second of silence."""

FRAMES = 10


class Microphone(Client):
    """A client that also sends audio."""

    async def send(self, handler: int, audio: bytes = b"") -> None:
        """Send audio to a binary handler; none is its end."""
        await self._socket.send_bytes(bytes([handler]) + audio)

    async def speak(self, handler: int) -> None:
        """Send a second of silence to a binary handler, and the end of the audio."""
        for _ in range(FRAMES):
            await self.send(handler, FRAME)
        await self.send(handler)


@asynccontextmanager
async def microphone(url: str) -> AsyncGenerator[Microphone]:
    """Yield a microphone that is logged in as the demo user."""
    async with aiohttp.ClientSession() as session:
        token = await access_token(session, url)
    async with Microphone(url, token) as client:
        yield client


@dataclass
class Run:
    """A pipeline run, from the audio of the user to the audio of the answer."""

    url: str
    """URL of the answer's audio."""
    events: Events
    received: list[Message] = field(default_factory=list)

    async def until(self, event_type: str) -> Message:
        """Wait for the next event of a type; return its data."""
        async for event in self.events:
            self.received.append(event)
            if event["type"] == event_type:
                data: Message = event["data"] or {}
                return data
        raise ConnectionError("The run did not end")

    async def until_speech(self) -> None:
        """Wait until text to speech starts on the streamed answer."""
        while not (await self.until("intent-progress")).get("tts_start_streaming"):
            pass

    async def finish(self) -> None:
        """Wait for the end of the run."""
        await self.until("run-end")

    def data_of(self, event_type: str) -> list[Message]:
        """Return the data of the events of a type so far."""
        return [event["data"] for event in self.received if event["type"] == event_type]

    @property
    def output(self) -> Message:
        """Return the intent output of the agent."""
        (end,) = self.data_of("intent-end")
        output: Message = end["intent_output"]
        return output

    @property
    def answer(self) -> str:
        """Return the text of the answer."""
        words: str = self.output["response"]["speech"]["plain"]["speech"]
        return words

    @property
    def continue_conversation(self) -> bool:
        """Return whether the satellite listens again after the answer."""
        listens: bool = self.output["continue_conversation"]
        return listens


@dataclass(frozen=True)
class Voice:
    """A pipeline with its speech servers, and the device that uses it."""

    name = "Voice"
    home: str
    client: Microphone
    stt: SpeechToText
    tts: TextToSpeech
    pipeline: str
    device_id: str | None

    @asynccontextmanager
    async def begin(
        self, text: str, conversation_id: str | None = None
    ) -> AsyncGenerator[Run]:
        """Start a run with a text to be recognized, and yield it while it runs."""
        self.stt.text = text
        async with self.client.subscribe(
            "assist_pipeline/run",
            start_stage="stt",
            end_stage="tts",
            input={"sample_rate": RATE},
            pipeline=self.pipeline,
            device_id=self.device_id,
            conversation_id=conversation_id,
        ) as events:
            run = Run("", events)
            start = await run.until("run-start")
            run.url = f"{self.home}{start['tts_output']['url']}"
            await self.client.speak(start["runner_data"]["stt_binary_handler_id"])
            yield run

    async def say(self, text: str, conversation_id: str | None = None) -> Run:
        """Run a turn, and wait until all of its audio was fetched."""
        async with self.begin(text, conversation_id) as run:
            await run.finish()
        async with listen(run.url) as sound:
            await sound.read()
        return run


@asynccontextmanager
async def listen(url: str) -> AsyncGenerator[aiohttp.StreamReader]:
    """Yield the audio stream of a URL, fetched without login as a satellite does."""
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        response.raise_for_status()
        yield response.content


@asynccontextmanager
async def add_voice(
    home: str, agent: str, *, device_id: str | None = None, streaming: bool = True
) -> AsyncGenerator[Voice]:
    """Set up a voice pipeline for an agent, and remove it on exit.

    `streaming` is whether the text to speech server accepts text in parts.
    """
    async with AsyncExitStack() as stack:
        stt = await stack.enter_async_context(SpeechToText())
        tts = await stack.enter_async_context(TextToSpeech(streaming=streaming))
        client = await stack.enter_async_context(microphone(home))
        # A text in the cache would not reach the text to speech server again.
        await client.command("call_service", domain="tts", service="clear_cache")
        ports = {"stt": stt.port, "tts": tts.port}
        pipeline = await stack.enter_async_context(voice_pipeline(client, agent, ports))
        yield Voice(home, client, stt, tts, pipeline, device_id)


async def device_of(client: Client, entity_id: str) -> str:
    """Return the device ID of an entity."""
    entity = await client.command("config/entity_registry/get", entity_id=entity_id)
    device_id: str = entity["device_id"]
    return device_id


@asynccontextmanager
async def _entity(client: Client, port: int, domain: str) -> AsyncGenerator[str]:
    """Set up the Wyoming server of a port, yield its entity, and remove it on exit."""
    flow = await Flow.config(client, "wyoming")
    await flow.submit(host="127.0.0.1", port=port)
    entry_id = flow.step["result"]["entry_id"]
    try:
        entities = await client.command("config/entity_registry/list")
        (entity_id,) = [
            entity["entity_id"]
            for entity in entities
            if entity["config_entry_id"] == entry_id
            and entity["entity_id"].startswith(f"{domain}.")
        ]
        yield entity_id
    finally:
        await client.rest("DELETE", f"config/config_entries/entry/{entry_id}")


@asynccontextmanager
async def voice_pipeline(
    client: Client, agent: str, ports: dict[str, int], *, tts_language: str = "en"
) -> AsyncGenerator[str]:
    """Create a pipeline with Wyoming servers, yield its ID, and remove all on exit.

    `ports` are those of the servers for `stt` and `tts`.
    """
    async with AsyncExitStack() as stack:
        engines = {
            f"{domain}_engine": await stack.enter_async_context(
                _entity(client, port, domain)
            )
            for domain, port in ports.items()
        }
        yield await stack.enter_async_context(
            _pipeline(client, agent, engines, tts_language)
        )


@asynccontextmanager
async def _pipeline(
    client: Client, agent: str, engines: dict[str, str], tts_language: str
) -> AsyncGenerator[str]:
    """Create a pipeline, yield its ID, and delete it on exit."""
    fields: dict[str, Any] = {
        **dict.fromkeys(UNUSED_STAGES),
        **engines,
        "name": Voice.name,
        "language": "en",
        "conversation_engine": agent,
        "conversation_language": "en",
        "stt_language": "en",
        "tts_language": tts_language,
        "prefer_local_intents": False,
    }
    created = await client.command("assist_pipeline/pipeline/create", **fields)
    try:
        yield created["id"]
    finally:
        await client.command(
            "assist_pipeline/pipeline/delete", pipeline_id=created["id"]
        )
