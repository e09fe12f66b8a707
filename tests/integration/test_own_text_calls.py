"""Tests for calls that models write as text and mean: none is taken for a quotation."""

from collections.abc import Callable
import json
from typing import Any

import pytest

from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
from testbed.replies import Call, say as reply
from testbed.server import ModelServer

from .conftest import Turn
from .text_calls import IS_ALWAYS_NAMESPACED, NOTE, TURN_ON, text_call

OWN = text_call(TURN_ON, name="Lamp")
PREFIX = "assist__" if IS_ALWAYS_NAMESPACED else ""
PROPER = f"{PREFIX}{TURN_ON}"
LIVE = f"{PREFIX}homeassistant__GetLiveContext"

EARLIER = {
    "nothing": [],
    "the same text": [reply(OWN)],
    "a proper call": [reply(calls=[Call(PROPER, {"name": "Lamp"})])],
    "a repeated call": [reply(calls=[Call(PROPER, {"name": "Lamp"})])] * 2,
    "a search": [reply(calls=[Call("query_tools", {"query": "turn on lamp"})])],
    "a search for the tool": [
        reply(calls=[Call("query_tools", {"query": "HassTurnOn Lamp"})])
    ],
    "a failure": [reply(calls=[Call(PROPER, {"name": "Lmp"})])],
    "the same failure twice": [reply(calls=[Call(PROPER, {"name": "Nothing"})])] * 2,
    "a failure as text": [reply(text_call(TURN_ON, name="Nothing"))],
    "a wrong argument": [reply(calls=[Call(PROPER, {"entity_id": "light.lamp"})])],
    "a bad value": [reply(calls=[Call(PROPER, {"name": ["Lamp", 3], "area": {}})])],
    "an unknown tool": [reply(calls=[Call("HassTurnOnn", {"name": "Lamp"})])],
    "the states": [reply(calls=[Call(LIVE)])],
    "a note": [reply(calls=[Call(NOTE)])],
}
"""What a model did in a turn before it wrote its call."""


@pytest.mark.parametrize("earlier", EARLIER.values(), ids=EARLIER)
async def test_same_command_again(
    server: ModelServer,
    home: Turn,
    light: list[ServiceCall],
    note: dict[str, Any],
    earlier: list[Any],
) -> None:
    """The same command acts in each of four turns of a session."""
    note["text"] = "The lamp in the hall is called Lamp; turn it on."
    for _ in range(4):
        before = len(light)
        server.script(*earlier, reply(OWN), reply("On."), reply("On."))
        assert (await home("Turn on the lamp")).endswith("On.")
        assert len(light) > before
        server.forget()


@pytest.mark.parametrize("form", [OWN, OWN.removeprefix("<tool_call>")[:-12]])
async def test_ten_turns(
    server: ModelServer,
    home: Turn,
    light: list[ServiceCall],
    note: dict[str, Any],
    form: str,
) -> None:
    """All that may come before a command, in one session."""
    for number, earlier in enumerate([*EARLIER.values(), [], []]):
        before = len(light)
        server.script(*earlier, reply(form), reply("On."), reply("On."))
        assert (await home(f"Turn on the lamp, {number}")).endswith("On.")
        assert len(light) > before
        server.forget()


BARE = json.dumps({"name": PROPER, "arguments": {"name": "Lamp"}})


def _texts_of_calls(server: ModelServer) -> list[str | None]:
    """Return the text beside each call in the last request."""
    messages = server.bodies[-1]["messages"]
    return [message["content"] for message in messages if "tool_calls" in message]


@pytest.mark.parametrize(
    "written", [BARE, f"{{{BARE}", f"```json\n{BARE}\n```", f"I will.\n{BARE}"]
)
async def test_written_calls_in_the_history(
    server: ModelServer,
    home: Turn,
    light: list[ServiceCall],
    note: dict[str, Any],
    written: str,
) -> None:
    """A model that writes its calls reads those of earlier turns in its own words, too.

    If it reads only its answers there, it soon answers without a call. In the turn
    itself, it would write the call once more.
    """
    server.script(reply(written), reply("On."), reply("Hi."))
    await home("Turn on the lamp")
    (now,) = _texts_of_calls(server)
    assert BARE not in (now or "")
    await home("Hello")
    (later,) = _texts_of_calls(server)
    assert json.loads((later or "").splitlines()[-1]) == json.loads(BARE)


async def test_written_calls_after_local_ones(
    server: ModelServer,
    home: Turn,
    light: list[ServiceCall],
    note: dict[str, Any],
) -> None:
    """The calls of before are there, too, and once the model calls properly, none is."""
    proper = reply(calls=[Call(PROPER, {"name": "Lamp"})])
    server.script(proper, reply("On."), reply(BARE), reply("On."), proper, reply("On."))
    await home("Turn on the lamp")
    assert _texts_of_calls(server) == [None]
    await home("Turn on the lamp again")
    before, now = _texts_of_calls(server)
    assert before
    assert now is None
    await home("And once more")
    assert _texts_of_calls(server) == [None] * 3


