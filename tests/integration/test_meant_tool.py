"""Test what is called for a small model that takes one tool for another."""

from collections.abc import Callable
from functools import partial
import json
import re
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
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.setup import async_setup_component
from testbed.replies import Answer, Call, say as reply
from testbed.server import ModelServer

from .conftest import Say, failed, speech

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
    ],
)
async def test_unlock(
    server: ModelServer,
    say: Say,
    locks: dict[str, list[ServiceCall]],
    said: str,
    language: str,
) -> None:
    """Who asks to unlock is not locked out: they are asked first."""
    for call in (OFF, ON):
        server.script(written(call, name="Front Door"))
        result = await say(said, language=language)
        assert re.search(r"Front Door.*\?$", speech(result))
        assert result.continue_conversation
    assert not locks["lock"]
    assert not locks["unlock"]


@pytest.mark.parametrize(
    ("call", "entity_id", "action", "told"),
    [
        (ON, "lock.front", "lock", "locked"),
        (ON, "cover.blind", "open_cover", "opened"),
        (OFF, "cover.blind", "close_cover", "closed"),
        (ON, "light.lamp", "turn_on", None),
    ],
)
@pytest.mark.parametrize("is_written", [True, False])
async def test_what_was_done(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    components: None,
    call: str,
    entity_id: str,
    action: str,
    told: str | None,
    is_written: bool,
) -> None:
    """A model that turned a lock on is told that it is locked, not open."""
    domain = entity_id.partition(".")[0]
    assert await async_setup_component(hass, domain, {})
    hass.states.async_set(entity_id, "unknown", {"friendly_name": "Thing"})
    async_expose_entity(hass, conversation.DOMAIN, entity_id, should_expose=True)
    actions = async_mock_service(hass, domain, action)
    arguments = {"name": "Thing", "domain": [domain]}
    made = reply(calls=[Call(call, arguments)])
    server.script(written(call, **arguments) if is_written else made, reply("Done."))
    await say("Thing, please")
    assert len(actions) == 1
    assert last_result(server).get("note") == told


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


async def test_player_that_is_taken_for_a_blind(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    radio: dict[str, list[ServiceCall]],
) -> None:
    """A media player cannot stop moving: it is paused."""
    hass.states.async_set("cover.blind", "open", {"friendly_name": "Blind"})
    async_expose_entity(hass, conversation.DOMAIN, "cover.blind", should_expose=True)
    server.script(written("HassStopMoving", name="Radio"), reply("It is paused."))
    assert speech(await say("Pause the radio")) == "It is paused."
    assert [name for name, calls in radio.items() if calls] == ["media_pause"]


async def test_what_is_paused_cannot_be_paused(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    radio: dict[str, list[ServiceCall]],
) -> None:
    """A call that comes again is done, even if it would fail now."""

    def pause(_call: ServiceCall) -> None:
        """Pause the radio."""
        state = hass.states.get("media_player.radio")
        assert state
        hass.states.async_set(state.entity_id, "paused", state.attributes)

    hass.services.async_register("media_player", "media_pause", pause)
    call = reply(calls=[Call("HassMediaPause", {"name": "Radio"})])
    server.script(call, call, reply("It is paused."))
    result = await say("Pause the radio")
    assert speech(result) == "It is paused."
    assert last_result(server)["done"] is True


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
    answer = "Well." if action else "Should I unlock Front Door?"
    assert speech(await say(said)) == answer
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


