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


@pytest.fixture
async def radio(hass: HomeAssistant, components: None) -> dict[str, list[ServiceCall]]:
    """Set up a media player, and return the actions on it by name."""
    assert await async_setup_component(hass, "media_player", {})
    hass.states.async_set(
        "media_player.radio",
        "playing",
        {"friendly_name": "Radio", "supported_features": 1 | 8 | 32 | 256},
    )
    async_expose_entity(
        hass, conversation.DOMAIN, "media_player.radio", should_expose=True
    )
    names = ("turn_off", "media_pause", "media_next_track", "volume_mute")
    return {name: async_mock_service(hass, "media_player", name) for name in names}


@pytest.mark.parametrize(
    ("said", "language", "action"),
    [
        ("Skip this song on the radio", "en", "media_next_track"),
        ("Nächstes Lied im Radio bitte", "de", "media_next_track"),
        ("Mets la chanson suivante", "fr", "media_next_track"),
        ("Mute the radio", "en", "volume_mute"),
        ("Stell das Radio stumm", "de", "volume_mute"),
        ("Silencia la radio", "es", "volume_mute"),
        ("Pause the radio, and the lights off", "en", "media_pause"),
        ("Zet de radio op pauze", "nl", "media_pause"),
        ("Turn the radio off", "en", "turn_off"),
        ("Turn off the radio, the next song is awful", "en", "turn_off"),
        ("Mach das Radio aus", "de", "turn_off"),
        ("Éteins la radio", "fr", "turn_off"),
    ],
)
async def test_turned_off_instead(
    server: ModelServer,
    say: Say,
    radio: dict[str, list[ServiceCall]],
    said: str,
    language: str,
    action: str,
) -> None:
    """A radio that is turned off to skip a song is not; one that is to be off is."""
    server.script(written(OFF, name="Radio"), reply("Well."))
    assert speech(await say(said, language=language)) == "Well."
    assert {name: len(calls) for name, calls in radio.items() if calls} == {action: 1}


async def test_proper_call_is_trusted(
    server: ModelServer, say: Say, radio: dict[str, list[ServiceCall]]
) -> None:
    """A model that makes its calls properly turns off what it says."""
    server.script(reply(calls=[Call(OFF, {"name": "Radio"})]), reply("Off."))
    await say("Skip the news: radio off")
    assert len(radio["turn_off"]) == 1
    assert not radio["media_next_track"]


@pytest.mark.parametrize(
    ("said", "is_complete"),
    [
        ("I've got the milk, tick it off the list", True),
        ("Streich die Milch von der Liste", True),
        ("Add milk to the list, and tick nothing off", False),
        ("Milk, for the market", False),
    ],
)
async def test_ticked_off(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    components: None,
    said: str,
    is_complete: bool,
) -> None:
    """What is to be ticked off is not put on the list a second time."""
    assert await async_setup_component(hass, "todo", {})
    hass.states.async_set("todo.list", "1", {"friendly_name": "List"})
    async_expose_entity(hass, conversation.DOMAIN, "todo.list", should_expose=True)
    server.script(
        written("todo__HassListAddItem", item="Milk", name="List"), reply("Well.")
    )
    await say(said)
    (called,) = server.bodies[-1]["messages"][-2]["tool_calls"]
    name = "HassListCompleteItem" if is_complete else "HassListAddItem"
    assert called["function"]["name"] == f"todo__{name}"
    assert json.loads(called["function"]["arguments"])["item"] == "Milk"


@pytest.mark.parametrize(
    ("tool", "state", "said", "action"),
    [
        ("intent__HassLock", "unlocked", "Make sure that it is locked", "lock"),
        ("intent__HassUnlock", "locked", "Unlock the front door", None),
    ],
)
async def test_intent_that_does_not_exist(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    locks: dict[str, list[ServiceCall]],
    tool: str,
    state: str,
    said: str,
    action: str | None,
) -> None:
    """An intent that models expect is that of Home Assistant, and no less guarded."""
    hass.states.async_set("lock.front", state, {"friendly_name": "Front Door"})
    server.script(written(tool, name="Front Door", domain="lock"), reply("Well."))
    assert speech(await say(said)) == "Well."
    assert {name for name, calls in locks.items() if calls} == ({action} - {None})


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
        (
            "light",
            "intent__HassTurnOn",
            {"color": "red", "brightness": 0},
            "turn_on",
            {"rgb_color": (255, 0, 0)},
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
    data: dict[str, Any],
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
            "supported_color_modes": ["rgb"],
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
