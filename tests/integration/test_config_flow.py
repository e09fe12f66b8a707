"""Tests for the config flow and the options flow."""

from collections.abc import Callable
import json
from time import monotonic
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.openai_compatible_conversation.const import DOMAIN
from custom_components.openai_compatible_conversation.flows.local_discovery import (
    DATA_CANDIDATES,
    DISCOVERY_TIMEOUT,
    candidates,
)
from custom_components.openai_compatible_conversation.flows.server_presets import (
    SERVER_PRESETS,
    ServerPreset,
)
from custom_components.openai_compatible_conversation.options import Options
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import llm
from testbed.hass import claim_port
from testbed.replies import Answer, Pause, Reply, failure, raw, say as reply
from testbed.server import ModelServer

from .forms import suggested

pytestmark = pytest.mark.usefixtures("components")

MODEL_SECTION: dict[str, Any] = {
    "recommended": False,
    "max_tokens": 100,
    "temperature": 0.5,
    "top_p": 0.9,
    "patience": 300,
    "prewarm": "never",
    "extra_body": {"top_k": 3},
    "extra_headers": {"X-Team": "blue"},
}
SECTIONED: dict[str, Any] = {
    "chat_model": "scripted",
    "prompt": "Be brief.",
    "llm_hass_api": ["assist"],
    "own_prompt_only": True,
    "tools": {
        "confirm_actions": "sensitive",
        "tool_discovery": "always",
        "max_tool_iterations": 3,
    },
    "memory": {
        "conversation_timeout": 600,
        "enable_fact_learning": False,
        "recall_facts": False,
    },
    "voice": {
        "enable_streaming": False,
        "auto_continue_listening": True,
        "clean_speech": "never",
    },
    "model": MODEL_SECTION,
}
SHOWN = {
    **SECTIONED,
    "model": {
        **MODEL_SECTION,
        "extra_body": '{"top_k": 3}',
        "extra_headers": '{"X-Team": "blue"}',
    },
}
FLAT = {
    **{k: v for k, v in SECTIONED.items() if not isinstance(v, dict)},
    **{
        k: v
        for part in SECTIONED.values()
        if isinstance(part, dict)
        for k, v in part.items()
    },
}


@pytest.fixture(autouse=True)
def no_local_servers(hass: HomeAssistant) -> None:
    """Disable the discovery of servers, as some may run on the machine of the tests."""
    hass.data[DATA_CANDIDATES] = ()


async def _start_flow(hass: HomeAssistant, **user_input: Any) -> Any:
    """Start a flow and return its result for the input of the first form."""
    flow = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "user")
    return await hass.config_entries.flow.async_configure(flow["flow_id"], user_input)


async def test_user_flow(hass: HomeAssistant, server: ModelServer) -> None:
    """The flow creates an entry with the documented data and options."""
    server.models = ("b-model", "a-model")
    flow = await _start_flow(
        hass, name=" Mine ", base_url=f"{server.base_url}/", api_key="k"
    )
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "model")
    (selector,) = flow["data_schema"].schema.values()
    assert selector.config["options"] == ["a-model", "b-model"]
    assert selector.config["custom_value"]
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"chat_model": "typed-model"}
    )
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert flow["title"] == "Mine"
    assert flow["data"] == {"base_url": server.base_url, "api_key": "k"}
    assert flow["options"] == {
        "chat_model": "typed-model",
        "llm_hass_api": ["assist"],
        "own_prompt_only": False,
        "confirm_actions": "never",
        "tool_discovery": "auto",
        "max_tool_iterations": 10,
        "conversation_timeout": 60,
        "enable_fact_learning": True,
        "recall_facts": True,
        "enable_streaming": True,
        "auto_continue_listening": False,
        "clean_speech": "auto",
        "recommended": True,
        "prewarm": "auto",
    }
    (test,) = server.bodies
    assert test["model"] == "typed-model"
    assert test["tools"]


async def _first_form(hass: HomeAssistant) -> tuple[Any, dict[str, str]]:
    """Start a flow and return its first form and the listed servers by URL."""
    flow: Any = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    schema = flow["data_schema"].schema
    (selector,) = [field for key, field in schema.items() if key == "base_url"]
    assert selector.config["custom_value"]
    options = selector.config["options"]
    return flow, {option["value"]: option["label"] for option in options}


