"""Fixtures: a scripted model server, a house to control, and a config entry."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_mock_service,
)

from custom_components.openai_compatible_conversation.const import DOMAIN
from custom_components.openai_compatible_conversation.options import Options
from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import Context, HomeAssistant, ServiceCall, callback
from homeassistant.helpers import (
    area_registry as ar,
    entity_registry as er,
    intent,
    llm,
)
from homeassistant.setup import async_setup_component
from testbed.server import ModelServer

from .asking import DESTRUCTIVE, Talk
from .spies import SpyAPI, SpyTool

AGENT = "conversation.scripted"
MODEL = "scripted"


@pytest.fixture(autouse=True)
def custom_integrations(enable_custom_integrations: None) -> None:
    """Enable custom integrations."""


@pytest.fixture
async def server() -> AsyncGenerator[ModelServer]:
    """Yield a running model server; the test fails if it found faults in requests."""
    async with ModelServer() as server:
        yield server
        assert not server.faults


@pytest.fixture
async def components(hass: HomeAssistant) -> None:
    """Set up the components that a conversation depends on."""
    for component in ("homeassistant", "conversation", "intent", "llm"):
        assert await async_setup_component(hass, component, {})


@pytest.fixture
async def light(hass: HomeAssistant, components: None) -> list[ServiceCall]:
    """Expose one light; return the recorded `light.turn_on` calls."""
    hass.states.async_set(
        "light.lamp", "off", {"friendly_name": "Lamp", "supported_features": 0}
    )
    async_expose_entity(hass, conversation.DOMAIN, "light.lamp", should_expose=True)
    return async_mock_service(hass, "light", "turn_on")


@pytest.fixture
def entry(hass: HomeAssistant, server: ModelServer) -> MockConfigEntry:
    """Return an entry for the server, not yet set up, with fact learning disabled."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Scripted",
        data={"base_url": server.base_url, "api_key": "secret-key"},
        options=Options(chat_model=MODEL, enable_fact_learning=False).stored(),
    )
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
async def agent(
    hass: HomeAssistant, components: None, server: ModelServer, entry: MockConfigEntry
) -> str:
    """Set up the entry, clear the recorded requests, return the agent's entity id."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    server.forget()
    return AGENT


type Say = Callable[..., Awaitable[conversation.ConversationResult]]


@pytest.fixture
async def resident(hass: HomeAssistant, local_auth: Any) -> Context:
    """Return the context of a user without a name who is no administrator."""
    group = await hass.auth.async_get_group(GROUP_ID_USER)
    assert group is not None
    user = MockUser(name=None, groups=[group]).add_to_hass(hass)
    return Context(user_id=user.id)


@pytest.fixture
def say(hass: HomeAssistant, agent: str, resident: Context) -> Say:
    """Return a function that sends a text to the agent, by default as a user."""

    async def _say(text: str, **fields: Any) -> conversation.ConversationResult:
        fields.setdefault("conversation_id", None)
        fields.setdefault("context", Context(user_id=resident.user_id))
        fields.setdefault("language", "en")
        return await conversation.async_converse(hass, text, agent_id=agent, **fields)

    return _say


@pytest.fixture
def set_options(hass: HomeAssistant, entry: MockConfigEntry) -> Callable[..., None]:
    """Return a function that changes options of the entry."""

    def _set(**options: Any) -> None:
        hass.config_entries.async_update_entry(
            entry, options={**entry.options, **options}
        )

    return _set


type Turn = Callable[..., Awaitable[str]]


@pytest.fixture
async def home(
    hass: HomeAssistant, say: Say, light: list[ServiceCall], hass_admin_user: Any
) -> Turn:
    """Return a function that sends a user's text, and returns the speech."""

    async def _turn(text: str, **fields: Any) -> str:
        fields.setdefault("context", Context(user_id=hass_admin_user.id))
        result = await say(text, **fields)
        assert not failed(result)
        return speech(result)

    return _turn


@pytest.fixture
def note(hass: HomeAssistant, set_options: Callable[..., None]) -> dict[str, Any]:
    """Offer a tool beside Assist; return the data that it will give."""
    data: dict[str, Any] = {}
    tool = SpyTool(
        "read_note", lambda: data, annotations=llm.ToolAnnotations(read_only=True)
    )
    llm.async_register_api(hass, SpyAPI(hass, "notes", tool))
    set_options(llm_hass_api=["assist", "notes"])
    return data


def speech(result: conversation.ConversationResult) -> str:
    """Return the speech of a result, including errors."""
    spoken: str = result.response.speech["plain"]["speech"]
    return spoken


def failed(result: conversation.ConversationResult) -> bool:
    """Return whether a result is an error."""
    return result.response.response_type is intent.IntentResponseType.ERROR


@pytest.fixture
def offer(hass: HomeAssistant, set_options: Callable[..., None]) -> Callable[..., None]:
    """Return a function that makes the given tools the only ones."""

    def _offer(*tools: llm.Tool) -> None:
        llm.async_register_api(hass, SpyAPI(hass, "spy", *tools))
        set_options(llm_hass_api=["spy"])

    return _offer


@pytest.fixture
async def doors(hass: HomeAssistant, components: None) -> list[ServiceCall]:
    """Expose two locks, two covers and a lamp; return what is done with them."""
    hall = ar.async_get(hass).async_create("Hall")
    entities = er.async_get(hass)
    for domain, name, attributes in (
        ("lock", "Front Door", {}),
        ("lock", "Back Door", {}),
        ("cover", "Garage", {"device_class": "garage", "supported_features": 15}),
        ("cover", "Blind", {"device_class": "blind", "supported_features": 15}),
        ("light", "Lamp", {"supported_features": 0}),
    ):
        entry = entities.async_get_or_create(domain, "test", name, original_name=name)
        entities.async_update_entity(entry.entity_id, area_id=hall.id)
        hass.states.async_set(
            entry.entity_id, "closed", {"friendly_name": name, **attributes}
        )
        async_expose_entity(
            hass, conversation.DOMAIN, entry.entity_id, should_expose=True
        )
    assert await async_setup_component(hass, "cover", {})
    done: list[ServiceCall] = []

    @callback
    def do(call: ServiceCall) -> None:
        """Record a call at once, whatever else the machine does."""
        done.append(call)

    for domain, service in (
        ("lock", "unlock"),
        ("lock", "lock"),
        ("cover", "open_cover"),
        ("cover", "close_cover"),
        ("cover", "set_cover_position"),
        ("light", "turn_on"),
        ("light", "turn_off"),
    ):
        hass.services.async_register(domain, service, do)
    return done


@pytest.fixture
def careful(doors: list[ServiceCall], set_options: Callable[..., None]) -> None:
    """Have the user asked before anything that can do harm."""
    set_options(confirm_actions="sensitive")


@pytest.fixture
def talk(say: Say, doors: list[ServiceCall]) -> Talk:
    """Return a function that says something in one conversation."""
    known: list[str] = []

    async def _talk(text: str, **fields: Any) -> conversation.ConversationResult:
        fields.setdefault("conversation_id", known[-1] if known else None)
        result = await say(text, **fields)
        assert result.conversation_id
        known.append(result.conversation_id)
        return result

    return _talk


@pytest.fixture
def spy(offer: Callable[..., None], careful: None) -> SpyTool:
    """Make a tool the only one that is annotated as destructive."""
    tool = SpyTool("wipe", title="Wipe a disk", annotations=DESTRUCTIVE)
    offer(tool)
    return tool
