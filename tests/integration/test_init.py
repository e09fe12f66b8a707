"""Tests for set-up and unload, and for the errors that a user sees."""

from collections.abc import Callable

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.openai_compatible_conversation.const import DOMAIN
from custom_components.openai_compatible_conversation.diagnostics import (
    async_get_config_entry_diagnostics,
)
from custom_components.openai_compatible_conversation.entry_state import (
    DATA_ENTRY_STATES,
)
from homeassistant.components import conversation
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import device_registry as dr, entity, entity_registry as er
from homeassistant.helpers.entity_platform import async_get_platforms
from testbed.replies import Abort, Pause, Reply, failure, raw, say as reply
from testbed.server import ModelServer

from .conftest import AGENT, Say, failed, speech


async def test_set_up_and_unload(
    hass: HomeAssistant, agent: str, entry: MockConfigEntry
) -> None:
    """An entry creates an agent with a service device; unload makes it unavailable."""
    assert entry.state is ConfigEntryState.LOADED
    assert hass.states.get(agent)
    device = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, entry.entry_id), entry.entry_id
    )
    assert device is not None
    assert (device.name, device.entry_type) == ("Scripted", dr.DeviceEntryType.SERVICE)
    assert await hass.config_entries.async_unload(entry.entry_id)
    state = hass.states.get(agent)
    assert state is not None
    assert state.state == "unavailable"


@pytest.mark.parametrize(
    ("models", "state", "reason"),
    [
        (failure(401), ConfigEntryState.SETUP_ERROR, "invalid_auth"),
        (
            failure(403, {"detail": "Bad key"}),
            ConfigEntryState.SETUP_ERROR,
            "invalid_auth",
        ),
        (failure(403), ConfigEntryState.LOADED, None),
        (failure(500), ConfigEntryState.SETUP_RETRY, "server_failed"),
        (
            failure(503, "<html>no</html>"),
            ConfigEntryState.SETUP_RETRY,
            "server_failed",
        ),
        (failure(429), ConfigEntryState.SETUP_RETRY, "rate_limited"),
        (failure(404), ConfigEntryState.LOADED, None),
        (raw(b"<html>", content_type="text/html"), ConfigEntryState.LOADED, None),
    ],
)
async def test_set_up_errors(
    hass: HomeAssistant,
    components: None,
    server: ModelServer,
    entry: MockConfigEntry,
    models: Reply,
    state: ConfigEntryState,
    reason: str | None,
) -> None:
    """Set-up errors lead to a retry or to reauthentication, a missing list to neither."""
    server.models_reply = models
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is state
    assert entry.error_reason_translation_key == reason
    flows = hass.config_entries.flow.async_progress()
    assert [flow["context"]["source"] for flow in flows] == (
        ["reauth"] if reason == "invalid_auth" else []
    )


async def test_set_up_without_server(
    hass: HomeAssistant, components: None, server: ModelServer, entry: MockConfigEntry
) -> None:
    """Set-up is retried while the server is down."""
    await server.stop()
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state.value == "setup_retry"
    assert entry.error_reason_translation_key == "cannot_connect"
    await server.start(server.port)
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED


async def test_remove_without_server(
    hass: HomeAssistant, components: None, server: ModelServer, entry: MockConfigEntry
) -> None:
    """An entry can provide diagnostics and be removed while its server is down."""
    await server.stop()
    await hass.config_entries.async_setup(entry.entry_id)
    diagnostics = await async_get_config_entry_diagnostics(hass, entry)
    assert diagnostics["data"] == {
        "base_url": f"http://127.0.0.1:{server.port}/**REDACTED**",
        "api_key": "**REDACTED**",
    }
    assert diagnostics["options"]["chat_model"] == "scripted"
    assert not hass.data[DATA_ENTRY_STATES][entry.entry_id].availability.is_available
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert not hass.data[DATA_ENTRY_STATES]


async def test_device_is_updated(
    hass: HomeAssistant,
    agent: str,
    entry: MockConfigEntry,
    set_options: Callable[..., None],
) -> None:
    """The device follows the model and the title of the entry."""
    registry = dr.async_get(hass)
    set_options(chat_model="another")
    hass.config_entries.async_update_entry(entry, title="Renamed")
    await hass.async_block_till_done()
    (device,) = dr.async_entries_for_config_entry(registry, entry.entry_id)
    assert (device.name, device.model) == ("Renamed", "another")


