"""Test what is called for a small model that takes one tool for another."""

import json
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)

from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.components.intent import async_register_timer_handler
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from testbed.replies import Answer, Call, say as reply
from testbed.server import ModelServer

from .conftest import Say, speech

OFF = "intent__HassTurnOff"
ON = "intent__HassTurnOn"


@pytest.fixture
async def locks(hass: HomeAssistant, components: None) -> dict[str, list[ServiceCall]]:
    """Set up a lock, and return the actions on it by name."""
    hass.states.async_set("lock.front", "unlocked", {"friendly_name": "Front Door"})
    async_expose_entity(hass, conversation.DOMAIN, "lock.front", should_expose=True)
    return {name: async_mock_service(hass, "lock", name) for name in ("lock", "unlock")}


def written(tool: str, /, **arguments: Any) -> Answer:
    """Return a response with a call as small models write it."""
    call = json.dumps({"name": tool, "arguments": arguments})
    return reply(f"```json\n{call}\n```")


def last_result(server: ModelServer) -> dict[str, Any]:
    """Return the last tool result in the last request."""
    messages = server.bodies[-1]["messages"]
    results = [m["content"] for m in messages if m["role"] == "tool"]
    result: dict[str, Any] = json.loads(results[-1])
    return result


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("Lock the front door", "en"),
        ("Schließ die Haustür ab", "de"),
        ("Haustür absperren", "de"),
        ("Verrouille la porte", "fr"),
        ("Cierra la puerta con llave", "es"),
        ("Vergrendel de voordeur", "nl"),
    ],
)
@pytest.mark.parametrize("is_written", [True, False])
async def test_lock(
    server: ModelServer,
    say: Say,
    locks: dict[str, list[ServiceCall]],
    said: str,
    language: str,
    is_written: bool,
) -> None:
    """A model that would unlock what is to be locked locks it, and is told."""
    arguments = {"name": "Front Door", "area": "Attic"}
    call = (
        written(OFF, **arguments) if is_written else reply(calls=[Call(OFF, arguments)])
    )
    server.script(call, reply("It is locked."))
    assert speech(await say(said, language=language)) == "It is locked."
    assert (len(locks["lock"]), len(locks["unlock"])) == (1, 0)
    assert "this tool was meant" in last_result(server)["note"]
    (called,) = server.bodies[-1]["messages"][-2]["tool_calls"]
    assert called["function"]["name"] == ON
    assert json.loads(called["function"]["arguments"]) == {"name": "Front Door"}
    # The right call and the wrong one are understood again.
    for name in (ON, OFF):
        again = written(name, name="Front Door")
        server.script(again, reply("Locked."))
        assert speech(await say(said, language=language)) == "Locked."
    assert (len(locks["lock"]), len(locks["unlock"])) == (3, 0)


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("Unlock the front door", "en"),
        ("Open the front door", "en"),
        ("Schließ die Haustür auf", "de"),
        ("Haustür aufschließen", "de"),
        ("Entriegle die Haustür", "de"),
        ("Déverrouille la porte", "fr"),
        ("Abre la puerta", "es"),
        ("Desbloquea la puerta", "es"),
        ("Ontgrendel de voordeur", "nl"),
        ("Do it", "en"),
    ],
)
async def test_unlock(
    server: ModelServer,
    say: Say,
    locks: dict[str, list[ServiceCall]],
    said: str,
    language: str,
) -> None:
    """Who asks to unlock is not locked out: the call is to be made properly."""
    server.script(written(OFF, name="Front Door"), reply("Well."))
    assert speech(await say(said, language=language)) == "Well."
    assert not locks["lock"]
    assert not locks["unlock"]
    assert last_result(server)["error"] == "NotRunFromText"


@pytest.mark.parametrize(
    ("tool", "action"),
    [("Pause", "media_pause"), ("Unpause", "media_play")],
)
async def test_media_player(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    components: None,
    tool: str,
    action: str,
) -> None:
    """A media player that is taken for a timer is paused or resumed."""
    assert await async_setup_component(hass, "media_player", {})
    state = {"Pause": "playing", "Unpause": "paused"}[tool]
    hass.states.async_set(
        "media_player.radio",
        state,
        {"friendly_name": "Radio", "supported_features": 1 | 16384},
    )
    async_expose_entity(
        hass, conversation.DOMAIN, "media_player.radio", should_expose=True
    )
    entry = MockConfigEntry(domain="test")
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("test", "satellite")}
    )
    async_register_timer_handler(hass, device.id, lambda *_: None)
    actions = async_mock_service(hass, "media_player", action)
    server.script(
        written(f"Hass{tool}Timer", start_minutes=0, name="Radio", area="Attic"),
        reply("So be it."),
    )
    result = await say(f"{tool} the radio", device_id=device.id)
    assert speech(result) == "So be it."
    assert len(actions) == 1
    assert "this tool was meant" in last_result(server)["note"]


@pytest.mark.parametrize(
    ("domain", "tool", "arguments", "action", "data"),
    [
        (
            "fan",
            "intent__HassSetPosition",
            {"position": 33},
            "turn_on",
            {"percentage": 33},
        ),
        (
            "fan",
            "light__HassLightSet",
            {"brightness": 40, "domain": ["light"]},
            "turn_on",
            {"percentage": 40},
        ),
        (
            "light",
            "intent__HassSetPosition",
            {"position": 20},
            "turn_on",
            {"brightness_pct": 20},
        ),
        # Without the quantity it is unclear what is meant.
        ("fan", "light__HassLightSet", {"color": "red"}, None, {}),
    ],
)
async def test_quantity(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    components: None,
    domain: str,
    tool: str,
    arguments: dict[str, Any],
    action: str | None,
    data: dict[str, int],
) -> None:
    """A quantity goes to the tool that can set it for what is named."""
    for component in ("cover", "fan", "light"):
        assert await async_setup_component(hass, component, {})
    entity_id = f"{domain}.thing"
    hass.states.async_set(
        entity_id,
        "on",
        {
            "friendly_name": "Breeze",
            "supported_features": 1,
            "supported_color_modes": ["brightness"],
        },
    )
    others = ("light.other", "cover.other")
    for known in others:
        hass.states.async_set(known, "on", {"supported_features": 4})
    for known in (entity_id, *others):
        async_expose_entity(hass, conversation.DOMAIN, known, should_expose=True)
    actions = async_mock_service(hass, domain, action or "turn_on")
    server.script(written(tool, name="Breeze", **arguments), reply("Well."))
    assert speech(await say("Breeze")) == "Well."
    await hass.async_block_till_done()
    assert [{key: call.data[key] for key in data} for call in actions] == [data] * bool(
        action
    )


async def test_its_own_tool(
    server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """A call that means what it says stays as it is."""
    server.script(reply(calls=[Call(OFF, {"name": "Attic"})]), reply("No."))
    await say("Attic off")
    assert last_result(server)["error"]
