"""Tests of scheduled actions over the end of a real Home Assistant."""

from collections.abc import AsyncGenerator
import json

import pytest

from testbed.assistant import remove_entries
from testbed.hass import Hass
from testbed.replies import Call, say as reply
from testbed.server import ModelServer
from testbed.websocket import Client

from .agent import Agent, until

LIGHT = "light.kitchen_lights"


@pytest.fixture
async def hass(hass_process: Hass) -> AsyncGenerator[Hass]:
    """Return the shared Home Assistant; it is started again after the test."""
    yield hass_process
    if not hass_process.running:
        await hass_process.start()
    async with hass_process.client() as client:
        await remove_entries(client)


async def set_up(client: Client, server: ModelServer) -> Agent:
    """Return an agent that is stored, so that it survives a power cut."""
    agent = await Agent.add(client, server.base_url)
    server.forget()
    return agent


async def schedule(agent: Agent, server: ModelServer, seconds: float) -> None:
    """Have the kitchen lights turned off in some seconds."""
    given = {
        "tool": "HassTurnOff",
        "arguments": {"name": "Kitchen Lights"},
        "in_minutes": seconds / 60,
    }
    server.script(reply(calls=[Call("schedule_action", given)]), reply("Later."))
    turn = await agent.say("Turn off the kitchen lights later")
    assert turn.answer == "Later."
    assert turn.calls[0].good


async def is_state(client: Client, state: str) -> bool:
    """Return whether the kitchen lights have a state."""
    return bool((await client.state(LIGHT))["state"] == state)


async def test_on_time(hass: Hass, server: ModelServer, client: Client) -> None:
    """An action is done at its time."""
    agent = await set_up(client, server)
    await client.call("light.turn_on", LIGHT)
    await schedule(agent, server, 3)
    assert await is_state(client, "on")
    await until(lambda: is_state(client, "off"), 10)


@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_restart(hass: Hass, server: ModelServer, how: str) -> None:
    """An action is done after Home Assistant was stopped, or lost its power."""
    async with hass.client() as client:
        agent = await set_up(client, server)
        stored = hass.config_dir / ".storage" / "core.config_entries"

        async def is_stored() -> bool:
            entries = json.loads(stored.read_bytes())["data"]["entries"]
            return agent.entry_id in [entry["entry_id"] for entry in entries]

        await until(is_stored)
        await schedule(agent, server, 3)
        await (hass.stop() if how == "stop" else hass.kill())
    await hass.start()
    async with hass.client() as client:
        # The lights of the demo are on at the start.
        await until(lambda: is_state(client, "off"))