async def test_no_key(
    hass: HomeAssistant, components: None, server: ModelServer
) -> None:
    """No Authorization header is sent without a key."""
    entry = MockConfigEntry(
        domain=DOMAIN, data={"base_url": server.base_url, "api_key": ""}
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert "Authorization" not in server.requests[0].headers


async def test_extra_headers_at_set_up(
    hass: HomeAssistant,
    components: None,
    server: ModelServer,
    entry: MockConfigEntry,
    set_options: Callable[..., None],
) -> None:
    """Extra headers are sent with the request at set-up."""
    set_options(extra_headers={"X-Team": "blue"})
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert server.requests[0].headers["X-Team"] == "blue"


ERRORS = {
    401: "refuses the API key",
    402: "has no credit left",
    404: "answered with an error: scripted 404",
    408: "did not answer in time",
    429: "takes no more requests",
    500: "had a problem of its own",
    503: "had a problem of its own",
    418: "answered with an error: scripted 418",
}


@pytest.mark.parametrize(("status", "words"), ERRORS.items())
@pytest.mark.parametrize("streaming", [True, False])
async def test_http_error(
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
    status: int,
    words: str,
    *,
    streaming: bool,
) -> None:
    """An HTTP error is spoken with the name of the server, and the next turn works."""
    set_options(enable_streaming=streaming)
    server.script(*[failure(status)] * 10)
    result = await say("Hello")
    assert failed(result)
    assert words in speech(result)
    assert f"127.0.0.1:{server.port}" in speech(result)
    server.forget()
    assert speech(await say("Hello")) == "Hello there."


MODEL_MISSING = (
    failure(404, {"error": {"message": "The model `x` does not exist", "code": 404}}),
    failure(404, {"error": {"message": 'model "x" not found, try pulling it first'}}),
    failure(404, {"error": {"message": "no", "code": "model_not_found"}}),
    failure(404, {"object": "error", "message": "The model `x` does not exist."}),
    failure(400, {"error": {"message": "x is not a valid model ID", "code": 400}}),
    failure(400, {"error": {"message": "Model Not Exist"}}),
    failure(400, {"message": "Invalid model: x", "code": "1500"}),
)


@pytest.mark.parametrize("answer", MODEL_MISSING)
async def test_model_missing(server: ModelServer, say: Say, answer: Reply) -> None:
    """The errors of various servers are recognized as a missing model."""
    server.script(answer)
    assert "does not have the model" in speech(await say("Hello"))


async def test_key_refused_in_turn(
    hass: HomeAssistant, server: ModelServer, say: Say
) -> None:
    """A key that is refused in a turn starts one reauthentication flow."""
    server.api_key = "another"
    for _ in range(2):
        assert "refuses the API key" in speech(await say("Hello"))
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == "reauth"


async def test_server_down(server: ModelServer, say: Say) -> None:
    """A server that is down is reported, and the next turn works when it is up."""
    await server.stop()
    assert "cannot reach the server" in speech(await say("Hello"))
    await server.start(server.port)
    assert speech(await say("Hello")) == "Hello there."


async def test_connection_dropped(server: ModelServer, say: Say) -> None:
    """A connection that drops before the first token is reported."""
    server.script(*[raw(Pause(0), Abort())] * 10)
    assert "broke off" in speech(await say("Hello"))


async def test_empty_answer(server: ModelServer, say: Say) -> None:
    """An empty answer is reported."""
    server.script(*[reply()] * 10)
    assert "sent no answer" in speech(await say("Hello"))


async def test_unexpected_error(
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An unexpected exception is spoken as an error and logged."""
    set_options(extra_body={"cannot": {"be", "sent"}})
    result = await say("Hello")
    assert failed(result)
    assert "Something went wrong" in speech(result)
    assert "Unexpected error in a turn" in caplog.text
    assert not server.completions


async def test_agent_id(hass: HomeAssistant, agent: str) -> None:
    """The entity ID of the agent comes from the title of the entry."""
    assert agent == AGENT
    assert hass.states.get(AGENT)


async def test_rename_entities(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    agent: str,
) -> None:
    """Renamed entities stay, and work under their new ids, subscribed once as before."""
    # Home Assistant 2026.10 re-adds every renamed entity, 2026.11 those without a hook.
    requires_readd = getattr(entity, "_entity_class_requires_readd", lambda _: False)
    entities = [
        found
        for p in async_get_platforms(hass, DOMAIN)
        for found in p.entities.values()
    ]
    assert len(entities) == 8
    assert not any(requires_readd(type(found)) for found in entities)
    registry = er.async_get(hass)
    server.script(reply("One.", usage=(100, 10, 0)), reply("Two.", usage=(100, 10, 0)))
    await say("Hello")
    for entity_id, new_id in (
        (agent, "conversation.jeeves"),
        ("sensor.scripted_prompt_tokens", "sensor.jeeves_prompt_tokens"),
        ("todo.scripted_memory", "todo.jeeves_memory"),
        ("calendar.scripted_scheduled_actions", "calendar.jeeves_later"),
    ):
        registry.async_update_entity(entity_id, new_entity_id=new_id)
        await hass.async_block_till_done()
        assert hass.states.get(entity_id) is None
        state = hass.states.get(new_id)
        assert state is not None
        assert state.state != "unavailable"
    result = await conversation.async_converse(
        hass, "Hello", None, Context(), agent_id="conversation.jeeves"
    )
    assert speech(result) == "Two."
    state = hass.states.get("sensor.jeeves_prompt_tokens")
    assert state is not None
    assert float(state.state) == 200
