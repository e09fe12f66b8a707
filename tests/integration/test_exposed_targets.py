"""Tests for what an intent can be directed at, and for calls repaired by it."""

from dataclasses import replace
from typing import Any, override

import probatio
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)

from custom_components.openai_compatible_conversation.tools.call_repair import (
    RepairedCall,
    async_repair_call,
    with_notes,
)
from custom_components.openai_compatible_conversation.tools.exposed_targets import (
    async_exposed_targets,
)
from custom_components.openai_compatible_conversation.tools.schema import (
    function_definition,
)
from custom_components.openai_compatible_conversation.tools.targets import (
    Place,
    Targets,
)
from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    intent,
    llm,
)
from homeassistant.setup import async_setup_component

type Json = dict[str, Any]

TURN_ON = "intent__HassTurnOn"
LIGHT_SET = "light__HassLightSet"


def _expose(
    hass: HomeAssistant,
    entity_id: str,
    name: str,
    *,
    area: str | None = None,
    exposed: bool = True,
    **entry: Any,
) -> None:
    """Register an entity with a state, in an area, exposed or not."""
    domain, _, object_id = entity_id.partition(".")
    registry = er.async_get(hass)
    registry.async_get_or_create(
        domain, "test", object_id, suggested_object_id=object_id, original_name=name
    )
    registry.async_update_entity(entity_id, area_id=area, **entry)
    hass.states.async_set(entity_id, "off", {"friendly_name": name})
    async_expose_entity(hass, conversation.DOMAIN, entity_id, should_expose=exposed)


@pytest.fixture
async def house(hass: HomeAssistant, components: None) -> llm.LLMContext:
    """Set up a house; return the context of a turn at a satellite in the kitchen."""
    for component in ("light", "media_player", "climate", "todo", "vacuum"):
        assert await async_setup_component(hass, component, {})
    await hass.async_block_till_done()
    floors, areas = fr.async_get(hass), ar.async_get(hass)
    ground = floors.async_create("Ground Floor", aliases={"downstairs"}).floor_id
    floors.async_create("Attic")
    kitchen = areas.async_create("Kitchen", aliases={"Küche"}, floor_id=ground).id
    bedroom = areas.async_create("Bedroom").id
    vault = areas.async_create("Vault", floor_id=ground).id
    entry = MockConfigEntry()
    entry.add_to_hass(hass)
    devices = dr.async_get(hass)
    device = devices.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("test", "satellite")}
    )
    devices.async_update_device(device.id, area_id=kitchen)
    _expose(hass, "light.counter", "Counter", area=kitchen)
    _expose(hass, "light.one", "Ceiling Light", area=kitchen)
    _expose(hass, "light.two", "Ceiling Light", area=bedroom)
    _expose(hass, "light.secret", "Secret Lamp", area=vault, exposed=False)
    _expose(hass, "climate.heating", "Heating", area=bedroom)
    _expose(hass, "media_player.tv", "TV", device_id=device.id)
    hass.states.async_set(
        "media_player.tv",
        "playing",
        {"friendly_name": "TV", "supported_features": 1, "device_class": "tv"},
    )
    hass.states.async_set("cover.gate", "closed", {"device_class": "gate"})
    async_expose_entity(hass, conversation.DOMAIN, "cover.gate", should_expose=True)
    return llm.LLMContext(
        platform="test",
        context=Context(),
        language="en",
        assistant=conversation.DOMAIN,
        device_id=device.id,
    )


async def _tool(hass: HomeAssistant, house: llm.LLMContext, name: str) -> llm.Tool:
    """Return a tool of Assist."""
    api = await llm.async_get_api(hass, llm.LLM_API_ASSIST, house)
    return next(tool for tool in api.tools if tool.name == name)


async def _targets(
    hass: HomeAssistant, house: llm.LLMContext, name: str
) -> Targets | None:
    """Return what a tool of Assist can be directed at."""
    tool = await _tool(hass, house, name)
    assert isinstance(tool, llm.IntentTool)
    return async_exposed_targets(hass, tool, house)