@pytest.fixture
async def house(
    hass: HomeAssistant, components: None
) -> dict[str, Callable[[str], list[ServiceCall]]]:
    """Expose an entity of each of some domains; return the recorders of actions."""
    for component in ("climate", "cover", "fan", "light", "media_player"):
        assert await async_setup_component(hass, component, {})
    for domain, name, attributes in (
        ("climate", "Heat Pump", {"supported_features": 1 | 128 | 256}),
        ("cover", "Blind", {"supported_features": 7}),
        ("fan", "Breeze", {"supported_features": 1}),
        ("light", "Ceiling Lights", {"supported_color_modes": ["rgb"]}),
        ("lock", "Front Door", {}),
        ("media_player", "Radio", {"supported_features": 1 | 4 | 16384}),
    ):
        entity_id = f"{domain}.one"
        state = {"lock": "locked", "media_player": "paused"}.get(domain, "on")
        hass.states.async_set(entity_id, state, {"friendly_name": name, **attributes})
        async_expose_entity(hass, conversation.DOMAIN, entity_id, should_expose=True)
    den = ar.async_get(hass).async_create("Den").id
    lamp = er.async_get(hass).async_get_or_create(
        "light", "test", "den", object_id_base="den", original_name="Lamp"
    )
    er.async_get(hass).async_update_entity(lamp.entity_id, area_id=den)
    hass.states.async_set(lamp.entity_id, "on", {"supported_color_modes": ["rgb"]})
    async_expose_entity(hass, conversation.DOMAIN, lamp.entity_id, should_expose=True)
    return {
        domain: partial(async_mock_service, hass, domain)
        for domain in ("climate", "cover", "fan", "light", "lock", "media_player")
    }


