"""The part of the demo that is really spoken: sound in, and sound out."""

import asyncio
from dataclasses import dataclass

from .demo_steps import LIGHT, OTHER_LIGHT
from .speech_servers import SpeechServers, speech_servers
from .spoken_turn import SpokenTurn, SpokenVoice, add_spoken_voice
from .terminal import BOLD, CYAN, DIM, GREEN, RED, Terminal
from .voice import device_of
from .websocket import Client
from .word_errors import word_error_rate

MOST_ERRORS = 0.2
"""Maximum word error rate of a known sentence, and of its answer."""


@dataclass(frozen=True)
class Sentence:
    """What is said, with the state of an entity that it is to lead to."""

    say: str
    entity_id: str
    state: str


SENTENCES = (
    Sentence("Turn on the kitchen lights.", LIGHT, "on"),
    Sentence("Is the bed light on?", OTHER_LIGHT, "on"),
    Sentence("Turn off the bed light.", OTHER_LIGHT, "off"),
)


async def speak_aloud(
    home: str, client: Client, agent: str, say: list[str], terminal: Terminal
) -> list[str]:
    """Say texts, or the usual sentences, and listen; return the failed checks."""
    terminal.line("", "With real speech, which takes a while to load:", DIM)
    await client.call("light.turn_off", LIGHT)
    await client.call("light.turn_on", OTHER_LIGHT)
    device_id = await device_of(client, LIGHT)
    missing: list[str] = []
    async with (
        speech_servers() as servers,
        add_spoken_voice(home, agent, servers, device_id=device_id) as voice,
    ):
        for text in say:
            await _say(servers, voice, text, terminal)
        for sentence in () if say else SENTENCES:
            turn, heard = await _say(servers, voice, sentence.say, terminal)
            missing += await _failed(client, sentence, turn, heard)
    for check in missing:
        terminal.line("not seen", check, RED, RED)
    return missing


async def _say(
    servers: SpeechServers, voice: SpokenVoice, text: str, terminal: Terminal
) -> tuple[SpokenTurn, str]:
    """Say a text and listen; return the turn, and what is heard of its answer."""
    terminal.line("You", text, BOLD, CYAN)
    turn = await voice.say(await servers.synthesize(text))
    heard = await servers.recognize(turn.sound)
    terminal.line("  heard", turn.recognized)
    for call in turn.calls:
        terminal.line("  calls", call)
    terminal.line("Assistant", turn.answer, "", GREEN)
    terminal.line("  heard", heard)
    terminal.line("", _timing(turn), DIM)
    terminal.blank()
    return turn, heard


async def _failed(
    client: Client, sentence: Sentence, turn: SpokenTurn, heard: str
) -> list[str]:
    """Return the failed checks of a sentence."""
    failed = [
        f'"{said}" in what is heard'
        for said, understood in ((sentence.say, turn.recognized), (turn.answer, heard))
        if word_error_rate([(said, understood)]) > MOST_ERRORS
    ]
    if not await _becomes(client, sentence.entity_id, sentence.state):
        failed.append(f"{sentence.entity_id}: {sentence.state}")
    return failed


def _timing(turn: SpokenTurn) -> str:
    """Return when the sentence was recognized and answered, as text."""
    waits = turn.times.waits
    steps = {"recognized": "understood", "token": "first word", "audio": "first sound"}
    return "after the last word: " + ", ".join(
        f"{text} {waits[name]:.2f} s" for name, text in steps.items() if name in waits
    )


async def _becomes(client: Client, entity_id: str, state: str) -> bool:
    """Return whether an entity has a state, soon."""
    for _ in range(50):
        if (await client.state(entity_id))["state"] == state:
            return True
        await asyncio.sleep(0.1)
    return False
