"""Test of the times of a spoken turn, as a real Home Assistant tells of its steps."""

import asyncio
from dataclasses import replace

from testbed.assistant import agent_of
from testbed.hass import Hass
from testbed.replies import Pause, chunk, raw
from testbed.server import ModelServer
from testbed.sound import Sound
from testbed.speech_servers import SpeechServers
from testbed.spoken_turn import add_spoken_voice
from testbed.websocket import Client
from testbed.wyoming import RATE, SOUND, SpeechToText, TextToSpeech

from .agent import Agent

SOON = 20
PAUSE = 0.2
SENTENCES = (
    "The heating in the bedroom is off, as it has been since noon.",
    "It is cold.",
)


async def test_first_thought_is_not_first_token(
    hass_process: Hass, client: Client, agent: Agent, server: ModelServer
) -> None:
    """What the model thinks, answers and says aloud is told apart, and in its order."""
    await agent.disable_prewarm()
    server.script(
        raw(
            chunk({"role": "assistant", "reasoning_content": "I have to look."}),
            Pause(PAUSE),
            chunk({"content": SENTENCES[0]}),
            Pause(PAUSE),
            chunk({"content": f" {SENTENCES[1]}"}),
            Pause(PAUSE),
            chunk({}, "stop"),
        )
    )
    entity_id = await agent_of(client, agent.entry_id)
    async with asyncio.timeout(SOON), SpeechToText() as stt, TextToSpeech() as tts:
        stt.text = "Is the heating on?"
        servers = SpeechServers(stt.port, tts.port, RATE)
        async with add_spoken_voice(
            hass_process.url, entity_id, servers, tts_language="en"
        ) as voice:
            turn = await replace(voice, patience=0.1).say(Sound(RATE, SOUND * 20))
    assert turn.recognized == "Is the heating on?"
    assert turn.answer == " ".join(SENTENCES)
    assert turn.sound.data.endswith(SOUND)
    (synthesis,) = tts.syntheses
    assert synthesis.text == turn.answer
    waits = turn.times.waits
    assert list(waits) == ["recognized", "thought", "token", "sentence", "audio"]
    assert waits["recognized"] < waits["thought"] < waits["token"] < waits["sentence"]
    # This server speaks each piece of a text, a sentence or not.
    assert waits["token"] < waits["audio"]
