"""Tests for calls that do harm through something else, which are asked for in text."""

from collections.abc import Callable
from typing import Any, override

import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.components import ai_task, conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.components.intent import async_register_timer_handler
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    intent,
    llm,
)
from homeassistant.setup import async_setup_component
from testbed.replies import say as reply
from testbed.server import ModelServer

from .conftest import Turn
from .spies import SpyAPI, SpyTool
from .text_calls import IS_ALWAYS_NAMESPACED, TURN_ON, text_call

HARMLESS = llm.ToolAnnotations(destructive=False)


def _script(*entity_ids: str, **target: str) -> dict[str, Any]:
    """Return the configuration of a script that acts on entities."""
    action = {
        "action": "homeassistant.turn_on",
        "target": {"entity_id": [*entity_ids], **target},
    }
    return {"script": {"come_in": {"alias": "Come in", "sequence": [action]}}}


def _scene(entity_id: str, name: str = "Come in") -> dict[str, Any]:
    """Return the configuration of a scene with an entity."""
    return {"scene": [{"name": name, "entities": {entity_id: "on"}}]}


def _group(domain: str, entity_id: str) -> dict[str, Any]:
    """Return the configuration of a group with an entity."""
    group = {"platform": "group", "name": "Come in", "entities": [entity_id]}
    return {domain: [group]}


@pytest.fixture
def house(hass: HomeAssistant, components: None) -> list[str]:
    """Add what can be opened; return the services that are called."""
    entities: dict[str, dict[str, Any]] = {
        "lock.front": {},
        "alarm_control_panel.home": {},
        "light.lamp": {"supported_features": 0},
        "cover.garage": {"device_class": "garage", "supported_features": 15},
        "cover.blind": {"device_class": "blind", "supported_features": 15},
    }
    for entity_id, attributes in entities.items():
        hass.states.async_set(entity_id, "off", attributes)
    called: list[str] = []
    hass.bus.async_listen(
        "call_service", lambda event: called.append(event.data["service"])
    )
    return called


async def _is_run(
    hass: HomeAssistant, server: ModelServer, home: Turn, call: str, **fields: Any
) -> bool:
    """Return whether a call that a model writes as text is run."""
    server.script(reply(call), reply("Well."), reply("Well."))
    said = await home("Come in and unlock the front door, or the thing", **fields)
    await hass.async_block_till_done()
    if said.startswith("Should I "):
        return False
    results = [m for m in server.bodies[1]["messages"] if m["role"] == "tool"]
    return "NotRunFromText" not in results[-1]["content"]


@pytest.mark.parametrize(
    ("config", "entity_id", "runs"),
    [
        (_script("lock.front"), "script.come_in", False),
        (_script("lock.not_there_yet"), "script.come_in", False),
        (_script("alarm_control_panel.home"), "script.come_in", False),
        (_script("light.lamp", "cover.blind"), "script.come_in", True),
        (_scene("cover.garage"), "scene.come_in", False),
        (_scene("light.lamp"), "scene.come_in", True),
        (_group("cover", "cover.garage"), "cover.come_in", False),
        (_group("cover", "cover.blind"), "cover.come_in", True),
        (_group("light", "light.lamp"), "light.come_in", True),
        (
            {"group": {"come_in": {"name": "Come in", "entities": ["cover.garage"]}}},
            "group.come_in",
            False,
        ),
        (_script("scene.in") | _scene("lock.front", "In"), "script.come_in", False),
        (_script("scene.in") | _scene("light.lamp", "In"), "script.come_in", True),
        (_script(area_id="hall"), "script.come_in", False),
        (_script(area_id="attic"), "script.come_in", True),
    ],
)
async def test_through_others(
    hass: HomeAssistant,
    server: ModelServer,
    house: list[str],
    home: Turn,
    config: dict[str, Any],
    entity_id: str,
    runs: bool,
) -> None:
    """A script, scene or group is judged by what it acts on, however deep."""
    ar.async_get(hass).async_create("Hall")
    entities = er.async_get(hass)
    lock = entities.async_get_or_create("lock", "test", "1", suggested_object_id="hall")
    entities.async_update_entity(lock.entity_id, area_id="hall")
    for component in config:
        assert await async_setup_component(hass, component, config)
    await hass.async_block_till_done()
    async_expose_entity(hass, conversation.DOMAIN, entity_id, should_expose=True)
    call = text_call(TURN_ON, name="Come in")
    assert await _is_run(hass, server, home, call) is runs
    if entity_id == "script.come_in":
        server.forget()
        call = text_call("script__come_in")
        assert await _is_run(hass, server, home, call) is runs


@pytest.mark.parametrize("tool", [TURN_ON, "intent__HassSetPosition"])
@pytest.mark.parametrize(
    ("device_class", "runs"),
    [("door", False), ("gate", False), ("garage", False), ("window", True)],
)
async def test_covers(
    hass: HomeAssistant,
    server: ModelServer,
    house: list[str],
    home: Turn,
    tool: str,
    device_class: str,
    runs: bool,
) -> None:
    """A cover that lets people in is not opened from text."""
    assert await async_setup_component(hass, "cover", {})
    hass.states.async_set(
        "cover.thing",
        "closed",
        {"friendly_name": "Thing", "device_class": device_class}
        | {"supported_features": 15, "current_position": 0},
    )
    async_expose_entity(hass, conversation.DOMAIN, "cover.thing", should_expose=True)
    position = {} if tool == TURN_ON else {"position": 100}
    call = text_call(tool, name="Thing", **position)
    assert await _is_run(hass, server, home, call) is runs


