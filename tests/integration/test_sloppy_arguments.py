"""Tests for calls with sloppy arguments, as small models make them."""

from collections.abc import Callable
import json
from typing import Any, override

import probatio
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import area_registry as ar, entity_registry as er, llm
from testbed.replies import Call, say as reply
from testbed.server import ModelServer

from .conftest import Say, speech

ON = "intent__HassTurnOn"


@pytest.mark.parametrize(
    "arguments",
    [
        {"name": "Globe", "domain": "light", "floor": ""},
        {"name": "Globe", "area": "null", "device_class": []},
        {"name": "the globe"},
        {"name": "Globe", "domain": ["switch"]},
        {"name": "GLOBES"},
        {"arguments": {"name": "Globe"}},
        {"name": "Globe", "floor": "25"},
        {"entity_name": "Globe"},
        {"entities": ["Globe"]},
        {"slots": {"name": "Globe"}},
        {"name": "light.the_globe"},
        {"name": "globe light"},
        {"area": "Globe", "domain": "light"},
    ],
)
async def test_understood(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    light: list[ServiceCall],
    arguments: dict[str, Any],
) -> None:
    """What can be understood is run, and the model is told how it was read."""
    hass.states.async_set("light.lamp", "off", {"friendly_name": "Globe"})
    server.script(reply(calls=[Call(ON, arguments)]), reply("It is on."))
    assert speech(await say("Turn on the lamp")) == "It is on."
    result = json.loads(server.bodies[-1]["messages"][-1]["content"])
    assert "error" not in result, result
    assert result["note"]
    assert len(light) == 1