async def test_description(hass: HomeAssistant, house: llm.LLMContext) -> None:
    """Exposed entities are described with names, area and class; no others are."""
    targets = await _targets(hass, house, TURN_ON)
    assert targets
    entities = {entity.entity_id: entity for entity in targets.entities}
    assert entities.keys() == {
        *("light.counter", "light.one", "light.two"),
        *("climate.heating", "media_player.tv", "cover.gate"),
    }
    kitchen = Place(
        id="kitchen",
        names=("Kitchen", "Küche"),
        other_names=("cuisine", "cocina", "keuken"),
        floor="ground_floor",
    )
    assert entities["light.counter"].names == ("Counter",)
    assert entities["light.counter"].area == kitchen
    # By its device
    assert entities["media_player.tv"].area == kitchen
    assert entities["media_player.tv"].device_classes == {"tv"}
    # Without an entry in the registry
    assert entities["cover.gate"].names == ("gate",)
    assert entities["cover.gate"].area is None
    assert entities["cover.gate"].is_guarded
    assert {area.id: area.has_exposed for area in targets.areas} == {
        "kitchen": True,
        "bedroom": True,
        "vault": False,
    }
    ground, attic = targets.floors
    assert ground.names == ("Ground Floor", "downstairs")
    assert (ground.has_exposed, attic.has_exposed) == (True, False)
    assert (targets.preferred_area, targets.preferred_floor) == (
        "kitchen",
        "ground_floor",
    )
    assert targets.knows_needs


async def test_entities_of_the_intent(
    hass: HomeAssistant, house: llm.LLMContext
) -> None:
    """Only entities that an intent can act on are its targets."""
    targets = await _targets(hass, house, "climate__HassClimateSetTemperature")
    assert targets
    assert [entity.entity_id for entity in targets.entities] == ["climate.heating"]
    # Areas of other entities are known all the same.
    assert [area.id for area in targets.areas if area.has_exposed] == [
        "kitchen",
        "bedroom",
    ]
    assert not targets.knows_needs
    able = {}
    for name in ("HassMediaPause", "HassMediaNext", "HassMediaUnpause"):
        targets = await _targets(hass, house, f"media_player__{name}")
        assert targets
        able[name] = [entity.is_able for entity in targets.entities]
    assert able == {
        "HassMediaPause": [True],
        "HassMediaNext": [False],
        "HassMediaUnpause": [True],
    }


async def test_intents_without_targets(
    hass: HomeAssistant, house: llm.LLMContext
) -> None:
    """The name of a timer is no entity's; a user's own slots may mean anything."""

    class _Handler(intent.IntentHandler):
        """The intent of a user, which has slots named like those of others."""

        intent_type = "Mine"
        slot_schema = {probatio.Optional("name"): str}  # noqa: RUF012

    intent.async_register(hass, _Handler())
    handlers = {handler.intent_type: handler for handler in intent.async_get(hass)}
    for name in ("HassStartTimer", "HassCancelTimer", "Mine"):
        tool = llm.IntentTool(name, handlers[name], integration="intent")
        assert async_exposed_targets(hass, tool, house) is None
    tool = llm.IntentTool(TURN_ON, handlers["HassTurnOn"])
    assert async_exposed_targets(hass, tool, house)
    # To no assistant in particular, everything is exposed.
    nobody = replace(house, assistant=None)  # type: ignore[arg-type]
    assert async_exposed_targets(hass, tool, nobody) is None


def _repaired(
    hass: HomeAssistant, tool: llm.Tool, arguments: Json, house: llm.LLMContext
) -> RepairedCall:
    """Return a repaired call of a tool that is sent as Home Assistant describes it."""
    schema = probatio.to_openapi(
        tool.parameters,
        custom_serializer=llm.selector_serializer,
        openapi_version="3.1.0",
    )
    parameters = function_definition(tool.name, None, schema)["parameters"]
    return async_repair_call(hass, tool, arguments, parameters, house)


