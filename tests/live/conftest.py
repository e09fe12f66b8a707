"""Fixtures for the tests with a real server: a config entry for it, and two lights."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from inspect import signature
import os
import socket
from typing import Any

import httpx
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.openai_compatible_conversation.const import DOMAIN
from custom_components.openai_compatible_conversation.options import Options
from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.helpers import chat_session
from tests.integration.conftest import components, custom_integrations

from .line import Line

__all__ = ["components", "custom_integrations"]

AGENT = "conversation.live"

# The originals, before the test plugin restricts connections to loopback
_CONNECT = socket.socket.connect
_LOOK_UP = socket.getaddrinfo


@dataclass(frozen=True)
class Target:
    """The server under test."""

    base_url: str
    api_key: str
    model: str

    @property
    def data(self) -> dict[str, str]:
        """Return the data of a config entry for the server."""
        return {"base_url": self.base_url, "api_key": self.api_key}


@dataclass
class TurnResult:
    """The outcome of a turn."""

    result: conversation.ConversationResult
    content: list[conversation.Content]
    """The chat log items of the turn, from the user's text on."""
    deltas: list[str] = field(default_factory=list)

    @property
    def speech(self) -> str:
        """Return the speech of the result."""
        speech: str = self.result.response.speech["plain"]["speech"]
        return speech

    @property
    def error(self) -> str | None:
        """Return the error message for the user, None without an error."""
        return self.speech if self.result.response.error_code else None

    @property
    def answers(self) -> list[conversation.AssistantContent]:
        """Return the assistant items of the turn."""
        return [
            item
            for item in self.content
            if isinstance(item, conversation.AssistantContent)
        ]

    @property
    def reasoning(self) -> str:
        """Return the reasoning of the model."""
        return "".join(answer.thinking_content or "" for answer in self.answers)


type Say = Callable[..., Awaitable[TurnResult]]


@pytest.fixture(autouse=True)
def network(loopback: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow connections to any host."""
    monkeypatch.setattr(socket.socket, "connect", _CONNECT)
    monkeypatch.setattr(socket, "getaddrinfo", _LOOK_UP)


@pytest.fixture
async def target(network: None) -> Target:
    """Return the server that the environment names."""
    base_url = os.environ.get("OPENAI_BASE_URL", "").rstrip("/")
    if not base_url:
        pytest.exit("OPENAI_BASE_URL is not set: which server is to be tested?", 2)
    api_key = os.environ.get("OPENAI_API_KEY", "")
    model = os.environ.get("OPENAI_MODEL") or await _first_model(base_url, api_key)
    return Target(base_url, api_key, model)


_models: list[str] = []


async def _first_model(base_url: str, api_key: str) -> str:
    """Return the first model that the server lists."""
    if not _models:
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        async with httpx.AsyncClient(timeout=10) as client:
            response = await client.get(f"{base_url}/models", headers=headers)
        _models.append(response.raise_for_status().json()["data"][0]["id"])
    return _models[0]


_scripted: dict[Target, bool] = {}


@pytest.fixture
async def is_scripted(target: Target) -> bool:
    """Return whether the model is scripted: it answers with what follows the question."""
    if target not in _scripted:
        headers = {"Authorization": f"Bearer {target.api_key or 'none'}"}
        question = {"role": "user", "content": "What is 2 plus 2? @@ Script"}
        body = {"model": target.model, "messages": [question]}
        async with httpx.AsyncClient(timeout=300) as client:
            response = await client.post(
                f"{target.base_url}/chat/completions", headers=headers, json=body
            )
        (choice,) = response.raise_for_status().json()["choices"]
        answer = choice["message"].get("content") or ""
        _scripted[target] = answer.strip() == "Script"
    return _scripted[target]


@pytest.fixture
async def line(target: Target) -> AsyncGenerator[Line]:
    """Return a running proxy to the server."""
    async with Line(target.base_url) as line:
        yield line


@pytest.fixture(params=[True, False], ids=["streaming", "whole"])
def streaming(request: pytest.FixtureRequest) -> bool:
    """Return whether answers are streamed; parametrizes the tests that use it."""
    return bool(request.param)


@pytest.fixture
def entry(hass: HomeAssistant, target: Target) -> MockConfigEntry:
    """Return a config entry for the server, not yet set up."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Live",
        data=target.data,
        options=Options(chat_model=target.model).stored(),
    )
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
def set_data(
    hass: HomeAssistant, entry: MockConfigEntry
) -> Callable[..., Awaitable[bool]]:
    """Return a function that changes data of the entry and reloads it."""

    async def _set(**data: str) -> bool:
        hass.config_entries.async_update_entry(entry, data={**entry.data, **data})
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
        return entry.state is ConfigEntryState.LOADED

    return _set


@pytest.fixture
async def house(hass: HomeAssistant, components: None) -> None:
    """Set up two exposed lights that can be turned on."""
    for entity_id, name in (("light.lamp", "Lamp"), ("light.desk", "Desk")):
        hass.states.async_set(
            entity_id, "off", {"friendly_name": name, "supported_features": 0}
        )
        async_expose_entity(hass, conversation.DOMAIN, entity_id, should_expose=True)

    async def turn_on(call: ServiceCall) -> None:
        for entity_id in call.data["entity_id"]:
            state = hass.states.get(entity_id)
            assert state is not None
            hass.states.async_set(entity_id, "on", state.attributes)

    hass.services.async_register("light", "turn_on", turn_on)


@pytest.fixture
async def agent(
    hass: HomeAssistant, components: None, entry: MockConfigEntry, streaming: bool
) -> str:
    """Set up the entry, and return the entity ID of its agent."""
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "enable_streaming": streaming}
    )
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return AGENT


@pytest.fixture
def say(
    hass: HomeAssistant, agent: str, hass_admin_user: Any, is_scripted: bool
) -> Say:
    """Return a function that runs a turn of a user, which has a session.

    Only a scripted model is told what to answer.
    """

    async def _say(
        text: str,
        conversation_id: str | None = None,
        listen: Callable[[str], None] | None = None,
    ) -> TurnResult:
        content_deltas: list[str] = []
        text = text if is_scripted else text.partition(" @@ ")[0]

        def on_delta(chat_log: conversation.ChatLog, delta: dict[str, Any]) -> None:
            if delta.get("role") != "user" and (piece := delta.get("content")):
                content_deltas.append(piece)
                if listen:
                    listen("".join(content_deltas))

        context = Context(user_id=hass_admin_user.id)
        # 2026.11 requires the context of the conversation, 2026.10 does not accept it.
        known = signature(chat_session.async_get_chat_session).parameters
        fields: dict[str, Any] = {"context": context} if "context" in known else {}
        with (
            chat_session.async_get_chat_session(
                hass, conversation_id, **fields
            ) as session,
            conversation.async_get_chat_log(
                hass, session, chat_log_delta_listener=on_delta
            ) as chat_log,
        ):
            before = len(chat_log.content)
            result = await conversation.async_converse(
                hass, text, session.conversation_id, context, "en", agent
            )
            return TurnResult(result, chat_log.content[before:], content_deltas)

    return _say