async def test_as_it_is(
    server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """Nothing is noted of arguments that are as they should be."""
    call = Call(ON, {"name": "Lamp", "domain": ["light"]})
    server.script(reply(calls=[call]), reply("It is on."))
    await say("Turn on the lamp")
    assert len(light) == 1
    assert "note" not in json.loads(server.bodies[-1]["messages"][-1]["content"])


async def test_asks_back(
    hass: HomeAssistant, server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """What is ambiguous is asked back with the candidates, and nothing is run."""
    for room in ("Kitchen", "Bedroom"):
        area = ar.async_get(hass).async_create(room)
        entry = er.async_get(hass).async_get_or_create(
            "light", "test", room, original_name="Ceiling"
        )
        er.async_get(hass).async_update_entity(entry.entity_id, area_id=area.id)
        hass.states.async_set(entry.entity_id, "off", {"friendly_name": "Ceiling"})
        async_expose_entity(
            hass, conversation.DOMAIN, entry.entity_id, should_expose=True
        )
    server.script(reply(calls=[Call(ON, {"name": "the ceilings"})]), reply("Which?"))
    assert speech(await say("Turn on the ceiling")) == "Which?"
    result = json.loads(server.bodies[-1]["messages"][-1]["content"])
    assert result["error"] == "AmbiguousTarget"
    assert "Kitchen" in result["error_text"]
    assert "Bedroom" in result["error_text"]
    assert not light


async def test_not_exposed(
    hass: HomeAssistant, server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """No sloppy name reaches what is not exposed."""
    hass.states.async_set("light.safe", "off", {"friendly_name": "Safe"})
    async_expose_entity(hass, conversation.DOMAIN, "light.safe", should_expose=False)
    server.script(reply(calls=[Call(ON, {"name": "the safe"})]), reply("No."))
    await say("Turn on the safe")
    assert not light
    assert "error" in json.loads(server.bodies[-1]["messages"][-1]["content"])


async def test_sloppy_call_in_the_text_unlocks_nothing(
    hass: HomeAssistant, server: ModelServer, say: Say, components: None
) -> None:
    """What a call comes to decides whether it can do harm, not how it is written."""
    hass.states.async_set("lock.front", "locked", {"friendly_name": "Front Door"})
    async_expose_entity(hass, conversation.DOMAIN, "lock.front", should_expose=True)
    unlocked = async_mock_service(hass, "lock", "unlock")
    call = {"name": "intent__HassTurnOff", "arguments": {"entity": "my front doors"}}
    text = f"<tool_call>{json.dumps(call)}</tool_call>"
    server.script(reply(text), reply("Well."))
    asked = speech(await say("Unlock my front doors"))
    await hass.async_block_till_done()
    assert not unlocked
    assert asked == "Should I unlock Front Door?"


@pytest.mark.parametrize(
    "arguments",
    [
        {"name": "none", "domain": "lock"},
        {"lock": "Shed", "domain": "lock"},
        {"zone": "Garden", "domain": ["lock"]},
        {"name": "", "domain": "lock", "reason": "The user is at the shed."},
    ],
    ids=str,
)
async def test_lost_name_unlocks_nothing(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    components: None,
    arguments: dict[str, Any],
) -> None:
    """A call whose name was lost does not open every lock of the house."""
    for name in ("Shed", "Front"):
        lock = f"lock.{name.lower()}"
        hass.states.async_set(lock, "locked", {"friendly_name": name})
        async_expose_entity(hass, conversation.DOMAIN, lock, should_expose=True)
    unlocked = async_mock_service(hass, "lock", "unlock")
    call = Call("intent__HassTurnOff", arguments)
    server.script(reply(calls=[call]), reply("Which one?"))
    assert speech(await say("Unlock the shed")) == "Which one?"
    await hass.async_block_till_done()
    assert not unlocked
    result = json.loads(server.bodies[-1]["messages"][-1]["content"])
    assert result["error"] == "AmbiguousTarget"
    assert "Nothing was done" in result["error_text"]


async def test_door_is_not_the_garage(
    hass: HomeAssistant, server: ModelServer, say: Say, components: None
) -> None:
    """The garage is opened by its own name, not by what is left of it elsewhere."""
    garage = ar.async_get(hass).async_create("Garage")
    entry = er.async_get(hass).async_get_or_create(
        "cover", "test", "garage", original_name="Garage Door"
    )
    er.async_get(hass).async_update_entity(entry.entity_id, area_id=garage.id)
    attributes = {"friendly_name": "Garage Door", "device_class": "garage"}
    hass.states.async_set(
        entry.entity_id, "closed", {**attributes, "supported_features": 15}
    )
    async_expose_entity(hass, conversation.DOMAIN, entry.entity_id, should_expose=True)
    opened = async_mock_service(hass, "cover", "open_cover")
    for name in ("door", "the garage door"):
        server.script(reply(calls=[Call(ON, {"name": name})]), reply("Well."))
        await say("Open the door")
        await hass.async_block_till_done()
        assert len(opened) == (name != "door")


async def test_zeros_of_other_tools(
    server: ModelServer, say: Say, offer: Callable[..., None]
) -> None:
    """A tool that is no intent gets the 0 that it was called with."""
    tool = _Levels()
    offer(tool)
    server.script(
        reply(calls=[Call("levels", {"level": 0, "device": "3"})]), reply("Set.")
    )
    await say("Set the third to nothing")
    assert tool.calls == [{"level": 0, "device": 3}]


@pytest.mark.parametrize(
    "again",
    [
        [{"device": 3, "room": "Hall"}],
        [{"device": 3, "room": " hall"}],
        [{"room": "Hall", "device": 3}, {"room": "Hall", "device": 3}],
    ],
    ids=str,
)
async def test_done_is_done(
    server: ModelServer,
    say: Say,
    offer: Callable[..., None],
    again: list[dict[str, Any]],
) -> None:
    """What was done is not done again because it is written in another way."""
    tool = _Levels()
    offer(tool)
    server.script(
        reply(calls=[Call("levels", {"room": "Hall", "device": 3})]),
        reply(calls=[Call("levels", a, str(i)) for i, a in enumerate(again)]),
        reply("Set."),
    )
    await say("Set the third")
    assert len(tool.calls) == 1


class _Levels(llm.Tool):
    """A tool that acts, and is no intent."""

    name = "levels"
    parameters = probatio.Schema(
        {
            probatio.Optional("level"): int,
            probatio.Optional("device"): int,
            probatio.Optional("room"): str,
        }
    )

    def __init__(self) -> None:
        """Initialize without calls."""
        self.calls: list[Any] = []

    @override
    async def async_call(
        self,
        hass: HomeAssistant,
        tool_input: llm.ToolInput,
        llm_context: llm.LLMContext,
    ) -> llm.ToolResult:
        """Record the arguments."""
        self.calls.append(tool_input.tool_args)
        return llm.ToolResult(data={"ok": True})


async def test_reading_what_was_made_up(
    hass: HomeAssistant, server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """Home Assistant's tool for states finds what is meant, whatever is added."""
    ar.async_get(hass).async_create("Attic")
    hass.states.async_set("light.lamp", "off", {"friendly_name": "Globe"})
    call = Call(
        "homeassistant__GetLiveContext",
        {"name": "the globe", "domain": ["light", "lights"], "area": "Attic"},
    )
    server.script(reply(calls=[call]), reply("It is off."))
    assert speech(await say("Is the globe on?")) == "It is off."
    result = json.loads(server.bodies[-1]["messages"][-1]["content"])
    assert "Globe" in result["result"], result
    assert result["note"].startswith("called with {")
