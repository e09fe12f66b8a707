"""Tests of the entry after a restart of Home Assistant."""

from collections.abc import AsyncGenerator
import json

import pytest

from testbed.assistant import entries_of, remove_entries
from testbed.hass import Hass
from testbed.server import ModelServer

from .agent import Agent, until

PROMPT = "Answer in rhymes."


@pytest.fixture
async def hass(hass_process: Hass) -> AsyncGenerator[Hass]:
    """Return the shared Home Assistant; it is started again after the test."""
    yield hass_process
    if not hass_process.running:
        await hass_process.start()
    async with hass_process.client() as client:
        await remove_entries(client)


async def set_up(hass: Hass, server: ModelServer) -> str:
    """Set up an agent with a changed option; return the ID of its entry."""
    async with hass.client() as client:
        agent = await Agent.add(client, server.base_url)
        flow = await agent.options()
        await flow.submit(chat_model="scripted", prompt=PROMPT)
        assert flow.step["type"] == "create_entry"
        return agent.entry_id


async def check(hass: Hass, server: ModelServer) -> None:
    """Check that the agent has its key and its options."""
    server.forget()
    async with hass.client() as client:
        (entry,) = await entries_of(client)
        assert entry["state"] == "loaded"
        agent = await Agent.of(client, entry["entry_id"])
        turn = await agent.say("hello")
    assert turn.answer == "Hello there."
    request = server.completions[-1]
    assert request.headers["Authorization"] == "Bearer right"
    assert request.body["messages"][0]["content"].startswith(PROMPT)


async def test_restart(hass: Hass, server: ModelServer) -> None:
    """After a restart the entry works with its key and its options."""
    await set_up(hass, server)
    assert await hass.stop() == 0
    await hass.start()
    await check(hass, server)


async def test_power_cut(hass: Hass, server: ModelServer) -> None:
    """After a power cut the entry is as Home Assistant last saved it."""
    entry_id = await set_up(hass, server)
    stored = hass.config_dir / ".storage" / "core.config_entries"

    async def is_stored() -> bool:
        entries = json.loads(stored.read_bytes())["data"]["entries"]
        prompts = {
            entry["entry_id"]: entry["options"].get("prompt") for entry in entries
        }
        return prompts.get(entry_id) == PROMPT

    await until(is_stored)
    await hass.kill()
    await hass.start()
    await check(hass, server)


async def test_server_is_late(hass: Hass, server: ModelServer) -> None:
    """An agent whose server starts after Home Assistant says so, and then works."""
    await set_up(hass, server)
    await hass.stop()
    await server.stop()
    await hass.start()
    async with hass.client() as client:
        (entry,) = await entries_of(client)
        agent = await Agent.of(client, entry["entry_id"])
        turn = await agent.say("hello")
    assert "I cannot reach the server" in turn.error
    assert f"127.0.0.1:{server.port}" in turn.error
    await server.start(server.port)
    await check(hass, server)