@pytest.mark.parametrize("streaming", [True, False])
@pytest.mark.parametrize(
    ("said", "call", "action", "data"),
    [
        (
            "Dim the ceiling lights to half",
            {
                "name": "set_ceiling_light_brightness",
                "arguments": {"name": "Ceiling Lights", "value": "70%", "brightness": "50%"},
            },
            "light.turn_on",
            {"brightness_pct": 50},
        ),
        (
            "Ceiling lights at 40 percent",
            {"name": "set_ceiling_lights", "arguments": {"name": "Ceiling Lights", "value": 40}},
            "light.turn_on",
            {"brightness_pct": 40},
        ),
        (
            "Ceiling lights at 40 percent",
            {"name": "set_lights", "arguments": {"area": "Attic", "percentage": "40"}},
            "light.turn_on",
            {"brightness_pct": 40},
        ),
        (
            "Make the ceiling lights blue",
            {"name": "changeLight", "arguments": {"entity": "light.one", "value": "blue"}},
            "light.turn_on",
            {"rgb_color": (0, 0, 255)},
        ),
        (
            "Ceiling lights at full brightness",
            {"name": "Ceiling Lights", "arguments": {"temperature": "24", "brightness": "100"}},
            "light.turn_on",
            {"brightness_pct": 100},
        ),
        (
            "Set the ceiling lights to 2700 kelvin",
            {"name": "set_lights", "arguments": {"area": "Attic", "value": "2700"}},
            "light.turn_on",
            {"color_temp_kelvin": 2700},
        ),
        (
            "I am freezing, start the heat pump",
            {"name": "intent__HassTurnOn", "arguments": {"name": "Heat Pump", "percentage": 100}},
            "climate.turn_on",
            {},
        ),
        (
            "Turn the ceiling light on",
            {"name": "turn_on", "arguments": {"name": "ceiling light"}},
            "light.turn_on",
            {},
        ),
        (
            "Ceiling lights off",
            {"name": "light.turn_off", "parameters": {"entity_id": "light.one"}},
            "light.turn_off",
            {},
        ),
        (
            "Ceiling lights off",
            {"arguments": {"name": "Ceiling Lights", "state": "off"}, "name": "set_light_state"},
            "light.turn_off",
            {},
        ),
        (
            "The blind a third of the way",
            {"name": "set_cover", "arguments": {"device": "Blind", "position": 33}},
            "cover.set_cover_position",
            {"position": 33},
        ),
        (
            "Close the blind",
            {"name": "close_cover", "arguments": {"name": "Blind"}},
            "cover.close_cover",
            {},
        ),
        (
            "Heat pump down to eighteen and a half",
            {"name": "intent__HassTurnOn", "arguments": {"name": "heat pump", "percentage": "18.5"}},
            "climate.set_temperature",
            {"temperature": 18.5},
        ),
        (
            "Breeze on at 30 percent",
            {"name": "intent__HassTurnOn", "arguments": {"name": "Breeze", "percentage": 30}},
            "fan.turn_on",
            {"percentage": 30},
        ),
        (
            "Heat pump down to eighteen and a half",
            {"name": "intent__HassTurnOff", "arguments": {"name": "Heat Pump", "percentage": "18.5"}},
            "climate.set_temperature",
            {"temperature": 18.5},
        ),
        (
            "Let the blind down half way",
            {"name": "intent__HassTurnOff", "arguments": {"name": "Blind", "percentage": 50}},
            "cover.set_cover_position",
            {"position": 50},
        ),
        (
            "Close the blind",
            {"name": "intent__HassTurnOff", "arguments": {"name": "Blind", "position": 0}},
            "cover.close_cover",
            {},
        ),
        (
            "Turn the ceiling lights off",
            {"name": "intent__HassTurnOff", "arguments": {"name": "Ceiling Lights", "brightness": 70}},
            "light.turn_off",
            {},
        ),
        # Who says "on" means that, whatever else the model fills in.
        (
            "Turn on the ceiling lights",
            {"name": "intent__HassTurnOn", "arguments": {"name": "Ceiling Lights", "brightness": 70}},
            "light.turn_on",
            {"entity_id": ["light.one"]},
        ),
        (
            "Carry on playing the radio",
            {"name": "intent__HassTurnOn", "arguments": {"name": "Radio"}},
            "media_player.media_play",
            {},
        ),
        (
            "Carry on playing the radio",
            {"name": "media_play", "arguments": {"name": "Radio"}},
            "media_player.media_play",
            {},
        ),
        # The other way round
        (
            "Turn the ceiling lights off",
            {"name": "intent__HassTurnOn", "arguments": {"name": "Ceiling Lights"}},
            "light.turn_off",
            {"entity_id": ["light.one"]},
        ),
        (
            "Turn the ceiling lights off",
            {"name": "light__HassLightSet", "arguments": {"name": "Ceiling Lights", "brightness": 70}},
            "light.turn_off",
            {"entity_id": ["light.one"]},
        ),
        (
            "Turn the lights in the den off",
            {"name": "intent__HassTurnOn", "arguments": {"area": "Den", "domain": ["light"]}},
            "light.turn_off",
            {"entity_id": ["light.den"]},
        ),
        (
            "Close the blind",
            {"name": "intent__HassTurnOn", "arguments": {"name": "Blind"}},
            "cover.close_cover",
            {},
        ),
        # The value that was said instead of the one that it has
        (
            "Blind to 30 percent",
            {"name": "intent__HassSetPosition", "arguments": {"name": "Blind", "position": 70}},
            "cover.set_cover_position",
            {"position": 30},
        ),
        (
            "We're off to bed: 17 degrees will do for the heat pump",
            {"name": "intent__HassTurnOn", "arguments": {"name": "Heat Pump", "value": "heat"}},
            "climate.set_temperature",
            {"temperature": 17},
        ),
        (
            "Just a glimmer from the ceiling lights: 5 percent",
            {"name": "intent__HassTurnOn", "arguments": {"name": "Ceiling Lights", "device_class": ["light"]}},
            "light.turn_on",
            {"brightness_pct": 5},
        ),
        (
            "Turn the heat pump on to 17 degrees",
            {"name": "intent__HassTurnOn", "arguments": {"name": "Heat Pump"}},
            "climate.turn_on",
            {},
        ),
        # The thing as the tool
        (
            "Breeze on",
            {"name": "Breeze", "arguments": {"name": "on", "area": "Attic"}},
            "fan.turn_on",
            {"entity_id": ["fan.one"]},
        ),
        # All of a kind in a room
        (
            "Turn on the lights in the den at 40",
            {"name": "turn on the lights", "arguments": {"area": "Den", "percentage": "40"}},
            "light.turn_on",
            {"entity_id": "light.den", "brightness_pct": 40},
        ),
        (
            "Dim the lights in the den to 25 percent",
            {
                "name": "turn on the lights in the den",
                "arguments": {"name": "den", "area": "den", "floor": "den", "device_class": ["outlet", "switch"]},
            },
            "light.turn_on",
            {"entity_id": "light.den", "brightness_pct": 25},
        ),
        (
            "No light in the den",
            {"name": "turn_off", "arguments": {"area": ["Den"], "domain": ["light"], "device_class": [1, {}]}},
            "light.turn_off",
            {"entity_id": ["light.den"]},
        ),
    ],
    ids=str,
)  # fmt: skip
async def test_tool_that_does_not_exist(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
    house: dict[str, Callable[[str], list[ServiceCall]]],
    said: str,
    call: dict[str, Any],
    action: str,
    data: dict[str, Any],
    streaming: bool,
) -> None:
    """What a model means by a tool of its own invention is called, and told."""
    set_options(enable_streaming=streaming)
    domain, _, service = action.partition(".")
    actions = house[domain](service)
    # The last brace is often forgotten.
    text = json.dumps(call)
    server.script(reply(*text), reply("Well."), reply(*text[:-1]), reply("Well."))
    for _ in range(2):
        assert speech(await say(said)) == "Well."
        note = last_result(server).get("note", "")
        assert "this tool was meant" in note or call["name"].startswith("intent__")
    assert [
        {key: made.data.get(key) for key in (*data, "brightness_pct") if key in data}
        for made in actions
    ] == [data] * 2


