"""Turns of a conversation, as a user of Assist and as the server see them."""

import asyncio
import json

from testbed.replies import Call, Pause, say
from testbed.request_view import words
from testbed.server import ModelServer
from testbed.websocket import Client, Events

from .agent import Agent

LIGHT = "light.bed_light"
SOON = 10


async def first_words(events: Events) -> str:
    """Return the first piece of an answer."""
    async for event in events:
        delta = event["data"].get("chat_log_delta") or {}
        if words := delta.get("content"):
            return str(words)
    raise AssertionError


async def test_words_arrive_at_once(agent: Agent, server: ModelServer) -> None:
    """The first word is there before the server has sent the last."""
    rest = asyncio.Event()
    server.script(say("Once ", Pause(rest), "upon a time."))
    async with asyncio.timeout(SOON), agent.begin("a story") as events:
        assert await first_words(events) == "Once "
        (request,) = server.completions
        assert not request.sent.is_set()
        rest.set()
        async for event in events:
            if event["type"] == "intent-end":
                break
        speech = event["data"]["intent_output"]["response"]["speech"]
        assert speech["plain"]["speech"] == "Once upon a time."
        await request.sent.wait()


async def test_tool_call(agent: Agent, server: ModelServer, client: Client) -> None:
    """A call changes a light, its result goes to the model, and its answer is heard."""
    await client.call("light.turn_off", LIGHT)
    call = Call("intent__HassTurnOn", {"name": "Bed Light"}, id="call_7")
    server.script(say(calls=[call]), say("The bed light ", "is on."))
    turn = await agent.say("turn on the bed light")

    assert (await client.state(LIGHT))["state"] == "on"
    assert turn.answer == "The bed light is on."
    (done,) = turn.calls
    assert done.name == "intent__HassTurnOn"
    assert done.arguments == {"name": "Bed Light"}
    assert done.good

    asked, told = server.bodies
    assert told["messages"][: len(asked["messages"])] == asked["messages"]
    assert told["tools"] == asked["tools"]
    called, result = told["messages"][len(asked["messages"]) :]
    assert [c["id"] for c in called["tool_calls"]] == ["call_7"]
    assert result["role"] == "tool"
    assert result["tool_call_id"] == "call_7"
    (target,) = json.loads(result["content"])["data"]["success"]
    assert target["id"] == LIGHT


async def test_failed_tool_call(agent: Agent, server: ModelServer) -> None:
    """A call that cannot be done comes back to the model as an error, and the turn goes on."""
    call = Call("intent__HassTurnOn", {"name": "Unicorn"})
    server.script(say(calls=[call]), say("There is no unicorn."))
    turn = await agent.say("turn on the unicorn")
    assert turn.answer == "There is no unicorn."
    assert not turn.error
    (failed,) = turn.calls
    assert failed.error
    assert "error" in json.loads(server.bodies[-1]["messages"][-1]["content"])


async def test_conversation_goes_on(agent: Agent, server: ModelServer) -> None:
    """A second turn has the first before it, byte for byte."""
    server.script(say("Nice to meet you."), say("You are Ada."))
    first = await agent.say("I am Ada")
    second = await agent.say("Who am I?", first.conversation_id)
    assert second.answer == "You are Ada."
    one, two = (body["messages"] for body in server.bodies)
    assert two[: len(one)] == one
    assert [words(m["content"]) for m in two[len(one) :]] == [
        *("Nice to meet you.", "Who am I?")
    ]


async def test_server_down(agent: Agent, server: ModelServer) -> None:
    """While the server is down the user is told so; once it is back, turns work again."""
    port = server.port
    await server.stop()
    turn = await agent.say("hello")
    assert f"127.0.0.1:{port}" in turn.error
    assert not turn.words

    await server.start(port)
    turn = await agent.say("hello again", turn.conversation_id)
    assert not turn.error
    assert turn.answer == "Hello there."


async def test_turn_is_given_up(agent: Agent, server: ModelServer) -> None:
    """Where nobody waits for the answer any more, the server is let go of."""
    never = asyncio.Event()
    server.script(say("Once ", Pause(never), "upon a time."))
    async with asyncio.timeout(SOON):
        async with agent.begin("a story") as events:
            await first_words(events)
        (request,) = server.completions
        await request.aborted.wait()
    assert (await agent.say("hello")).answer == "Hello there."