@pytest.mark.parametrize(
    ("arguments", "runs"),
    [
        ({"minutes": 5}, True),
        ({"minutes": 5, "name": "eggs"}, True),
        ({"minutes": 5, "conversation_command": ""}, True),
        ({"minutes": 5, "conversation_command": "unlock the front door"}, False),
    ],
)
async def test_timer(
    hass: HomeAssistant,
    server: ModelServer,
    entry: MockConfigEntry,
    home: Turn,
    arguments: dict[str, Any],
    runs: bool,
) -> None:
    """A timer with a command, which may say anything, is not started from text."""
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("test", "speaker")}
    )
    async_register_timer_handler(hass, device.id, lambda *_: None)
    call = text_call("intent__HassStartTimer", **arguments)
    is_run = await _is_run(hass, server, home, call, device_id=device.id)
    assert is_run is runs


async def test_timer_with_the_request(
    hass: HomeAssistant, server: ModelServer, entry: MockConfigEntry, home: Turn
) -> None:
    """A command that only repeats the request is left out, so it does no harm."""
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("test", "speaker")}
    )
    async_register_timer_handler(hass, device.id, lambda *_: None)
    call = text_call("intent__HassStartTimer", minutes=5, conversation_command="Do it")
    assert await _is_run(hass, server, home, call, device_id=device.id)


@pytest.mark.parametrize("requires_admin", [True, False])
async def test_task(
    hass: HomeAssistant,
    server: ModelServer,
    agent: str,
    hass_admin_user: Any,
    requires_admin: bool,
) -> None:
    """In an AI task, a tool for administrators is not run from text, either."""
    tool = SpyTool("manage", annotations=HARMLESS)
    api = SpyAPI(hass, "admin", tool)
    object.__setattr__(api, "requires_admin", requires_admin)
    server.script(reply(text_call("manage", what="users")), reply("Well."))
    context: Any = (
        {} if IS_ALWAYS_NAMESPACED else {"context": Context(user_id=hass_admin_user.id)}
    )
    await ai_task.async_generate_data(
        hass,
        task_name="Users",
        entity_id="ai_task.scripted_ai_task",
        instructions="Manage the users.",
        llm_api=api,
        **context,
    )
    assert bool(tool.calls) is not requires_admin


@pytest.mark.parametrize("is_same", [True, False])
@pytest.mark.parametrize("selected", [["plain", "admin"], ["assist", "plain", "admin"]])
async def test_tool_of_two_apis(
    hass: HomeAssistant,
    server: ModelServer,
    home: Turn,
    set_options: Callable[..., None],
    is_same: bool,
    selected: list[str],
) -> None:
    """A tool that an ordinary API offers, too, is not for administrators only."""
    plain = SpyTool("manage", annotations=HARMLESS)
    admin = plain if is_same else SpyTool("manage", annotations=HARMLESS)
    api = SpyAPI(hass, "admin", admin)
    object.__setattr__(api, "requires_admin", True)
    for one in (api, SpyAPI(hass, "plain", plain)):
        llm.async_register_api(hass, one)
    set_options(llm_hass_api=selected)
    is_namespaced = IS_ALWAYS_NAMESPACED or not is_same
    name = "plain__manage" if is_namespaced else "manage"
    assert await _is_run(hass, server, home, text_call(name, what="lamp"))
    assert len(plain.calls) == 1
    server.forget()
    if is_namespaced:
        call = text_call("admin__manage", what="users")
        assert not await _is_run(hass, server, home, call)
        assert len(plain.calls) == 1


class _RemoveItem(intent.IntentHandler):
    """An intent like Home Assistant's, which records what it is asked to remove."""

    intent_type = "HassListRemoveItem"
    description = "Removes an item from a list"

    def __init__(self) -> None:
        """Initialize with nothing removed."""
        self.removed: list[str] = []

    @property
    @override
    def slot_schema(self) -> dict[Any, Any]:
        """Return what is removed."""
        return {probatio.Required("item"): str}

    @override
    async def async_handle(self, intent_obj: intent.Intent) -> intent.IntentResponse:
        """Record the item."""
        self.removed.append(intent_obj.slots["item"]["value"])
        return intent_obj.create_response()


async def test_list_item(
    hass: HomeAssistant, server: ModelServer, home: Turn, offer: Callable[..., None]
) -> None:
    """An intent is not judged by its annotations: to remove an item does no harm."""
    handler = _RemoveItem()
    intent.async_register(hass, handler)
    destructive = llm.ToolAnnotations(open_world=False)
    offer(llm.IntentTool("remove_item", handler, annotations=destructive))
    assert await _is_run(hass, server, home, text_call("remove_item", item="Milk"))
    assert handler.removed == ["Milk"]