@pytest.mark.parametrize(
    "text",
    [
        # Nothing that is exposed
        '{"name": "turn_on", "arguments": {"name": "Attic Light"}}',
        # Unclear what is meant
        '{"name": "paint", "arguments": {"name": "Ceiling Lights"}}',
        '{"name": "set_light", "arguments": {"name": "Ceiling Lights"}}',
        # Data
        '{"name": "Ceiling Lights", "arguments": {"name": "Ceiling Lights"}}',
        '{"name": "turn_on", "steps": ["Ceiling Lights"]}',
        '{"title": "turn_on", "arguments": {"name": "Ceiling Lights"}}',
        'Write `{"name": "turn_on", "arguments": {"name": "Ceiling Lights"}}` then.',
        '{"name": "turn_on", "arguments": {"name": "Ceiling Li',
    ],
)
async def test_data_is_no_call(
    server: ModelServer,
    say: Say,
    house: dict[str, Callable[[str], list[ServiceCall]]],
    text: str,
) -> None:
    """JSON of which it is not clear what it would do is an answer."""
    count = len(server.bodies)
    server.script(reply(*text))
    assert speech(await say("The ceiling lights, please")) == text
    assert len(server.bodies) == count + 1


async def assert_asked_for_words(
    server: ModelServer, say: Say, said: str, answer: str
) -> None:
    """Check that the model was asked for words, of which nothing is kept but these."""
    body = server.bodies[-1]
    assert body["tool_choice"] == "none"
    first, second = (b["messages"][-1] for b in server.bodies[-2:])
    assert second["content"].startswith(first["content"])
    assert second["content"] != first["content"]
    server.script(reply("Yes."))
    await say("Are you there?")
    *_, user, assistant, _ = server.bodies[-1]["messages"]
    assert user == first
    assert assistant == {"role": "assistant", "content": answer}


@pytest.mark.parametrize(
    ("tool", "meant"),
    [
        ("intent__HassStopTimer", "HassCancelTimer"),
        ("HassResumeTimer", "HassUnpauseTimer"),
        ("intent__HassGetTimer", "HassTimerStatus"),
    ],
)
async def test_timer_intent_that_does_not_exist(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    components: None,
    tool: str,
    meant: str,
) -> None:
    """An intent for timers that models expect is that of Home Assistant."""
    entry = MockConfigEntry(domain="test")
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("test", "satellite")}
    )
    async_register_timer_handler(hass, device.id, lambda *_: None)
    server.script(written(tool, start_minutes=0), reply("Well."))
    result = await say("The timer, dinner is ready", device_id=device.id)
    assert speech(result) == "Well."
    calls = [m for m in server.bodies[-1]["messages"] if m.get("tool_calls")]
    assert calls[-1]["tool_calls"][0]["function"]["name"] == f"intent__{meant}"