async def test_written_again_and_again(
    server: ModelServer,
    home: Turn,
    light: list[ServiceCall],
    note: dict[str, Any],
) -> None:
    """What a model writes once more may be meant, but it does not go on for ever."""
    server.script(*[reply(BARE)] * 9)
    assert await home("Turn on the lamp") == "Done."
    assert len(light) == 2
    assert len(server.bodies) == 4


async def test_refused_call_in_between(
    server: ModelServer,
    home: Turn,
    light: list[ServiceCall],
    note: dict[str, Any],
) -> None:
    """A call that nobody asked for, and that is not run, is written like any other."""
    server.script(reply(BARE), reply("On."), reply(BARE), reply("Hi."), reply("Hi."))
    await home("Turn on the lamp")
    await home("Good morning")
    await home("Hello")
    assert len(light) == 1
    assert all(_texts_of_calls(server))


async def test_tagged_calls_in_the_history(
    server: ModelServer,
    home: Turn,
    light: list[ServiceCall],
    note: dict[str, Any],
) -> None:
    """Calls in the tags of a chat template are those that the template writes."""
    server.script(reply(OWN), reply("On."))
    await home("Turn on the lamp")
    assert _texts_of_calls(server) == [None]


@pytest.mark.parametrize(
    "name",
    [
        *("Lamp", "Area", "Main", "Domain", "Device", "Control", "Pass", "And", "Ring"),
        *("A", "On", "En", "Lock", "Just", "Prefer", "Wall", "Light", "TV", "Bar"),
        *("Oma", "Opa", "In", "Ecke", "Kamin", "Auto"),
    ],
)
async def test_name_in_the_prompt(
    hass: HomeAssistant,
    server: ModelServer,
    home: Turn,
    light: list[ServiceCall],
    note: dict[str, Any],
    name: str,
) -> None:
    """A light may be called like a word in Home Assistant's sentences."""
    hass.states.async_set(
        "light.lamp", "off", {"friendly_name": name, "supported_features": 0}
    )
    server.script(reply(text_call(TURN_ON, name=name)), reply("On."))
    assert await home("Turn it on") == "On."


@pytest.mark.parametrize("name", ["Fan", "Light", "Scene", "Turn", "Media", "Timer"])
async def test_name_after_a_search(
    hass: HomeAssistant,
    server: ModelServer,
    home: Turn,
    light: list[ServiceCall],
    set_options: Callable[..., None],
    name: str,
) -> None:
    """A light may be called like a word in the description of a tool that was found."""
    hass.states.async_set(
        "light.lamp", "off", {"friendly_name": name, "supported_features": 0}
    )
    set_options(tool_discovery="always")
    search = reply(calls=[Call("query_tools", {"query": "turn on light fan"})])
    server.script(search, reply(text_call(TURN_ON, name=name)), reply("On."))
    assert await home("Turn it on") == "On."


@pytest.mark.parametrize(
    "query", ["timer", "live context state", "date time", "turn on", "cancel timers"]
)
@pytest.mark.parametrize(
    "tool",
    [
        "homeassistant__GetLiveContext",
        "llm__GetDateTime",
        "intent__HassCancelAllTimers",
        "GetLiveContext",
        "query_tools",
    ],
)
async def test_without_arguments_after_a_search(
    server: ModelServer,
    home: Turn,
    note: dict[str, Any],
    set_options: Callable[..., None],
    query: str,
    tool: str,
) -> None:
    """A tool without arguments can be called from text when it was found."""
    set_options(tool_discovery="always")
    search = reply(calls=[Call("query_tools", {"query": query})])
    server.script(search, reply(text_call(tool)), reply("Fine."), reply("Fine."))
    assert await home("Do it") == "Fine."


@pytest.mark.parametrize("is_searched", [True, False])
async def test_script_without_fields(
    hass: HomeAssistant,
    server: ModelServer,
    home: Turn,
    set_options: Callable[..., None],
    is_searched: bool,
) -> None:
    """A script without fields is run from text, found or not."""
    fired: list[Any] = []
    sequence = [{"event": "yard_lit"}]
    config = {"script": {"yard": {"alias": "Yard", "sequence": sequence}}}
    assert await async_setup_component(hass, "script", config)
    hass.bus.async_listen("yard_lit", fired.append)
    async_expose_entity(hass, conversation.DOMAIN, "script.yard", should_expose=True)
    set_options(tool_discovery="always" if is_searched else "never")
    search = [reply(calls=[Call("query_tools", {"query": "yard"})])] * is_searched
    server.script(*search, reply(text_call("script__yard")), reply("Lit."))
    assert await home("Light up the yard") == "Lit."
    await hass.async_block_till_done()
    assert len(fired) == 1
