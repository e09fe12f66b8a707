"""Test that a turn ends, and what is told then, if the model has no way out."""

import asyncio
from collections.abc import Callable
import json
from typing import Any

import pytest

from custom_components.openai_compatible_conversation.agent.turn_limit import (
    LAST_REQUEST,
    MAX_FAILED_ROUNDS,
    MAX_HEARD,
    MAX_SHOWN,
)
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from testbed.replies import Answer, Call, say as reply
from testbed.server import ModelServer

from .conftest import Say, failed, speech
from .spies import SpyTool

TURN_ON = Call("intent__HassTurnOn", {"name": "Lamp"})


def stuck(message: str = "There is no floor 25.") -> Callable[[], Any]:
    """Return what a tool does that always fails."""

    def run() -> None:
        raise HomeAssistantError(message)

    return run


def round_of(number: int, tool: str = "step", **arguments: Any) -> Answer:
    """Return a response with a call that no other round has."""
    return reply(calls=[Call(tool, {"n": number, **arguments})])


def choices(server: ModelServer) -> list[str | None]:
    """Return the `tool_choice` of each request."""
    return [body.get("tool_choice") for body in server.bodies]


def last_result(server: ModelServer, request: int) -> dict[str, Any]:
    """Return the last tool result of a request."""
    result: dict[str, Any] = json.loads(
        server.bodies[request]["messages"][-1]["content"]
    )
    return result


async def test_failing_rounds(
    server: ModelServer, say: Say, offer: Callable[..., None]
) -> None:
    """After three rounds with nothing but failures the model has to answer."""
    tool = SpyTool("step", stuck())
    offer(tool)
    server.script(*(round_of(n) for n in range(3)), reply("I could not do it."))
    assert speech(await say("Kitchen light on")) == "I could not do it."
    assert len(tool.calls) == MAX_FAILED_ROUNDS
    assert choices(server) == [None, None, None, "none"]
    assert server.bodies[3]["tools"] == server.bodies[0]["tools"]
    assert "note" not in last_result(server, 2)
    assert last_result(server, 3)["note"] == LAST_REQUEST


@pytest.mark.parametrize("stream", [True, False])
async def test_model_insists(
    server: ModelServer,
    say: Say,
    offer: Callable[..., None],
    set_options: Callable[..., None],
    stream: bool,
) -> None:
    """A model that calls all the same is not asked for ever; what failed is said."""
    tool = SpyTool("step", stuck())
    offer(tool)
    set_options(enable_streaming=stream)
    server.script(*(round_of(n, name="Kitchen Light") for n in range(9)))
    result = await say("Kitchen light on")
    assert failed(result)
    assert speech(result) == "That did not work: Kitchen Light."
    assert len(tool.calls) == MAX_FAILED_ROUNDS
    assert len(server.bodies) == MAX_FAILED_ROUNDS + 1


@pytest.mark.parametrize(
    "written",
    [
        '```json\n{"name": "step", "arguments": {"n": 9}}\n```',
        '<tool_call>{"name": "step", "arguments": {"n": 9}}</tool_call>',
        '{"name": "step", "arguments": {"n": 9}}',
    ],
)
async def test_model_insists_in_text(
    server: ModelServer, say: Say, offer: Callable[..., None], written: str
) -> None:
    """A call in the text that may not be run any more is not read out either."""
    tool = SpyTool("step", stuck())
    offer(tool)
    server.script(
        *(round_of(n, name="Fan") for n in range(3)), reply("So then.\n", written)
    )
    assert speech(await say("Fan on")).strip() == "So then."
    server.script(*(round_of(n, name="Fan") for n in range(3)), reply(written))
    assert speech(await say("Fan on")) == "That did not work: Fan."
    assert len(tool.calls) == 2 * MAX_FAILED_ROUNDS


async def test_success_between(
    server: ModelServer, say: Say, offer: Callable[..., None]
) -> None:
    """What fails between successes does not count: the model is getting on."""
    steps = iter([False, False, True, False, False])

    def run() -> dict[str, Any]:
        if next(steps):
            return {"ok": True}
        raise HomeAssistantError("Not yet.")

    offer(SpyTool("step", run))
    server.script(*(round_of(n) for n in range(5)), reply("Well."))
    assert speech(await say("Go on")) == "Well."
    assert set(choices(server)) == {None}


async def test_done_and_failed(
    server: ModelServer,
    say: Say,
    offer: Callable[..., None],
) -> None:
    """Where the model is silent, it is said what was done and what was not."""
    offer(SpyTool("on"), SpyTool("lock", stuck()))
    server.script(
        reply(calls=[Call("on", {"name": "Lamp"})]),
        *(round_of(n, "lock", name="Front Door") for n in range(3)),
        reply(""),
    )
    result = await say("Lamp on, and lock the door")
    assert speech(result) == "Done: Lamp. That did not work: Front Door."
    assert choices(server)[-1] == "none"


@pytest.mark.parametrize(
    ("device", "seconds", "is_over"),
    [
        ("a-device", MAX_HEARD + 1, True),
        ("a-device", MAX_HEARD - 5, False),
        (None, MAX_HEARD + 1, False),
        (None, MAX_SHOWN + 1, True),
    ],
)
async def test_time(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    offer: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    device: str | None,
    seconds: float,
    is_over: bool,
) -> None:
    """Whoever waits for speech waits a minute, in the chat window three."""
    clock, passed = asyncio.get_running_loop().time, 0.0

    def run() -> None:
        nonlocal passed
        passed = seconds

    offer(SpyTool("slow", run))
    monkeypatch.setattr(hass.loop, "time", lambda: clock() + passed)
    server.script(reply(calls=[Call("slow")]), reply("So."))
    assert speech(await say("Go on", device_id=device)) == "So."
    assert choices(server) == [None, "none" if is_over else None]


async def test_unknown_call_is_no_example(
    server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """A call of a tool that does not exist is not kept: the model would imitate it."""
    invented = Call("lights_on", {"room": "Hall"})
    server.script(
        reply("Let me see.", calls=[invented]),
        reply(calls=[invented, TURN_ON]),
        reply("It is on."),
        reply("You are welcome."),
    )
    assert speech(await say("Lamp on")) == "It is on."
    assert "lights_on" in json.dumps(server.bodies[2])
    await say("Thanks")
    assert "lights_on" not in json.dumps(server.bodies[3]["messages"])
    _, _, called, result, answer, _ = server.bodies[3]["messages"]
    assert called["content"] == "Let me see."
    (call,) = called["tool_calls"]
    assert call["function"]["name"] == "intent__HassTurnOn"
    assert call["id"] == result["tool_call_id"]
    assert answer["content"] == "It is on."
    assert len(light) == 1


@pytest.mark.parametrize("name", ["HassTurnOn", "functions.intent__HassTurnOn"])
async def test_name_without_namespace(
    server: ModelServer, say: Say, light: list[ServiceCall], name: str
) -> None:
    """A tool is also called by a name that only it can mean."""
    server.script(reply(calls=[Call(name, {"name": "Lamp"})]), reply("On."))
    assert speech(await say("Lamp on")) == "On."
    assert len(light) == 1
    called = server.bodies[1]["messages"][-2]["tool_calls"][0]["function"]
    assert called["name"] == "intent__HassTurnOn"
