"""Test calls that a model describes instead of making them."""

from collections.abc import Callable
import json

import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from homeassistant.core import HomeAssistant, ServiceCall
from testbed.replies import Answer, Body, Call, Reply, failure, say as reply
from testbed.server import ModelServer

from .conftest import Say, speech

DESCRIBED = "To turn it on, you can use the command `intent__HassTurnOn` for the Lamp."
CALL = {"name": "intent__HassTurnOn", "arguments": {"name": "Lamp"}}


@pytest.mark.parametrize(
    "call",
    [
        reply(json.dumps(CALL)),
        reply(f"Of course.\n```json\n{json.dumps(CALL)}\n```"),
        reply(calls=[Call("intent__HassTurnOn", {"name": "Lamp"})]),
    ],
    ids=["written", "fenced", "proper"],
)
async def test_asked_to_call(
    server: ModelServer, say: Say, light: list[ServiceCall], call: Answer
) -> None:
    """The call is made, and neither the description nor the question is kept."""
    server.script(reply(DESCRIBED), call, reply("It is on."))
    await say("Turn on the lamp")
    assert len(light) == 1
    asked, answered = (body["messages"] for body in server.bodies[-2:])
    assert asked[-2]["content"] == DESCRIBED
    assert asked[-1]["role"] == "user"
    assert [m["role"] for m in answered] == ["system", "user", "assistant", "tool"]
    assert DESCRIBED not in str(answered)
    server.script(reply("Yes."))
    await say("Is it on now?")
    assert DESCRIBED not in str(server.bodies[-1])
    assert asked[-1] not in server.bodies[-1]["messages"]


@pytest.mark.parametrize(
    "second",
    [reply("I cannot."), reply(""), failure(400)],
    ids=["text", "nothing", "error"],
)
async def test_answer_stands(
    server: ModelServer, say: Say, light: list[ServiceCall], second: Answer
) -> None:
    """If nothing is called then, what was said is the answer, and nothing more."""
    server.script(reply(DESCRIBED), *[second] * 3)
    assert speech(await say("Turn on the lamp")) == DESCRIBED
    assert not light
    server.forget()
    server.script(reply("Yes."))
    await say("Are you there?")
    messages = server.bodies[-1]["messages"]
    assert [m["content"] for m in messages if m["role"] == "assistant"] == [DESCRIBED]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("What does intent__HassTurnOn do?", DESCRIBED),
        ("What can you do?", "I have intent__HassTurnOn and intent__HassTurnOff."),
        ("The lamp, please", "HassTurnOn is what it takes."),
    ],
)
async def test_talk_of_tools(
    server: ModelServer, say: Say, said: str, answer: str
) -> None:
    """Who asks for tools is told of them, and a word is no name of a tool."""
    server.script(reply(answer))
    count = len(server.bodies)
    assert speech(await say(said)) == answer
    assert len(server.bodies) == count + 1


CLAIM = "The lamp was turned on."


@pytest.mark.parametrize(
    ("said", "language", "claim", "state"),
    [
        ("Turn on the lamp", "en", CLAIM, "off"),
        ("Lamp on, please", "en", "Sure, it is on now.", "off"),
        ("Schalte Lamp aus", "de", "Ist aus.", "on"),
    ],
)
async def test_claimed(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    light: list[ServiceCall],
    said: str,
    language: str,
    claim: str,
    state: str,
) -> None:
    """What the model says it has done is done, and the claim is not kept."""
    hass.states.async_set("light.lamp", state, {"friendly_name": "Lamp"})
    off = async_mock_service(hass, "light", "turn_off")
    tool = "intent__HassTurnOn" if state == "off" else "intent__HassTurnOff"
    call = reply(json.dumps({"name": tool, "arguments": {"name": "Lamp"}}))
    server.script(reply(claim), call, reply("Done it."))
    await say(said, language=language)
    assert len(light if state == "off" else off) == 1
    first, asked, answered = (body["messages"] for body in server.bodies[-3:])
    # A model that sees its claim stands by it.
    assert claim not in str(asked)
    assert asked[:-1] == first[:-1]
    assert asked[-1]["content"].startswith(first[-1]["content"])
    assert claim not in str(answered)
    assert answered[: len(first)] == first


