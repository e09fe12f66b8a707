"""A voice assistant: a pipeline from sound to sound, and a microphone to talk to it."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from .assistant import UNUSED_STAGES
from .flows import Flow
from .login import access_token
from .websocket import Client, Events, Message
from .wyoming import RATE, WIDTH, SpeechToText, TextToSpeech, WyomingServer

FRAME = bytes(RATE * WIDTH // 10)
"""A tenth of a second of silence."""

FRAMES = 10


class Microphone(Client):
    """A user's connection that also carries sound."""

    async def speak(self, handler: int) -> None:
        """Send a second of audio to its handler, and that it is over."""
        head = bytes([handler])
        for _ in range(FRAMES):
            await self._socket.send_bytes(head + FRAME)
        await self._socket.send_bytes(head)


@asynccontextmanager
async def microphone(url: str) -> AsyncGenerator[Microphone]:
    """Return a microphone at a Home Assistant, logged in as the demo user."""
    async with aiohttp.ClientSession() as session:
        token = await access_token(session, url)
    async with Microphone(url, token) as client:
        yield client


@dataclass
class Run:
    """A run of a pipeline, from something said to the sound of the answer."""

    url: str
    """Where the sound is."""
    events: Events
    passed: list[Message] = field(default_factory=list)

    async def until(self, kind: str) -> Message:
        """Return what the next event of a kind carries."""
        async for event in self.events:
            self.passed.append(event)
            if event["type"] == kind:
                data: Message = event["data"] or {}
                return data
        raise ConnectionError("The run did not end")

    async def until_speech(self) -> None:
        """Wait until the answer begins to be spoken before it is whole."""
        while not (await self.until("intent-progress")).get("tts_start_streaming"):
            pass

    async def finish(self) -> None:
        """Wait for the end of the run."""
        await self.until("run-end")

    def found(self, kind: str) -> list[Message]:
        """Return what the events of a kind carried so far."""
        return [event["data"] for event in self.passed if event["type"] == kind]

    @property
    def output(self) -> Message:
        """Return what the agent answered."""
        (end,) = self.found("intent-end")
        output: Message = end["intent_output"]
        return output

    @property
    def answer(self) -> str:
        """Return the words of the answer."""
        words: str = self.output["response"]["speech"]["plain"]["speech"]
        return words

    @property
    def listens_again(self) -> bool:
        """Return whether the microphone opens after the answer."""
        listens: bool = self.output["continue_conversation"]
        return listens


@dataclass(frozen=True)
class Voice:
    """A pipeline with ears and a mouth, and a device that has it."""

    home: str
    client: Microphone
    ears: SpeechToText
    mouth: TextToSpeech
    pipeline: str
    device_id: str | None

    @asynccontextmanager
    async def begin(
        self, text: str, conversation_id: str | None = None
    ) -> AsyncGenerator[Run]:
        """Say something, and return the run as it goes on."""
        self.ears.text = text
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
        """Say something, and wait until all of the answer was heard."""
        async with self.begin(text, conversation_id) as run:
            await run.finish()
        async with listen(run.url) as sound:
            await sound.read()
        return run


@asynccontextmanager
async def listen(url: str) -> AsyncGenerator[aiohttp.StreamReader]:
    """Return sound as it comes, as a satellite fetches it: without logging in."""
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        response.raise_for_status()
        yield response.content


@asynccontextmanager
async def add_voice(
    home: str, agent: str, *, device_id: str | None = None, streaming: bool = True
) -> AsyncGenerator[Voice]:
    """Give an agent a voice in a Home Assistant, for as long as it is needed.

    `streaming` is whether the voice can begin before it has all words.
    """
    async with AsyncExitStack() as stack:
        ears = await stack.enter_async_context(SpeechToText())
        mouth = await stack.enter_async_context(TextToSpeech(streaming=streaming))
        client = await stack.enter_async_context(microphone(home))
        # What was once synthesised would not be so again.
        await client.command("call_service", domain="tts", service="clear_cache")
        engines = {
            "stt_engine": await stack.enter_async_context(_entity(client, ears, "stt")),
            "tts_engine": await stack.enter_async_context(
                _entity(client, mouth, "tts")
            ),
        }
        pipeline = await stack.enter_async_context(_pipeline(client, agent, engines))
        yield Voice(home, client, ears, mouth, pipeline, device_id)


async def device_of(client: Client, entity_id: str) -> str:
    """Return the device of an entity."""
    entity = await client.command("config/entity_registry/get", entity_id=entity_id)
    device_id: str = entity["device_id"]
    return device_id


@asynccontextmanager
async def _entity(
    client: Client, server: WyomingServer, domain: str
) -> AsyncGenerator[str]:
    """Set a Wyoming server up, and return its entity."""
    flow = await Flow.config(client, "wyoming")
    await flow.submit(host="127.0.0.1", port=server.port)
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
async def _pipeline(
    client: Client, agent: str, engines: dict[str, str]
) -> AsyncGenerator[str]:
    """Make a pipeline of an agent and engines, and return its id."""
    fields: dict[str, Any] = {
        **dict.fromkeys(UNUSED_STAGES),
        **engines,
        "name": "Voice",
        "language": "en",
        "conversation_engine": agent,
        "conversation_language": "en",
        "stt_language": "en",
        "tts_language": "en",
        "prefer_local_intents": False,
    }
    made = await client.command("assist_pipeline/pipeline/create", **fields)
    try:
        yield made["id"]
    finally:
        await client.command("assist_pipeline/pipeline/delete", pipeline_id=made["id"])