@pytest.mark.parametrize(
    ("sloppy", "reached"),
    [
        ({"name": "Counter", "domain": "light", "floor": "25"}, ["light.counter"]),
        ({"name": "counter", "area": "Bedroom"}, ["light.counter"]),
        ({"name": "the counter", "domain": ["light"], "floor": ""}, ["light.counter"]),
        ({"entity": "kitchen counter", "device_class": []}, ["light.counter"]),
        ({"name": "ceiling light"}, ["light.one"]),
        ({"name": "bedroom ceiling light"}, ["light.two"]),
        ({"name": "kitchen lights"}, ["light.counter", "light.one"]),
        ({"room": "Küche", "domain": "Light"}, ["light.counter", "light.one"]),
        ({"arguments": {"name": "all lights"}}, ["light.counter", "light.one", "light.two"]),
        ({"name": "downstairs", "domain": "light"}, ["light.counter", "light.one"]),
        ({"entities": ["Counter"], "domain": "light"}, ["light.counter"]),
        ({"entity_ids": ["light.counter"], "domain": "light"}, ["light.counter"]),
        ({"slots": {"name": "Counter"}, "domain": "light"}, ["light.counter"]),
        ({"area": "Kitchen", "domain": ["light"], "floor": "25"}, ["light.counter", "light.one"]),
        ({"area": "Kitchen", "device_class": ["light"]}, ["light.counter", "light.one"]),
        ({"area": "Kueche", "domain": "light"}, ["light.counter", "light.one"]),
        ({"area": "kitchen area", "domain": "light"}, ["light.counter", "light.one"]),
        ({"area": "Counter", "domain": "light"}, ["light.counter"]),
        ({"name": "light.the_counter"}, ["light.counter"]),
        ({"name": "counter light"}, ["light.counter"]),
        ({"name": "Kuechenlicht"}, ["light.counter", "light.one"]),
        ({"name": "all the lights in the house"}, ["light.counter", "light.one", "light.two"]),
        ({"domain": "light", "area": "house"}, ["light.counter", "light.one", "light.two"]),
        ({"name": "Counter", "floor": False}, ["light.counter"]),
    ],
    ids=str,
)  # fmt: skip
async def test_repaired_call_runs(
    hass: HomeAssistant, house: llm.LLMContext, sloppy: Json, reached: list[str]
) -> None:
    """Home Assistant refuses or misunderstands nothing of a repaired call."""
    calls = async_mock_service(hass, "light", "turn_on")
    tool = await _tool(hass, house, TURN_ON)
    repaired = _repaired(hass, tool, sloppy, house)
    assert repaired.question is None
    call = llm.ToolInput(tool_name=tool.name, tool_args=repaired.arguments)
    result = await tool.async_call(hass, call, house)
    assert isinstance(result, llm.ToolResult)
    await hass.async_block_till_done()
    assert sorted(i for call in calls for i in call.data["entity_id"]) == reached
    told = with_notes(result, repaired.notes)
    assert isinstance(told.data, llm.IntentResponseDict)
    assert isinstance(result.data, llm.IntentResponseDict)
    assert told.data.original is result.data.original
    assert "note" not in result.data
    assert ("note" in told.data) == (sloppy != repaired.arguments)


@pytest.mark.parametrize(
    ("name", "sloppy"),
    [
        (TURN_ON, {"light": "Counter", "domain": "light"}),
        (TURN_ON, {"light_name": "Counter", "domain": "light"}),
        (TURN_ON, {"zone": "Kitchen", "domain": "light"}),
        (TURN_ON, {"entity": "Counter", "device": "light.counter", "domain": "light"}),
        (TURN_ON, {"name": "", "zone": ["Kitchen"], "domain": "light"}),
        (LIGHT_SET, {"light": "Counter", "brightness": 50}),
        (LIGHT_SET, {"object": {"id": "Counter"}, "brightness": 50}),
    ],
    ids=str,
)
async def test_lost_target(
    hass: HomeAssistant, house: llm.LLMContext, name: str, sloppy: Json
) -> None:
    """What may have said what a call is for is asked back if nothing else says it."""
    repaired = _repaired(hass, await _tool(hass, house, name), sloppy, house)
    assert repaired.question
    assert "There is no parameter" in repaired.question
    assert repaired.arguments == sloppy
    placed = {**sloppy, "area": "Kitchen"}
    repaired = _repaired(hass, await _tool(hass, house, name), placed, house)
    assert repaired.question is None
    state = {"domain": "light", "state": "on", "zone": ""}
    tool = await _tool(hass, house, TURN_ON)
    assert _repaired(hass, tool, state, house).arguments == {"domain": ["light"]}