async def test_weather(
    hass: HomeAssistant, server: ModelServer, say: Say, components: None
) -> None:
    """A weather entity is asked for the weather, whatever the tool is called."""
    assert await async_setup_component(hass, "weather", {})
    hass.states.async_set("weather.home", "sunny", {"temperature": 21.5})
    async_expose_entity(hass, conversation.DOMAIN, "weather.home", should_expose=True)
    arguments = {"name": "home", "forecast": "now", "floor": "outside"}
    call = json.dumps({"name": "weather__HassWeather", "arguments": arguments})
    server.script(reply(call), reply("Sunny."))
    assert speech(await say("How is the weather?")) == "Sunny."
    assert "21.5" in json.dumps(last_result(server))


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("Show me the JSON that turns the ceiling lights on", "en"),
        ("Give me an example of a call for the ceiling lights", "en"),
        ("Wie sieht das als YAML aus, Ceiling Lights an?", "de"),
        ("Un exemple pour Ceiling Lights", "fr"),
    ],
)
async def test_wanted_text(
    server: ModelServer,
    say: Say,
    house: dict[str, Callable[[str], list[ServiceCall]]],
    said: str,
    language: str,
) -> None:
    """Who asks for the text of a call gets it."""
    actions = house["light"]("turn_on")
    text = '{"name": "turn_on", "arguments": {"name": "Ceiling Lights"}}'
    server.script(reply(*text))
    assert speech(await say(said, language=language)) == text
    assert not actions


@pytest.mark.parametrize("name", ["unlock_door", "lock.unlock", "openLock"])
async def test_invented_tool_is_no_less_guarded(
    server: ModelServer,
    say: Say,
    house: dict[str, Callable[[str], list[ServiceCall]]],
    name: str,
) -> None:
    """What can do harm is not run from text under another name, either."""
    actions = house["lock"]("unlock")
    call = json.dumps({"name": name, "arguments": {"name": "Front Door"}})
    server.script(reply(call))
    asked = speech(await say("Unlock the front door"))
    assert not actions
    assert asked == "Should I unlock Front Door?"


@pytest.mark.parametrize(
    ("said", "item", "is_added"),
    [
        ("We've run out of olive oil, put it on the list", "olive oil", True),
        ("Schreib Olivenöl auf die Liste", "Olivenöl", True),
        ("Put it on the list", "Milk", False),
        ("What is on the list?", "list", False),
    ],
)
async def test_turned_on_on_a_list(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    components: None,
    said: str,
    item: str,
    is_added: bool,
) -> None:
    """What a model turns on "in the list" is put on it."""
    assert await async_setup_component(hass, "todo", {})
    hass.states.async_set("todo.list", "1", {"friendly_name": "List"})
    async_expose_entity(hass, conversation.DOMAIN, "todo.list", should_expose=True)
    server.script(written(ON, name=item, area="list"), reply("Well."))
    language = "de" if "Schreib" in said else "en"
    assert speech(await say(said, language=language)) == "Well."
    calls = [m for m in server.bodies[-1]["messages"] if m.get("tool_calls")]
    added = [
        json.loads(call["function"]["arguments"])
        for message in calls
        for call in message["tool_calls"]
        if call["function"]["name"] == "todo__HassListAddItem"
    ]
    assert added == ([{"name": "List", "item": item}] if is_added else [])


