"""Tests of turns, as seen by a user of Assist and by the server."""

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
    """Return the first content delta of an answer."""
    async for event in events:
        delta = event["data"].get("chat_log_delta") or {}
        if words := delta.get("content"):
            return str(words)
    raise AssertionError


async def test_answer_is_streamed(agent: Agent, server: ModelServer) -> None:
    """The first word arrives before the server has sent the last one."""
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
    """A tool call changes a light, and its result goes to the model."""
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

    first, second = server.bodies
    assert second["messages"][: len(first["messages"])] == first["messages"]
    assert second["tools"] == first["tools"]
    called, result = second["messages"][len(first["messages"]) :]
    assert [c["id"] for c in called["tool_calls"]] == ["call_7"]
    assert result["role"] == "tool"
    assert result["tool_call_id"] == "call_7"
    (target,) = json.loads(result["content"])["data"]["success"]
    assert target["id"] == LIGHT


async def test_failed_tool_call(agent: Agent, server: ModelServer) -> None:
    """The error of a failed tool call goes to the model, and the turn continues."""
    call = Call("intent__HassTurnOn", {"name": "Unicorn"})
    server.script(say(calls=[call]), say("There is no unicorn."))
    turn = await agent.say("turn on the unicorn")
    assert turn.answer == "There is no unicorn."
    assert not turn.error
    (failed,) = turn.calls
    assert failed.error
    assert "error" in json.loads(server.bodies[-1]["messages"][-1]["content"])


async def test_second_turn(agent: Agent, server: ModelServer) -> None:
    """The request of the second turn extends that of the first unchanged."""
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
    """An unreachable server is reported; turns work again once it is back."""
    port = server.port
    await server.stop()
    turn = await agent.say("hello")
    assert f"127.0.0.1:{port}" in turn.error
    assert not turn.words

    await server.start(port)
    turn = await agent.say("hello again", turn.conversation_id)
    assert not turn.error
    assert turn.answer == "Hello there."


async def test_cancelled_turn(agent: Agent, server: ModelServer) -> None:
    """When the client unsubscribes, the request to the server is aborted."""
    never = asyncio.Event()
    server.script(say("Once ", Pause(never), "upon a time."))
    async with asyncio.timeout(SOON):
        async with agent.begin("a story") as events:
            await first_words(events)
        (request,) = server.completions
        await request.aborted.wait()
    assert (await agent.say("hello")).answer == "Hello there."