@pytest.mark.parametrize(
    ("sloppy", "data"),
    [
        ({"color": "rot"}, {"rgb_color": (255, 0, 0)}),
        ({"color": "red", "temperature": 0, "brightness": 0}, {"rgb_color": (255, 0, 0)}),
        ({"color": "white", "temperature": 2700}, {"color_temp_kelvin": 2700}),
        ({"color": "warm white"}, {"color_temp_kelvin": 2700}),
        ({"color_temp": "2700K"}, {"color_temp_kelvin": 2700}),
        ({"brightness_level": "half"}, {"brightness_pct": 50}),
        ({"brightness": "128/255"}, {"brightness_pct": 50}),
        ({"brightness": 0.5}, {"brightness_pct": 50}),
    ],
    ids=str,
)  # fmt: skip
async def test_light_values(
    hass: HomeAssistant, house: llm.LLMContext, sloppy: Json, data: Json
) -> None:
    """What was asked for of a light is what Home Assistant sets."""
    calls = async_mock_service(hass, "light", "turn_on")
    tool = await _tool(hass, house, LIGHT_SET)
    repaired = _repaired(hass, tool, {"name": "Counter", **sloppy}, house)
    assert repaired.notes
    call = llm.ToolInput(tool_name=tool.name, tool_args=repaired.arguments)
    await tool.async_call(hass, call, house)
    await hass.async_block_till_done()
    assert [call.data for call in calls] == [{"entity_id": "light.counter", **data}]


@pytest.mark.parametrize(
    "arguments",
    [
        {"name": "secret lamp"},
        {"name": "light.the_secret_lamp"},
        {"name": "secret lamp light"},
        {"area": "Secret Lamp", "domain": ["light"]},
        {"name": "the secret lamps"},
        {"name": "vault secret lamp"},
        {"name": "light.secret"},
        {"name": "Vault"},
        {"name": "vault lights"},
        {"name": "light", "area": "the vaults"},
    ],
    ids=str,
)
async def test_not_exposed(
    hass: HomeAssistant, house: llm.LLMContext, arguments: Json
) -> None:
    """What is not exposed is neither reached nor told."""
    calls = async_mock_service(hass, "light", "turn_on")
    tool = await _tool(hass, house, TURN_ON)
    assert _repaired(hass, tool, arguments, house) == RepairedCall(arguments)
    with pytest.raises(intent.MatchFailedError):
        await tool.async_call(
            hass, llm.ToolInput(tool_name=tool.name, tool_args=arguments), house
        )
    assert not calls


async def test_question(hass: HomeAssistant, house: llm.LLMContext) -> None:
    """Away from both, two of a name are asked back."""
    tool = await _tool(hass, house, TURN_ON)
    elsewhere = replace(house, device_id=None)
    question = _repaired(hass, tool, {"name": "Ceiling Light"}, elsewhere).question
    assert question
    assert "light in Kitchen" in question
    assert "light in Bedroom" in question


async def test_namespaced_tool(hass: HomeAssistant, house: llm.LLMContext) -> None:
    """An intent is recognized behind a namespace."""
    tool = llm.NamespacedTool("assist", await _tool(hass, house, TURN_ON))
    repaired = _repaired(hass, tool, {"name": "the counter"}, house)
    assert repaired.arguments == {"name": "Counter"}


async def test_other_tools(hass: HomeAssistant, house: llm.LLMContext) -> None:
    """Tools that are no intents have their arguments repaired, as far as they tell."""

    class _Tool(llm.Tool):
        """A tool that takes any arguments."""

        name = "any"
        parameters = probatio.Schema(
            {probatio.Optional("count"): int}, extra=probatio.ALLOW_EXTRA
        )

        @override
        async def async_call(
            self, hass: HomeAssistant, tool_input: llm.ToolInput, llm_context: Any
        ) -> llm.ToolResult:
            """Return nothing."""
            return llm.ToolResult(data={})

    arguments = {"count": "5", "name": "the counter", "empty": ""}
    repaired = _repaired(hass, _Tool(), arguments, house)
    assert repaired.arguments == arguments | {"count": 5}
    handlers = {handler.intent_type: handler for handler in intent.async_get(hass)}
    timer = llm.IntentTool("timer", handlers["HassStartTimer"])
    repaired = _repaired(hass, timer, {"minutes": "5", "name": "the counter"}, house)
    assert repaired.arguments == {"minutes": 5, "name": "the counter"}


def test_notes() -> None:
    """Notes are added to what a tool tells itself; a result without data has none."""
    result = llm.ToolResult(data={"note": "Done."}, error=True)
    told = with_notes(result, ["a was read as 1", "b was left out"])
    assert told.data == {"note": "Done. a was read as 1; b was left out"}
    assert told.error
    assert result.data == {"note": "Done."}
    assert with_notes(result, []) is result
    listed: Any = llm.ToolResult(data=["x"])  # type: ignore[arg-type]
    assert with_notes(listed, ["a"]) is listed