async def test_presets_are_listed(hass: HomeAssistant) -> None:
    """The first form lists the presets and links the web pages for keys."""
    flow, labels = await _first_form(hass)
    assert labels == {server.base_url: server.label for server in SERVER_PRESETS}
    assert suggested(flow) == {}
    assert flow["data_schema"]({}) == {
        "name": "OpenAI-Compatible",
        "base_url": "http://localhost:8080/v1",
    }
    pages = flow["description_placeholders"]["key_pages"]
    assert "[Groq](https://console.groq.com/keys)" in pages
    assert "Ollama" not in pages


async def test_found_server_is_listed_first(
    hass: HomeAssistant, server: ModelServer
) -> None:
    """A server found on this machine is listed first and suggested."""
    async with ModelServer() as web, ModelServer() as private:
        web.models_reply = raw(b"<html>", content_type="text/html")
        private.models_reply = failure(401, "<html>Password?</html>")
        local_urls = {
            "Nothing": f"http://127.0.0.1:{claim_port()}/v1",
            "Web": web.base_url,
            "Private": private.base_url,
            "Mine": server.base_url,
        }
        hass.data[DATA_CANDIDATES] = [ServerPreset(k, v) for k, v in local_urls.items()]
        flow, labels = await _first_form(hass)
    assert next(iter(labels.items())) == (
        server.base_url,
        f"Mine ({server.base_url}): found on this machine",
    )
    assert list(labels)[1:] == [server.base_url for server in SERVER_PRESETS]
    assert suggested(flow) == {"base_url": server.base_url}
    assert [r.path for r in server.requests] == ["/v1/models"]

    user_input = {"name": "Mine", "base_url": "http://127.0.0.1:1/v1"}
    flow = await hass.config_entries.flow.async_configure(flow["flow_id"], user_input)
    assert flow["errors"] == {"base": "cannot_connect"}
    assert suggested(flow) == user_input


@pytest.mark.parametrize(
    "refusal", [{"error": {"message": "Invalid API Key"}}, {"error": "Unauthorized"}]
)
async def test_server_that_requires_key_is_found(
    hass: HomeAssistant, server: ModelServer, refusal: dict[str, Any]
) -> None:
    """A local model server is found even if it requires an API key."""
    server.models_reply = failure(401, refusal)
    hass.data[DATA_CANDIDATES] = [ServerPreset("Locked", server.base_url)]
    flow, labels = await _first_form(hass)
    assert labels[server.base_url].endswith("found on this machine")
    assert suggested(flow) == {"base_url": server.base_url}
    server.models_reply = None
    server.api_key = "right"
    user_input = {"name": "Mine", "base_url": server.base_url}
    flow = await hass.config_entries.flow.async_configure(flow["flow_id"], user_input)
    assert flow["errors"] == {"base": "invalid_auth"}
    user_input["api_key"] = "right"
    flow = await hass.config_entries.flow.async_configure(flow["flow_id"], user_input)
    assert flow["step_id"] == "model"


async def test_slow_server_does_not_block_form(
    hass: HomeAssistant, server: ModelServer
) -> None:
    """Slow servers delay the first form by the discovery timeout only."""
    server.models_reply = raw(Pause(30))
    hass.data[DATA_CANDIDATES] = [ServerPreset("Slow", server.base_url)] * 5
    start = monotonic()
    _, labels = await _first_form(hass)
    assert DISCOVERY_TIMEOUT <= monotonic() - start < 2 * DISCOVERY_TIMEOUT
    assert server.base_url not in labels


async def test_discovery_candidates(hass: HomeAssistant) -> None:
    """The container host is left out under the supervisor."""
    del hass.data[DATA_CANDIDATES]
    local = [server for server in SERVER_PRESETS if server.local]
    assert list(candidates(hass))[: len(local)] == local
    hass.config.components.add("hassio")
    assert list(candidates(hass)) == local


async def test_default_name(hass: HomeAssistant, server: ModelServer) -> None:
    """An entry without a typed name gets the default name."""
    flow = await _start_flow(hass, base_url=server.base_url)
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"chat_model": "scripted"}
    )
    assert flow["title"] == "OpenAI-Compatible"
    assert flow["description_placeholders"] == {"name": "OpenAI-Compatible"}


@pytest.mark.parametrize("key", [{}, {"api_key": " "}])
async def test_missing_key(hass: HomeAssistant, key: dict[str, str]) -> None:
    """A preset that requires a key is refused without one, before any request."""
    user_input = {"name": "Mine", "base_url": "https://openrouter.ai/api/v1", **key}
    flow = await _start_flow(hass, **user_input)
    assert (flow["step_id"], flow["errors"]) == ("user", {"api_key": "invalid_auth"})
    assert flow["description_placeholders"]["host"] == "openrouter.ai"
    assert suggested(flow) == user_input


