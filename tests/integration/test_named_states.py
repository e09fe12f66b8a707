"""Test that the states of what the user names go with the turn."""

from collections.abc import Callable
import json
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.openai_compatible_conversation.agent.turn_context import (
    STATES_START,
)
from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import HomeAssistant
from testbed.replies import Answer, say as reply
from testbed.server import ModelServer

from .conftest import Say

STATES: dict[str, tuple[str, dict[str, Any]]] = {
    "light.desk": ("on", {"friendly_name": "Desk Lamp", "brightness": 128}),
    "light.shelf": ("off", {"friendly_name": "Shelf Lamp"}),
    "lock.front": ("locked", {"friendly_name": "Front Door"}),
    "climate.hall": ("heat", {"friendly_name": "Heater", "temperature": 20.5}),
    "cover.roof": ("open", {"friendly_name": "Roof", "current_position": 70}),
    "sensor.out": ("4.2", {"friendly_name": "Outside", "unit_of_measurement": "°C"}),
    "media_player.radio": (
        "playing",
        {"friendly_name": "Radio", "media_title": "One\nTwo", "volume_level": 0.3},
    ),
    "scene.film": ("2026-01-01T00:00:00", {"friendly_name": "Film Night"}),
    "lock.secret": ("locked", {"friendly_name": "Secret Door"}),
}


@pytest.fixture(autouse=True)
async def house(hass: HomeAssistant, components: None) -> None:
    """Set up a house of which one door is not exposed."""
    for entity_id, (state, attributes) in STATES.items():
        hass.states.async_set(entity_id, state, attributes)
        async_expose_entity(
            hass,
            conversation.DOMAIN,
            entity_id,
            should_expose="secret" not in entity_id,
        )


def context_of(server: ModelServer, number: int = -1) -> str:
    """Return what stands before the user's words in the last request."""
    messages = server.bodies[number]["messages"]
    user = [m["content"] for m in messages if m["role"] == "user"][-1]
    return str(user.rpartition("</context>\n")[0])


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("Is the front door locked?", "Front Door: locked"),
        ("Turn the desk lamp off", "Desk Lamp: on (50 %)"),
        ("How warm is the heater?", "Heater: heat, temperature 20.5"),
        ("How far open is the roof?", "Roof: open (70 %)"),
        ("How cold is it outside?", "Outside: 4.2 °C"),
        ("What is on the radio?", "Radio: playing, title One Two, volume 30 %"),
        (
            "Lock the front door, and the shelf lamp on",
            "Front Door: locked; Shelf Lamp: off",
        ),
    ],
)
async def test_state_of_what_is_named(
    server: ModelServer, say: Say, said: str, line: str
) -> None:
    server.script(reply("Well."))
    await say(said)
    assert f"\n{STATES_START} {line}\n" in context_of(server)


@pytest.mark.parametrize(
    "said", ["Good morning", "Film night, please", "Is the secret door locked?"]
)
async def test_nothing_to_tell(server: ModelServer, say: Say, said: str) -> None:
    """Nothing goes that is not named, has no state to tell, or is not exposed."""
    server.script(reply("Well."))
    await say(said)
    assert STATES_START not in context_of(server)


async def test_without_the_api(
    server: ModelServer, say: Say, set_options: Callable[..., None]
) -> None:
    """A model that may not read states is not told any."""
    set_options(llm_hass_api=[])
    server.script(reply("Well."))
    await say("Is the front door locked?")
    assert STATES_START not in context_of(server)


async def test_states_are_those_of_the_turn(
    hass: HomeAssistant, server: ModelServer, say: Say
) -> None:
    """Each turn has the state as it is then; what was sent stays as it was."""
    server.script(reply("Yes."), reply("No."))
    await say("Is the front door locked?")
    hass.states.async_set("lock.front", "unlocked", STATES["lock.front"][1])
    await say("And is the front door locked now?")
    assert "Front Door: unlocked" in context_of(server)
    first, second = (body["messages"] for body in server.bodies[-2:])
    assert second[: len(first)] == first


def written(tool: str, /, **arguments: Any) -> Answer:
    """Return a response with a call as small models write it."""
    return reply(json.dumps({"name": tool, "arguments": arguments}))


async def test_what_is_left_is_told(
    hass: HomeAssistant, server: ModelServer, say: Say
) -> None:
    """A model that did the first of two things is told of the other one, once."""
    turned_on = async_mock_service(hass, "light", "turn_on")
    server.script(
        written("intent__HassTurnOn", name="Shelf Lamp"),
        written("intent__HassTurnOn", name="Desk Lamp"),
        reply("Both are on."),
    )
    await say("Turn on the shelf lamp and the desk lamp")
    assert [call.data["entity_id"] for call in turned_on] == [
        ["light.shelf"],
        ["light.desk"],
    ]
    results = [
        [m["content"] for m in body["messages"] if m["role"] == "tool"]
        for body in server.bodies[-2:]
    ]
    note = results[0][-1].partition("\n")[2]
    assert note.startswith("Desk Lamp:")
    assert "\n" not in results[1][-1]


async def test_all_that_was_said_is_done(
    hass: HomeAssistant, server: ModelServer, say: Say
) -> None:
    """Nothing is told if a call was for everything, nor of what is only mentioned."""
    async_mock_service(hass, "light", "turn_on")
    server.script(
        written("intent__HassTurnOn", name="Shelf Lamp"), reply("The lamp is on.")
    )
    await say("Turn on the shelf lamp, it is cold outside")
    result = server.bodies[-1]["messages"][-1]
    assert result["role"] == "tool"
    assert "\n" not in result["content"]


WRITTEN = 'intent__HassTurnOff(name="Desk Lamp")'


@pytest.mark.parametrize(("title", "count"), [(WRITTEN, 0), ("A song", 1)])
async def test_call_in_a_title_is_a_quotation(
    hass: HomeAssistant, server: ModelServer, say: Say, title: str, count: int
) -> None:
    """Words that came with a state are commands to nobody."""
    turned_off = async_mock_service(hass, "light", "turn_off")
    hass.states.async_set(
        "media_player.radio",
        "playing",
        {"friendly_name": "Radio", "media_title": title},
    )
    server.script(reply(WRITTEN), reply("Well."))
    await say("What is on the radio? And the desk lamp, off.")
    assert title in context_of(server, 0)
    assert len(turned_off) == count