async def test_reading_again(
    hass: HomeAssistant, server: ModelServer, say: Say, components: None
) -> None:
    """A model that reads the same again, and makes the result up, is asked for words."""
    assert await async_setup_component(hass, "weather", {})
    hass.states.async_set("weather.home", "sunny", {"temperature": 21.5})
    async_expose_entity(hass, conversation.DOMAIN, "weather.home", should_expose=True)
    call = json.dumps({"name": "get_weather", "arguments": {"forecast": "now"}})
    server.script(reply(call), reply(call, "\n{"), reply("It is sunny."))
    count = len(server.bodies)
    assert speech(await say("How is the weather?")) == "It is sunny."
    assert len(server.bodies) == count + 3
    body = server.bodies[-1]
    assert body["tool_choice"] == "none"
    roles = [message["role"] for message in body["messages"]]
    assert roles == ["system", "user", "assistant", "tool"]
    before = server.bodies[-2]["messages"][-1]["content"]
    after = body["messages"][-1]["content"]
    assert after.startswith(before)
    assert after != before


async def test_failing_again(
    server: ModelServer,
    say: Say,
    house: dict[str, Callable[[str], list[ServiceCall]]],
) -> None:
    """A model that copies its failing call with the error is asked for words."""
    call = json.dumps({"name": ON, "arguments": {"name": "Attic"}})
    server.script(
        reply(call), reply(call, '\n{"error": "MatchFailed"}'), reply("There is none.")
    )
    assert speech(await say("Attic on")) == "There is none."


async def test_what_was_not_asked_for(
    server: ModelServer,
    say: Say,
    house: dict[str, Callable[[str], list[ServiceCall]]],
) -> None:
    """A tool of the model's invention does nothing that nobody spoke of."""
    actions = house["light"]("turn_on")
    call = json.dumps({"name": "turn_on", "arguments": {"name": "Ceiling Lights"}})
    server.script(reply(call), reply("Hello!"))
    assert speech(await say("Hello")) == "Hello!"
    assert not actions
    await assert_asked_for_words(server, say, "Hello", "Hello!")
    # Whoever has no words even then has none.
    server.script(reply(call), reply(call))
    assert failed(await say("Hello"))
    assert not actions
    # Beside what was asked for, the model is told.
    server.script(
        written("intent__HassTurnOff", name="Blind"), reply(call), reply("Closed.")
    )
    house["cover"]("close_cover")
    assert speech(await say("Close the blind")) == "Done."


@pytest.mark.parametrize(
    ("said", "is_done"),
    [
        ("Is the blind still open?", False),
        ("Can you close the blind?", True),
        ("Is the blind open? Then close it.", True),
    ],
)
async def test_question(
    server: ModelServer,
    say: Say,
    house: dict[str, Callable[[str], list[ServiceCall]]],
    said: str,
    is_done: bool,
) -> None:
    """Nothing is done where the user only asks how it is."""
    actions = house["cover"]("close_cover")
    server.script(written(OFF, name="Blind"), reply("Well."))
    assert speech(await say(said)) == "Well."
    assert len(actions) == is_done
    if not is_done:
        await assert_asked_for_words(server, say, said, "Well.")
    # A model that makes its calls properly means what it does.
    server.script(reply(calls=[Call(OFF, {"name": "Blind"})]), reply("Well."))
    await say(said)
    assert len(actions) == is_done + 1


async def test_device_classes_that_do_not_exist(
    server: ModelServer,
    say: Say,
    hass: HomeAssistant,
    house: dict[str, Callable[[str], list[ServiceCall]]],
) -> None:
    """A model that fills in every device class that it knows means the right one."""
    attributes = {"friendly_name": "Blind", "supported_features": 7}
    hass.states.async_set("cover.one", "open", {**attributes, "device_class": "blind"})
    actions = house["cover"]("close_cover")
    classes = ["garage", "blind", "lock", "weather", "outlet"]
    server.script(written(OFF, name="Blind", device_class=classes), reply("Well."))
    assert speech(await say("Close the blind")) == "Well."
    assert len(actions) == 1


async def test_its_own_tool(
    server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """A call that means what it says stays as it is."""
    server.script(reply(calls=[Call(OFF, {"name": "Attic"})]), reply("No."))
    await say("Attic off")
    assert last_result(server)["error"]
