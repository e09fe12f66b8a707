"""Tests of the session across conversations, and of the reuse of the prompt cache."""

from collections.abc import AsyncGenerator
from itertools import pairwise
import json
from typing import Any

import pytest

from testbed.assistant import remove_entries
from testbed.hass import Hass
from testbed.replies import Call, say
from testbed.request_view import words
from testbed.server import ModelServer
from testbed.voice import device_of
from testbed.websocket import Client

from .agent import Agent, until

LIGHT = "light.bed_light"


def texts(body: dict[str, Any]) -> list[str]:
    """Return the texts of a request, without the system message and tool results."""
    return [
        words(message["content"])
        for message in body["messages"][1:]
        if message["content"] and message["role"] != "tool"
    ]


async def set_long_timeout(agent: Agent) -> None:
    """Set the longest conversation timeout."""
    flow = await agent.options()
    memory = {"conversation_timeout": 600}
    await flow.submit(chat_model="scripted", llm_hass_api=["assist"], memory=memory)
    assert flow.step["type"] == "create_entry"
    await agent.wait_until_loaded()


async def test_every_request_extends_the_last(
    agent: Agent, server: ModelServer, client: Client
) -> None:
    """Each request extends the previous one, also over tools, areas and a reload."""
    await set_long_timeout(agent)
    bedroom = await device_of(client, LIGHT)
    kitchen = await device_of(client, "light.kitchen_lights")
    on = Call("intent__HassTurnOn", {"name": "Bed Light"})
    off = Call("intent__HassTurnOff", {"name": "Bed Light"})
    look = Call("homeassistant__GetLiveContext", {})

    server.script(say("Hello."))
    first = await agent.say("Hi", device_id=kitchen)
    server.script(say("Let me see.", calls=[on, look]), say("It is on."))
    await agent.say("Turn on the bed light", device_id=bedroom)
    server.script(
        say(calls=[look], reasoning="I must look."),
        say(calls=[off], reasoning="It is on."),
        say("It was on. [CONTINUE_LISTENING]"),
    )
    await agent.say("If the bed light is on, turn it off", device_id=kitchen)

    await agent.prefer_local()
    requests = len(server.completions)
    local = await agent.say("Turn on the bed light", first.conversation_id)
    assert local.answer == "Turned on the light"
    assert len(server.completions) == requests
    server.script(say("I turned on the bed light."))
    await agent.say("What did you just do exactly?", first.conversation_id)
    messages = server.bodies[-1]["messages"]
    (call,) = messages[-4]["tool_calls"]
    assert call["function"]["name"] == "intent__HassTurnOn"
    assert '"success":[{' in messages[-3]["content"]
    assert messages[-2] == {"role": "assistant", "content": "Turned on the light"}

    await client.command("config_entries/get")
    entry = f"config/config_entries/entry/{agent.entry_id}/reload"
    await client.rest("POST", entry)
    await agent.wait_until_loaded()
    server.script(say("Yes **it** is 👍"))
    await agent.say("Would you say that all is fine?", device_id=bedroom)
    server.script(say("Bye."))
    await agent.say("Then farewell to you", device_id=kitchen)

    assert len(server.bodies) == 9
    for before, after in pairwise(server.bodies):
        assert after["tools"] == before["tools"]
        assert after["messages"][: len(before["messages"])] == before["messages"]
    # The encoded messages of a request are a prefix of those of the next.
    raw = [request.raw.partition(b',"tools":')[0] for request in server.completions]
    for one, two in pairwise(raw):
        assert two.startswith(one.removesuffix(b"]"))
    assert not server.faults


@pytest.fixture
async def hass(hass_process: Hass) -> AsyncGenerator[Hass]:
    """Return the shared Home Assistant; it is started again after the test."""
    yield hass_process
    if not hass_process.running:
        await hass_process.start()
    async with hass_process.client() as client:
        await remove_entries(client)


def turns_on_disk(hass: Hass, entry_id: str) -> list[str]:
    """Return what users said in the turns in the file of the session."""
    name = f"openai_compatible_conversation.{entry_id}.session"
    file = hass.config_dir / ".storage" / name
    if not file.exists():
        return []
    turns = json.loads(file.read_bytes())["data"]["turns"]
    return [words(messages[0]["user"]) for messages in turns]


async def test_kill_at_the_answer(hass: Hass, server: ModelServer) -> None:
    """A kill as soon as the answer is there costs this turn at most."""
    said = [f"This is number {number}" for number in range(8)]
    async with hass.client() as client:
        agent = await Agent.add(client, server.base_url)
        await set_long_timeout(agent)

        async def is_on_disk() -> bool:
            return turns_on_disk(hass, agent.entry_id) == said[:-1]

        for text in said:
            server.script(say("I see."))
            if text == said[-1]:
                await until(is_on_disk)
            await agent.say(text)
        await hass.kill()
    on_disk = turns_on_disk(hass, agent.entry_id)
    assert on_disk in (said, said[:-1])


@pytest.mark.parametrize("how", ["stopped", "killed"])
async def test_survives_restart(hass: Hass, server: ModelServer, how: str) -> None:
    """The session survives a stop and a kill of Home Assistant."""
    async with hass.client() as client:
        agent = await Agent.add(client, server.base_url)
        await set_long_timeout(agent)

        stored = hass.config_dir / ".storage" / "core.config_entries"

        async def is_stored() -> bool:
            # A new entry is saved with a delay and would not survive a kill.
            return stored.exists() and agent.entry_id in stored.read_text()

        await until(is_stored)
        server.script(say("Nice."))
        await agent.say("My cat is called Amy")
        entry_id = agent.entry_id

        async def is_on_disk() -> bool:
            # The result does not wait for a slow disk.
            return turns_on_disk(hass, entry_id) == ["My cat is called Amy"]

        await until(is_on_disk)
        if how == "killed":
            await hass.kill()
    if how == "stopped":
        await hass.stop()
    await hass.start()
    before = server.bodies[-1]
    async with hass.client() as client:
        agent = await Agent.of(client, entry_id)
        await agent.wait_until_loaded()
        server.script(say("Amy."))
        await agent.say("What is my cat called?")
    after = server.bodies[-1]
    assert texts(after) == ["My cat is called Amy", "Nice.", "What is my cat called?"]
    assert after["tools"] == before["tools"]
    assert after["messages"][: len(before["messages"])] == before["messages"]


async def test_area_of_device(
    agent: Agent, server: ModelServer, client: Client
) -> None:
    """The context of the turn names the area, in which the command acts."""
    for entity_id in (LIGHT, "light.kitchen_lights"):
        await client.call("light.turn_off", entity_id)
    bedroom = await device_of(client, LIGHT)
    call = Call("intent__HassTurnOn", {"name": "lights", "domain": ["light"]})
    area = Call("intent__HassTurnOn", {"area": "Bedroom", "domain": ["light"]})
    server.script(say(calls=[call]), say(calls=[area]), say("They are on."))
    await agent.say("Turn on the lights", device_id=bedroom)
    assert "Area: Bedroom" in server.bodies[0]["messages"][-1]["content"]
    assert (await client.state(LIGHT))["state"] == "on"
    assert (await client.state("light.kitchen_lights"))["state"] == "off"