@pytest.mark.parametrize(
    "behind", ["", "/", "/chat/completions", "/v1", "/v1/", "/v1/chat/completions"]
)
@pytest.mark.parametrize("before", ["http://", " "])
async def test_address_is_normalized(
    hass: HomeAssistant, server: ModelServer, before: str, behind: str
) -> None:
    """Common variants of the address lead to the same base URL."""
    address = server.base_url.removesuffix("/v1").replace("http://", before) + behind
    flow = await _start_flow(hass, name="Mine", base_url=address)
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"chat_model": "scripted"}
    )
    assert flow["data"] == {"base_url": server.base_url, "api_key": ""}


@pytest.mark.parametrize(
    ("models", "error"),
    [
        (failure(401), "invalid_auth"),
        (failure(408), "timeout"),
        (failure(500), "api_error"),
        (failure(402), "api_error"),
    ],
)
async def test_server_errors(
    hass: HomeAssistant, server: ModelServer, models: Reply, error: str
) -> None:
    """The form shows a server error and keeps the input."""
    server.models_reply = models
    user_input = {"name": "Mine", "base_url": server.base_url, "api_key": "k"}
    flow = await _start_flow(hass, **user_input)
    assert (flow["step_id"], flow["errors"]) == ("user", {"base": error})
    assert suggested(flow) == user_input
    assert flow["description_placeholders"]["host"] == f"127.0.0.1:{server.port}"
    server.models_reply = None
    flow = await hass.config_entries.flow.async_configure(flow["flow_id"], user_input)
    assert flow["step_id"] == "model"


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/v1",
        "not an address",
        "ftp://127.0.0.1/v1",
        "http://",
        "http://[/v1",
        "http://127.0.0.1:99999/v1",
    ],
)
async def test_invalid_address(hass: HomeAssistant, address: str) -> None:
    """The form shows an error for an unreachable or invalid address."""
    flow = await _start_flow(hass, name="Mine", base_url=address)
    assert (flow["step_id"], flow["errors"]) == ("user", {"base": "cannot_connect"})
    assert suggested(flow)["base_url"] == address


@pytest.mark.parametrize(
    ("answer", "step", "error"),
    [
        (
            failure(404, {"error": {"message": "model 'x' not found"}}),
            "model",
            "model_not_found",
        ),
        (
            failure(500, {"error": {"message": "tools need a flag"}}),
            "model",
            "api_error",
        ),
        (failure(429), "model", "api_error"),
        (raw(b'data: {"error": {"message": "no"}}\n\n'), "model", "api_error"),
        (failure(401), "user", "invalid_auth"),
    ],
)
async def test_model_errors(
    hass: HomeAssistant, server: ModelServer, answer: Answer, step: str, error: str
) -> None:
    """The form shows a model error; a refused key leads back to the first form."""
    user_input = {"name": "Mine", "base_url": server.base_url, "api_key": "k"}
    flow = await _start_flow(hass, **user_input)
    server.script(*[answer] * 10)
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"chat_model": "x"}
    )
    assert (flow["step_id"], flow["errors"]) == (step, {"base": error})
    assert suggested(flow) == (user_input if step == "user" else {"chat_model": "x"})
    server.forget()
    if step == "user":
        flow = await hass.config_entries.flow.async_configure(
            flow["flow_id"], user_input
        )
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"chat_model": "x"}
    )
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_silent_model_is_accepted(
    hass: HomeAssistant, server: ModelServer
) -> None:
    """An empty answer to the test request is accepted."""
    flow = await _start_flow(hass, name="Mine", base_url=server.base_url)
    server.script(reply())
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"chat_model": "x"}
    )
    assert flow["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("key", ["k\u2603", "a\x00b"])
async def test_invalid_key(hass: HomeAssistant, server: ModelServer, key: str) -> None:
    """A key that cannot be sent is refused; whitespace around a key is stripped."""
    flow = await _start_flow(hass, name="Mine", base_url=server.base_url, api_key=key)
    assert (flow["step_id"], flow["errors"]) == ("user", {"base": "invalid_auth"})
    server.api_key = "right"
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"],
        {"name": "Mine", "base_url": server.base_url, "api_key": " right\n"},
    )
    assert flow["step_id"] == "model"


