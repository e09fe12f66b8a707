"""Tests for calls with sloppy arguments, as small models make them."""

import json
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import area_registry as ar, entity_registry as er
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
    await say("Do it")
    await hass.async_block_till_done()
    assert not unlocked
    assert "NotRunFromText" in server.bodies[-1]["messages"][-1]["content"]
