"""Test what stands in a history and would be rejected: gone tools, empty prompts."""

from collections.abc import Callable
from typing import Any

import pytest

from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
from testbed.replies import Call, Reply, failure, say as reply
from testbed.request_view import words
from testbed.server import ModelServer, RecordedRequest

from .conftest import Say, failed, speech
from .spies import SpyTool
from .test_session import handle_locally
from .text_calls import NOTE

SET_LIGHT = "light__HassLightSet"


def names_of(request: RecordedRequest) -> tuple[set[str], set[str]]:
    """Return the names of the tools that are called in a request, and of those offered."""
    body = request.body if request.path.endswith("/chat/completions") else {}
    called = {
        call["function"]["name"]
        for message in body.get("messages", ())
        for call in message.get("tool_calls") or ()
    }
    return called, {tool["function"]["name"] for tool in body.get("tools", ())}


def unknown_name(request: RecordedRequest) -> Reply | None:
    """Reject a call of a tool that is not offered."""
    called, offered = names_of(request)
    if unknown := called - offered:
        error = {"message": f"Function {unknown.pop()} is called, and not defined."}
        return failure(400, {"error": error})
    return None


@pytest.fixture
def strict(server: ModelServer) -> ModelServer:
    """Return the server, which rejects calls of tools that are not offered."""
    server.reject = unknown_name
    return server


async def test_gone_tool(
    strict: ModelServer,
    say: Say,
    note: dict[str, Any],
    set_options: Callable[..., None],
) -> None:
    """A tool that was called, and is not offered any more, is told of."""
    note["code"] = "zebrafinch"
    strict.script(reply("Well.", calls=[Call(NOTE)]), reply("It is zebrafinch."))
    await say("What is the code?")
    for selected in (["assist"], []):
        set_options(llm_hass_api=selected)
        assert speech(await say("And now?")) == "Hello there."
    assert not strict.rejected
    told, answer = strict.bodies[-1]["messages"][1:3]
    assert NOTE in told["content"]
    assert "zebrafinch" in told["content"]
    assert answer == {"role": "assistant", "content": "Well.\nIt is zebrafinch."}


async def test_tool_is_back(
    strict: ModelServer,
    say: Say,
    note: dict[str, Any],
    set_options: Callable[..., None],
) -> None:
    """A tool that is offered again is called again in the history."""
    strict.script(reply(calls=[Call(NOTE)]), reply("It is empty."))
    await say("What is the code?")
    set_options(llm_hass_api=["assist"])
    await say("And now?")
    set_options(llm_hass_api=["assist", "notes"])
    await say("And now?")
    assert not strict.rejected
    assert names_of(strict.completions[-1])[0] == {NOTE}


async def test_local_command_with_tool_search(
    hass: HomeAssistant,
    strict: ModelServer,
    say: Say,
    light: list[ServiceCall],
    set_options: Callable[..., None],
    resident: Context,
) -> None:
    """A tool that only a local command used is offered, so that it can be called."""
    assert await async_setup_component(hass, "light", {})
    await hass.async_block_till_done()
    lamp = {"friendly_name": "Lamp", "supported_color_modes": ["brightness"]}
    hass.states.async_set("light.lamp", "on", lamp)
    set_options(tool_discovery="always")
    chat = (await say("Hello")).conversation_id
    assert SET_LIGHT not in names_of(strict.completions[-1])[1]
    await handle_locally(hass, "set the lamp brightness to 50%", resident, chat)
    await say("What did you do?", conversation_id=chat)
    assert not strict.rejected
    assert names_of(strict.completions[-1])[0] == {SET_LIGHT}


async def test_local_command_without_its_tool(
    hass: HomeAssistant,
    strict: ModelServer,
    say: Say,
    light: list[ServiceCall],
    offer: Callable[..., None],
    resident: Context,
) -> None:
    """A local command that the model has no tool for is told of, with its answer."""
    offer(SpyTool("read_meter"))
    chat = await handle_locally(hass, "turn on the lamp", resident)
    assert speech(await say("What was that?", conversation_id=chat)) == "Hello there."
    assert not strict.rejected
    told, answer, _ = strict.bodies[-1]["messages"][1:]
    assert told["content"].startswith("turn on the lamp\n(HassTurnOn({")
    assert answer["content"] == "Turned on the light"


async def test_unknown_tool_in_a_turn(
    server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """Within a turn, the model sees what it called and what was wrong with it."""
    server.script(reply(calls=[Call("make_coffee")]), reply("I cannot."))
    await say("Coffee, please")
    called, result = server.bodies[-1]["messages"][-2:]
    assert called["tool_calls"][0]["function"]["name"] == "make_coffee"
    assert "error" in result["content"]


async def test_empty_prompt(
    server: ModelServer, say: Say, set_options: Callable[..., None]
) -> None:
    """An empty system prompt is not sent: servers want one character at least."""
    set_options(
        prompt="{{ '' }}",
        own_prompt_only=True,
        auto_continue_listening=True,
        llm_hass_api=[],
    )
    result = await say("Hello")
    assert not failed(result)
    (message,) = server.bodies[-1]["messages"]
    assert message["role"] == "user"
    assert words(message["content"]) == "Hello"
