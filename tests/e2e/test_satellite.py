"""Tests of what is heard on a satellite while a tool takes long, in audio."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from testbed.hass import Hass
from testbed.replies import Call, say
from testbed.satellite import Satellite, add_satellite
from testbed.server import ModelServer
from testbed.voice import Voice
from testbed.websocket import Client

from .test_voice import LIGHT, SOON

MAX_GAP = 2.0
"""Seconds without sound inside a stream of audio that a satellite stands."""

LONG = (
    "I will ask the house how long it takes. That may take a while, because it has a "
    "great many rooms, and each of them has a lamp. "
)
ANSWER = "It took a while."


@pytest.fixture
async def satellite(
    hass_process: Hass, client: Client, voice: Voice
) -> AsyncGenerator[Satellite]:
    """Yield a satellite that uses the voice pipeline."""
    # The audio of announcements is fetched from Home Assistant's own address.
    await client.command("config/core/update", internal_url=hass_process.url)
    async with add_satellite(client, voice) as (satellite, _):
        yield satellite
    await client.command("config/core/update", internal_url=None)


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("", "One moment."),
        ("Let me look.", "Let me look. One moment."),
        (LONG, f"{LONG}One moment."),
    ],
    ids=["nothing", "short", "long"],
)
async def test_slow_tool(
    voice: Voice,
    satellite: Satellite,
    server: ModelServer,
    slow_tool: str,
    before: str,
    said: str,
) -> None:
    """A tool that takes long is announced, and its answer follows, without a gap."""
    server.script(say(*before, calls=[Call(slow_tool)]), say("It took ", "a while."))
    voice.stt.text = "Wait for the light"
    async with asyncio.timeout(SOON):
        await satellite.speak()
        await satellite.until_heard(1)
        assert len(server.completions) == 1
        await voice.client.call("light.turn_on", LIGHT)
        await satellite.until_heard(2)
    assert [s.text for s in voice.tts.syntheses] == [said, ANSWER]
    assert all(heard.audio for heard in satellite.heard)
    assert max(heard.longest_gap for heard in satellite.heard) < MAX_GAP
    roles = [message["role"] for message in server.bodies[1]["messages"]]
    assert roles == ["system", "user", "assistant", "tool"]
    # The session has one whole turn, as if nothing had taken long.
    server.script(say("You are welcome."))
    voice.stt.text = "Thank you"
    async with asyncio.timeout(SOON):
        await satellite.speak()
        await satellite.until_heard(3)
    messages = server.bodies[2]["messages"]
    assert [message["role"] for message in messages] == [*roles, "assistant", "user"]
    assert messages[4]["content"] == ANSWER


async def test_fast_tool(
    voice: Voice, satellite: Satellite, server: ModelServer
) -> None:
    """What is said before a call and after it is one stream."""
    call = Call("intent__HassTurnOn", {"name": "Bed Light"})
    server.script(say("Let me ", "look.", calls=[call]), say("It is ", "on."))
    voice.stt.text = "Turn on the bed light"
    async with asyncio.timeout(SOON):
        await satellite.speak()
        await satellite.until_heard(1)
    (synthesis,) = voice.tts.syntheses
    assert synthesis.text == "Let me look. It is on."
    (heard,) = satellite.heard
    assert heard.longest_gap < MAX_GAP