async def test_unexpected_error(
    hass: HomeAssistant,
    agent: str,
    entry: MockConfigEntry,
    set_options: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An unexpected exception is shown on the form and logged."""
    set_options(patience="soon")
    flow = await entry.start_reconfigure_flow(hass)
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], dict(entry.data)
    )
    assert flow["errors"] == {"base": "unknown"}
    assert "Unexpected error while trying a server" in caplog.text


@pytest.mark.parametrize("address", ["{}", "{}/", "{}/chat/completions"])
async def test_already_configured(
    hass: HomeAssistant, server: ModelServer, entry: MockConfigEntry, address: str
) -> None:
    """The flow aborts for an existing address and name, not for another name."""
    address = address.format(server.base_url)
    flow = await _start_flow(hass, name="Scripted", base_url=address)
    assert (flow["type"], flow["reason"]) == (
        FlowResultType.ABORT,
        "already_configured",
    )
    flow = await _start_flow(hass, name="Another", base_url=address)
    assert flow["step_id"] == "model"


async def test_already_configured_with_v1_added(
    hass: HomeAssistant, server: ModelServer, entry: MockConfigEntry
) -> None:
    """The flow also aborts if adding /v1 leads to an existing address."""
    address = server.base_url.removesuffix("/v1")
    flow = await _start_flow(hass, name="Scripted", base_url=address)
    assert flow["reason"] == "already_configured"


async def test_concurrent_flows(hass: HomeAssistant, server: ModelServer) -> None:
    """The later of two concurrent flows for the same entry aborts."""
    flows = [
        await _start_flow(hass, name="Mine", base_url=server.base_url) for _ in "ab"
    ]
    ended = [
        await hass.config_entries.flow.async_configure(
            flow["flow_id"], {"chat_model": "scripted"}
        )
        for flow in flows
    ]
    assert [flow["type"] for flow in ended] == [
        FlowResultType.CREATE_ENTRY,
        FlowResultType.ABORT,
    ]
    assert ended[1]["reason"] == "already_configured"
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1


async def test_reauth_of_duplicate_entry(
    hass: HomeAssistant, server: ModelServer, agent: str, entry: MockConfigEntry
) -> None:
    """Reauthentication works for an entry with the same name and address as another."""
    MockConfigEntry(domain=DOMAIN, title=entry.title, data=entry.data).add_to_hass(hass)
    flow = await entry.start_reauth_flow(hass)
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"api_key": "right"}
    )
    assert flow["reason"] == "reauth_successful"
    assert entry.data["api_key"] == "right"
    await hass.async_block_till_done()


async def test_reauth(
    hass: HomeAssistant, server: ModelServer, agent: str, entry: MockConfigEntry
) -> None:
    """A new key replaces the old one only if it works."""
    server.api_key = "right"
    flow = await entry.start_reauth_flow(hass)
    assert flow["step_id"] == "reauth_confirm"
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"api_key": "wrong"}
    )
    assert flow["errors"] == {"base": "invalid_auth"}
    assert entry.data["api_key"] == "secret-key"
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"api_key": "right"}
    )
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    await hass.async_block_till_done()
    assert entry.data == {"base_url": server.base_url, "api_key": "right"}
    assert entry.state is ConfigEntryState.LOADED
    assert server.requests[-1].headers["Authorization"] == "Bearer right"


async def test_reauth_with_public_model_list(
    hass: HomeAssistant, server: ModelServer, agent: str, entry: MockConfigEntry
) -> None:
    """A wrong key is refused even if the server lists models without one."""
    flow = await entry.start_reauth_flow(hass)
    server.script(failure(401))
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"api_key": "wrong"}
    )
    assert flow["errors"] == {"base": "invalid_auth"}


async def test_reconfigure(
    hass: HomeAssistant, server: ModelServer, agent: str, entry: MockConfigEntry
) -> None:
    """Address and key can be changed, even if the new server lacks the model."""
    flow = await entry.start_reconfigure_flow(hass)
    assert suggested(flow) == {**entry.data, "advanced": {"verify_ssl": True}}
    async with ModelServer() as other:
        await server.stop()
        user_input = {"base_url": server.base_url}
        flow = await hass.config_entries.flow.async_configure(
            flow["flow_id"], user_input
        )
        assert flow["errors"] == {"base": "cannot_connect"}
        assert suggested(flow) == user_input
        other.script(failure(404, {"error": {"message": "model not found"}}))
        user_input = {"base_url": other.base_url}
        flow = await hass.config_entries.flow.async_configure(
            flow["flow_id"], user_input
        )
        assert flow["reason"] == "reconfigure_successful"
        await hass.async_block_till_done()
        assert entry.data == {"base_url": other.base_url, "api_key": ""}
        assert entry.state is ConfigEntryState.LOADED
        assert "Authorization" not in other.requests[-1].headers


async def test_reconfigure_to_existing_entry(
    hass: HomeAssistant, server: ModelServer, agent: str, entry: MockConfigEntry
) -> None:
    """Reconfiguration aborts if it would duplicate another entry."""
    duplicate = MockConfigEntry(
        domain=DOMAIN, title=entry.title, data={"base_url": "http://127.0.0.1:1/v1"}
    )
    duplicate.add_to_hass(hass)
    flow = await duplicate.start_reconfigure_flow(hass)
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"base_url": server.base_url}
    )
    assert flow["reason"] == "already_configured"


async def test_options(
    hass: HomeAssistant, server: ModelServer, agent: str, entry: MockConfigEntry
) -> None:
    """The values of sections are stored flat and shown again."""
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    shown = suggested(flow)
    assert shown["prompt"] == llm.DEFAULT_INSTRUCTIONS_PROMPT
    assert shown["tools"] == {
        "confirm_actions": "never",
        "tool_discovery": "auto",
        "max_tool_iterations": 10,
    }
    flow = await hass.config_entries.options.async_configure(flow["flow_id"], SECTIONED)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == FLAT
    for key in ("max_tool_iterations", "patience"):
        assert isinstance(entry.options[key], int)
    assert not server.completions
    assert entry.state is ConfigEntryState.LOADED
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    assert suggested(flow) == SHOWN


async def test_options_cleared(
    hass: HomeAssistant, agent: str, entry: MockConfigEntry
) -> None:
    """Cleared options are unset, and the default prompt is not stored."""
    hass.config_entries.async_update_entry(entry, options=FLAT)
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    await hass.config_entries.options.async_configure(
        flow["flow_id"],
        {
            "chat_model": " scripted ",
            "prompt": llm.DEFAULT_INSTRUCTIONS_PROMPT,
            "model": {"extra_body": {}, "extra_headers": {}},
        },
    )
    cleared = {
        **FLAT,
        "own_prompt_only": False,
        "llm_hass_api": [],
        "recommended": True,
        "prewarm": "auto",
    }
    unset = (
        "prompt",
        "max_tokens",
        "temperature",
        "top_p",
        "patience",
        "extra_body",
        "extra_headers",
    )
    expected = {k: v for k, v in cleared.items() if k not in unset}
    assert entry.options == expected


@pytest.mark.parametrize(
    ("changes", "error", "subject"),
    [
        ({"extra_body": [1]}, "extra_body_invalid", "-"),
        ({"extra_body": '{"a": 1'}, "extra_body_invalid", "-"),
        ({"extra_body": "a: [1"}, "extra_body_invalid", "-"),
        ({"extra_body": "seven"}, "extra_body_invalid", "-"),
        ({"extra_body": "a: .inf"}, "extra_body_invalid", "-"),
        ({"extra_body": "2026-01-01: a"}, "extra_body_invalid", "-"),
        ({"extra_body": "a: &a [*a]"}, "extra_body_invalid", "-"),
        ({"extra_body": "a: !include /etc/hostname"}, "extra_body_invalid", "-"),
        ({"extra_body": "[" * 100_000}, "extra_body_invalid", "-"),
        ({"extra_body": f'{{"seed": {2**64}}}'}, "extra_body_invalid", "-"),
        ({"extra_body": '{"stop": "\\ud800"}'}, "extra_body_invalid", "-"),
        ({"extra_body": {"stream": True, "n": 2}}, "extra_body_managed", "n, stream"),
        ({"extra_headers": "X-Team"}, "extra_headers_invalid", "X-Team"),
        ({"extra_headers": {"X-Team": None}}, "extra_headers_invalid", "X-Team"),
        (
            {"extra_headers": {"X-Team": "K\u00fcche"}},
            "extra_headers_invalid",
            "X-Team",
        ),
        ({"extra_headers": {"X Team": "blue"}}, "extra_headers_invalid", "X Team"),
        ({"extra_headers": {"X-Team": "a\nb"}}, "extra_headers_invalid", "X-Team"),
    ],
)
async def test_options_refused(
    hass: HomeAssistant,
    agent: str,
    entry: MockConfigEntry,
    changes: dict[str, Any],
    error: str,
    subject: str,
) -> None:
    """The form shows an error for invalid options and keeps the input."""
    before = dict(entry.options)
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    user_input = {**SECTIONED, "model": {**MODEL_SECTION, **changes}}
    flow = await hass.config_entries.options.async_configure(
        flow["flow_id"], user_input
    )
    assert flow["errors"] == {"base": error}
    assert flow["description_placeholders"] is not None
    assert flow["description_placeholders"]["message"] == subject
    changed = next(iter(changes))
    shown = suggested(flow)["model"].pop(changed)
    typed_text = changes[changed]
    assert shown == typed_text or json.loads(shown) == typed_text
    assert suggested(flow)["memory"] == SECTIONED["memory"]
    assert entry.options == before


@pytest.mark.parametrize(
    ("user_input", "stored"),
    [
        ('{"X-Team": "blue"}', {"X-Team": "blue"}),
        ("X-Team: blue\nX-Retry: 3", {"X-Team": "blue", "X-Retry": "3"}),
        ({"X-Retry": 1.5}, {"X-Retry": "1.5"}),
        ("  ", None),
        ("{}", None),
    ],
)
async def test_objects_as_text(
    hass: HomeAssistant,
    agent: str,
    entry: MockConfigEntry,
    user_input: Any,
    stored: Any,
) -> None:
    """Objects are accepted as JSON or YAML; header values become strings."""
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    flow = await hass.config_entries.options.async_configure(
        flow["flow_id"],
        {"chat_model": "scripted", "model": {"extra_headers": user_input}},
    )
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options.get("extra_headers") == stored


@pytest.mark.parametrize(
    "changes",
    [
        {"tools": {"max_tool_iterations": 0}},
        {"tools": {"max_tool_iterations": 26}},
        {"tools": {"tool_discovery": "sometimes"}},
        {"tools": {"confirm_actions": "always"}},
        {"memory": {"conversation_timeout": 0}},
        {"memory": {"conversation_timeout": 601}},
        {"model": {"max_tokens": 0}},
        {"model": {"temperature": 2.1}},
        {"model": {"top_p": 1.1}},
        {"model": {"patience": 9}},
        {"model": {"patience": 1801}},
    ],
)
async def test_options_out_of_range(
    hass: HomeAssistant, agent: str, entry: MockConfigEntry, changes: dict[str, Any]
) -> None:
    """Values that are out of range are refused."""
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(
            flow["flow_id"], {"chat_model": "scripted", **changes}
        )


async def test_options_with_new_model(
    hass: HomeAssistant, server: ModelServer, agent: str, entry: MockConfigEntry
) -> None:
    """A new model is tried before it is stored."""
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    server.script(failure(404, {"error": {"message": "model 'x' not found"}}))
    flow = await hass.config_entries.options.async_configure(
        flow["flow_id"], {"chat_model": "x"}
    )
    assert flow["errors"] == {"base": "model_not_found"}
    assert entry.options["chat_model"] == "scripted"
    flow = await hass.config_entries.options.async_configure(
        flow["flow_id"], {"chat_model": "y"}
    )
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options["chat_model"] == "y"
    assert server.bodies[-1]["model"] == "y"


async def test_options_without_server(
    hass: HomeAssistant, server: ModelServer, agent: str, entry: MockConfigEntry
) -> None:
    """Options can be changed while the server is down."""
    await server.stop()
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    assert flow["errors"] is None
    flow = await hass.config_entries.options.async_configure(
        flow["flow_id"], {"chat_model": "scripted", "prompt": "Be brief."}
    )
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options["prompt"] == "Be brief."


async def test_unloaded_api_stays_selected(
    hass: HomeAssistant,
    agent: str,
    entry: MockConfigEntry,
    set_options: Callable[..., None],
) -> None:
    """A selected API that is not loaded can stay selected."""
    set_options(llm_hass_api=["assist", "mcp-1"])
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    await hass.config_entries.options.async_configure(
        flow["flow_id"], {"chat_model": "scripted", "llm_hass_api": ["assist", "mcp-1"]}
    )
    assert entry.options["llm_hass_api"] == ["assist", "mcp-1"]


def test_stored_options_are_read_back() -> None:
    """Options survive a round trip through storage; unknown keys are ignored."""
    options = Options(chat_model="x", max_tokens=3, extra_body={"a": 1})
    assert Options.of(options.stored()) == options
    assert Options.of({"chat_model": "x", "unknown": 1}) == Options(chat_model="x")