async def test_claimed_value(
    hass: HomeAssistant, server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """A light that is off has not the brightness that it was to have."""
    server.script(
        reply("The lamp is at 70 % now."),
        reply(calls=[Call("intent__HassTurnOn", {"name": "Lamp"})]),
        reply("It is."),
    )
    await say("Set the lamp to 70 percent")
    assert len(light) == 1


async def test_claim_stands(
    server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """If the model calls nothing even then, what it said is the answer."""
    server.script(reply(CLAIM), reply("I did."))
    assert speech(await say("Turn on the lamp")) == CLAIM
    assert not light


@pytest.mark.parametrize(
    ("said", "answer", "state"),
    [
        ("Turn on the lamp", "It is on already.", "on"),
        ("Turn on the lamp", "Which lamp do you mean?", "off"),
        ("Turn on the lamp", "It cannot be reached.", "unavailable"),
        ("Is the lamp on", "No, it is off.", "off"),
        ("Don't turn on the lamp", "I won't.", "off"),
        ("Turn on the lamp in ten minutes", "I will.", "off"),
        ("The lamp is nice", "It is.", "off"),
        ("Turn on the radio", "There is none.", "off"),
    ],
)
async def test_nothing_is_claimed(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    light: list[ServiceCall],
    said: str,
    answer: str,
    state: str,
) -> None:
    """An answer to which nothing is left to do is the answer."""
    hass.states.async_set("light.lamp", state, {"friendly_name": "Lamp"})
    server.script(reply(answer))
    count = len(server.bodies)
    assert speech(await say(said)) == answer
    assert len(server.bodies) == count + 1


async def test_what_was_read_is_not_called(
    server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """After a call, a tool that is named may be a quotation of what was read."""
    server.script(
        reply(calls=[Call("homeassistant__GetLiveContext", {})]), reply(DESCRIBED)
    )
    count = len(server.bodies)
    assert speech(await say("Is it on?")) == DESCRIBED
    assert len(server.bodies) == count + 2
    assert not light


async def test_recital_of_tools(
    server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """A model that writes down what it could call did mean the first, if any."""
    names = ("TurnOn", "TurnOff", "SetPosition", "StopMoving", "CancelTimer")
    calls = [
        f"{json.dumps({'name': f'intent__Hass{name}', 'arguments': {'name': 'Lamp'}})}\n"
        for name in names
    ]
    server.script(reply(*calls * 50), reply("It is on."))
    assert speech(await say("Turn on the lamp")) == "It is on."
    (called,) = server.bodies[-1]["messages"][-2]["tool_calls"]
    assert called["function"]["name"] == "intent__HassTurnOn"
    assert len(light) == 1


async def test_result_is_no_answer(
    server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """A model that reads out the result of its call has nothing to say."""

    def echo(body: Body) -> Reply:
        """Answer with the last message."""
        answer = reply(body["messages"][-1]["content"])
        assert callable(answer)
        return answer(body)

    server.script(reply(json.dumps(CALL)), echo)
    assert speech(await say("Turn on the lamp")) == "Done."
    assert len(light) == 1


@pytest.mark.parametrize("streaming", [True, False])
async def test_result_is_made_up(
    server: ModelServer,
    say: Say,
    light: list[ServiceCall],
    set_options: Callable[..., None],
    streaming: bool,
) -> None:
    """A model that writes its own result is not heard, and gets the true one."""
    set_options(enable_streaming=streaming)
    made_up = '{"response_type": "action_done", "data": {"success": []}}\n'
    server.script(
        reply(
            f"On it.\n{json.dumps(CALL)}\n", made_up, "The lamp is on now, trust me."
        ),
        reply("It is on."),
    )
    assert speech(await say("Turn on the lamp")) == "It is on."
    assert len(light) == 1
    *_, called, result = server.bodies[-1]["messages"]
    assert called["content"] == "On it."
    assert json.loads(result["content"])["response_type"] == "action_done"
    assert "trust me" not in str(server.bodies[-1])


@pytest.mark.parametrize("tool", ["TurnOn", "TurnOff"])
async def test_copy_of_what_was_done(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    light: list[ServiceCall],
    tool: str,
) -> None:
    """A model that copies its call with the result has nothing more to do."""
    async_mock_service(hass, "light", "turn_off")
    call = json.dumps({"name": f"intent__Hass{tool}", "arguments": {"name": "Lamp"}})

    def copy(body: Body) -> Reply:
        """Answer with the last call and its result, again and again."""
        answer = reply(f"{call}\n{body['messages'][-1]['content']}\n" * 9)
        assert callable(answer)
        return answer(body)

    server.script(reply(call), copy)
    count = len(server.bodies)
    assert speech(await say("The lamp")) == "Done."
    assert len(light) == (tool == "TurnOn")
    assert len(server.bodies) == count + 2
    server.script(reply("Yes."))
    await say("Are you there?")
    roles = [message["role"] for message in server.bodies[-1]["messages"]]
    assert roles == ["system", "user", "assistant", "tool", "user"]
