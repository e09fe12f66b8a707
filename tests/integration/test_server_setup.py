"""Tests for setting up servers as people run them."""

from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.openai_compatible_conversation.const import DOMAIN
from custom_components.openai_compatible_conversation.flows.local_discovery import (
    DATA_CANDIDATES,
)
from custom_components.openai_compatible_conversation.options import Options
from homeassistant.components import ai_task, conversation
from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowContext,
)
from homeassistant.core import Context, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, issue_registry as ir, llm
from testbed.replies import Reply, failure, raw
from testbed.server import ModelServer, RecordedRequest

from .certificates import Identity, TlsFront, identity, tls_port
from .conftest import Say, speech
from .forms import suggested
from .spies import SpyAPI

pytestmark = pytest.mark.usefixtures("components")

HTML = raw(b"<html><body>Welcome</body></html>", content_type="text/html")


@pytest.fixture(autouse=True)
def no_local_servers(hass: HomeAssistant) -> None:
    """Disable the discovery of servers, as some may run on the machine of the tests."""
    hass.data[DATA_CANDIDATES] = ()


@pytest.fixture
def unsigned(tmp_path: Path) -> Identity:
    """Return a certificate that nobody has signed."""
    return identity(tmp_path)


@pytest.fixture
async def tls_server() -> AsyncGenerator[ModelServer]:
    """Yield a server that is reached through `tls_url`."""
    async with ModelServer() as server:
        yield server
        assert not server.faults


@pytest.fixture
def tls_url(unsigned: Identity, tls_server: ModelServer) -> Iterator[str]:
    """Yield the base URL of a server that speaks https with such a certificate."""
    with TlsFront(unsigned, tls_server.port) as front:
        yield f"https://127.0.0.1:{front.port}/v1"


async def _submit_user(hass: HomeAssistant, base_url: str, **user_input: Any) -> Any:
    """Start a flow and return the result of its first form."""
    flow = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    return await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"name": "Mine", "base_url": base_url, **user_input}
    )


async def _start(hass: HomeAssistant, entry: ConfigEntry, source: str) -> Any:
    """Start a flow for an entry."""
    context = ConfigFlowContext(source=source, entry_id=entry.entry_id)
    return await hass.config_entries.flow.async_init(
        DOMAIN, context=context, data=entry.data if source == SOURCE_REAUTH else None
    )


async def _add(hass: HomeAssistant, base_url: str, **user_input: Any) -> Any:
    """Add an entry with the model "scripted" and return the result of the flow."""
    flow = await _submit_user(hass, base_url, **user_input)
    assert (flow["step_id"], flow["errors"]) == ("model", None)
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"chat_model": "scripted"}
    )
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    return flow


async def _advice(flow: Any) -> str:
    """Return the advice of a form that says that it cannot connect."""
    assert flow["errors"] == {"base": "cannot_connect"}
    advice: str = flow["description_placeholders"]["advice"]
    return advice


async def test_headers_in_first_form(hass: HomeAssistant, server: ModelServer) -> None:
    """Headers of the first form go with every request, and become an option."""

    def reject(request: RecordedRequest) -> Reply | None:
        known = request.headers.get("X-Gate") == "0123"
        return None if known else failure(401, {"error": {"message": "no gate"}})

    server.reject = reject
    flow = await _submit_user(hass, server.base_url)
    assert flow["errors"] == {"base": "invalid_auth"}
    flow = await _add(hass, server.base_url, advanced={"extra_headers": "X-Gate: 0123"})
    assert flow["data"] == {"base_url": server.base_url, "api_key": ""}
    assert flow["options"]["extra_headers"] == {"X-Gate": "0123"}
    await hass.async_block_till_done()
    assert flow["result"].state is ConfigEntryState.LOADED
    assert server.rejected == server.requests[:1]


async def test_header_in_place_of_key(hass: HomeAssistant, server: ModelServer) -> None:
    """A header of the first form replaces that of the key, however it is written."""
    server.api_key = "right"
    headers = {"authorization": "Bearer right"}
    flow = await _add(
        hass, server.base_url, api_key="wrong", advanced={"extra_headers": headers}
    )
    assert flow["options"]["extra_headers"] == {"Authorization": "Bearer right"}


async def test_untrusted_certificate(hass: HomeAssistant, unsigned: Identity) -> None:
    """A certificate that is not trusted is told, with what to do about it."""
    with tls_port(unsigned.server_context()) as port:
        flow = await _submit_user(hass, f"https://127.0.0.1:{port}/v1")
    assert "turn off checking the certificate" in await _advice(flow)


async def test_every_connection_accepts_the_certificate(
    hass: HomeAssistant, tls_server: ModelServer, tls_url: str
) -> None:
    """Prewarming, turns, tasks, fact extraction and all forms accept it."""
    flow = await _add(hass, tls_url, advanced={"verify_ssl": False})
    entry = flow["result"]
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "prewarm": "always"}
    )
    tls_server.forget()

    agent = conversation.async_get_agent(hass, "conversation.mine")
    assert isinstance(agent, conversation.ConversationEntity)
    await agent.async_prepare("en")
    await tls_server.wait_for_completions(1)
    await hass.async_block_till_done()
    device = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)[0]
    result = await conversation.async_converse(
        hass,
        "My cat is called Amy",
        None,
        Context(),
        agent_id="conversation.mine",
        device_id=device.id,
    )
    assert speech(result) == "Hello there."
    task = await ai_task.async_generate_data(
        hass, task_name="t", entity_id="ai_task.mine_ai_task", instructions="Say OK."
    )
    assert task.data == "Hello there."
    count = len(tls_server.completions)
    await hass.services.async_call(
        DOMAIN,
        "end_session",
        {"config_entry_id": entry.entry_id},
        blocking=True,
        return_response=True,
    )
    extraction = await tls_server.wait_for_completions(count + 1)
    assert "My cat is called Amy" in str(extraction.body)

    flow = await hass.config_entries.options.async_init(entry.entry_id)
    flow = await hass.config_entries.options.async_configure(
        flow["flow_id"], {"chat_model": "another"}
    )
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    flow = await _start(hass, entry, SOURCE_REAUTH)
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"api_key": "new"}
    )
    assert flow["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    flow = await _start(hass, entry, SOURCE_RECONFIGURE)
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"base_url": tls_url}
    )
    assert flow["reason"] == "reconfigure_successful"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data["verify_ssl"] is False
    assert entry.state is ConfigEntryState.LOADED


async def test_check_of_certificate_is_changed(
    hass: HomeAssistant, tls_url: str, server: ModelServer
) -> None:
    """Reconfiguration can turn the check off and on again."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Mine",
        data={"base_url": server.base_url, "api_key": "k"},
        options=Options(chat_model="scripted").stored(),
    )
    entry.add_to_hass(hass)
    flow = await entry.start_reconfigure_flow(hass)
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"],
        {"base_url": tls_url, "advanced": {"verify_ssl": False}},
    )
    assert flow["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert entry.data["verify_ssl"] is False
    flow = await entry.start_reconfigure_flow(hass)
    assert suggested(flow)["advanced"] == {"verify_ssl": False}
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"],
        {"base_url": server.base_url, "advanced": {"verify_ssl": True}},
    )
    assert flow["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert entry.data == {"base_url": server.base_url, "api_key": ""}


async def test_untrusted_certificate_at_start(
    hass: HomeAssistant, unsigned: Identity
) -> None:
    """An entry whose server gets such a certificate says what to do."""
    with tls_port(unsigned.server_context()) as port:
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="Mine",
            data={"base_url": f"https://127.0.0.1:{port}/v1", "api_key": "k"},
            options=Options(chat_model="scripted").stored(),
        )
        entry.add_to_hass(hass)
        assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert "turn off checking the certificate" in str(entry.reason)


async def test_https_that_is_http(hass: HomeAssistant, server: ModelServer) -> None:
    """An address that begins with https, for a server that speaks http, is told."""
    address = server.base_url.replace("http:", "https:")
    flow = await _submit_user(hass, address)
    assert "Begin the address with http." in await _advice(flow)


async def test_http_that_is_https(
    hass: HomeAssistant, unsigned: Identity, server: ModelServer
) -> None:
    """An address that begins with http, for a server that speaks https, is told."""
    with tls_port(unsigned.server_context()) as port:
        flow = await _submit_user(hass, f"http://127.0.0.1:{port}/v1")
    assert "begin the address with https." in await _advice(flow)
    # As nginx answers in this case.
    server.models_reply = failure(
        400, "<html><h1>The plain HTTP request was sent to HTTPS port</h1></html>"
    )
    flow = await _submit_user(hass, server.base_url)
    assert "begin the address with https." in await _advice(flow)


@pytest.mark.parametrize("models", [failure(404), failure(405), failure(403), HTML])
async def test_server_without_list_of_models(
    hass: HomeAssistant, server: ModelServer, models: Reply
) -> None:
    """The name of a model is typed for a server that has no list of them."""
    server.models_reply = models
    if models.status == 403:
        server.models_reply = failure(
            403, {"error": {"message": "No listing at the project level"}}
        )
    flow = await _submit_user(hass, server.base_url.removesuffix("/v1"))
    assert (flow["step_id"], flow["errors"]) == ("model", None)
    (selector,) = flow["data_schema"].schema.values()
    assert selector.config["options"] == []
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"chat_model": ""}
    )
    assert flow["errors"] == {"base": "model_required"}
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"chat_model": " typed "}
    )
    assert flow["data"]["base_url"] == server.base_url
    assert flow["options"]["chat_model"] == "typed"
    await hass.async_block_till_done()
    assert flow["result"].state is ConfigEntryState.LOADED


@pytest.mark.parametrize(
    ("refusal", "accepted"),
    [
        (failure(404, {"error": {"message": "model 'default' not found"}}), True),
        (failure(400, {"error": {"message": "model is required"}}), True),
        (failure(422, {"detail": [{"msg": "Field required"}]}), True),
        (failure(404), False),
        (failure(404, {"detail": "Not Found"}), False),
        (failure(405), False),
        (failure(400, "<html>Bad Request</html>"), False),
        (HTML, False),
        (raw(b"", content_type="text/plain"), False),
        (raw(b'{"ok": true}', content_type="application/json"), False),
    ],
)
async def test_chat_completions_without_list(
    hass: HomeAssistant, server: ModelServer, refusal: Reply, *, accepted: bool
) -> None:
    """Chat completions are there if a request is refused by its content."""
    server.models_reply = failure(404)
    server.script(*[refusal] * 10)
    flow = await _submit_user(hass, server.base_url)
    if accepted:
        assert (flow["step_id"], flow["errors"]) == ("model", None)
    elif refusal.status == 400:
        assert flow["errors"] == {"base": "api_error"}
    else:
        assert "no such API" in await _advice(flow)


async def test_query(hass: HomeAssistant) -> None:
    """A query stays behind the path, as Azure requires it."""

    def reject(request: RecordedRequest) -> Reply | None:
        if request.query != {"api-version": "2024-10-21"}:
            return failure(404, {"error": {"message": "Resource not found"}})
        if request.headers.get("api-key") != "azure-key":
            return failure(401, {"error": {"message": "Access denied"}})
        if request.path.endswith("/models"):
            return failure(404, {"error": {"message": "Resource not found"}})
        return None

    async with ModelServer(prefix="/openai/deployments/gpt") as server:
        server.reject = reject
        address = f"{server.base_url}?api-version=2024-10-21"
        pasted = f"{server.base_url}/chat/completions?api-version=2024-10-21"
        headers = '{"api-key": "azure-key"}'
        flow = await _submit_user(hass, pasted)
        assert flow["errors"] == {"base": "invalid_auth"}
        flow = await _add(hass, pasted, advanced={"extra_headers": headers})
        assert flow["data"]["base_url"] == address
        await hass.async_block_till_done()
        entry = flow["result"]
        assert entry.state is ConfigEntryState.LOADED
        result = await conversation.async_converse(
            hass, "Hello", None, Context(), agent_id="conversation.mine"
        )
        assert speech(result) == "Hello there."
        flow = await _submit_user(hass, pasted, advanced={"extra_headers": headers})
        assert flow["reason"] == "already_configured"


def _redirect(status: int, location: str) -> Reply:
    """Return a response that redirects."""
    return raw(status=status, headers={"Location": location})


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_redirect_to_https(
    hass: HomeAssistant,
    server: ModelServer,
    tls_server: ModelServer,
    tls_url: str,
    status: int,
) -> None:
    """A server that redirects to https is stored with its new address."""
    server.reject = lambda request: _redirect(
        status, tls_url.removesuffix("/v1") + request.path
    )
    flow = await _add(hass, server.base_url, advanced={"verify_ssl": False})
    assert flow["data"]["base_url"] == tls_url
    assert len(server.requests) == 1
    assert tls_server.bodies


async def test_redirected_entry(
    hass: HomeAssistant, server: ModelServer, entry: MockConfigEntry
) -> None:
    """An entry whose server redirects later keeps working, with POST as POST."""
    async with ModelServer(prefix="/api/v1") as moved:
        server.reject = lambda request: _redirect(
            301, f"http://127.0.0.1:{moved.port}/api{request.path}"
        )
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        for _ in range(2):
            result = await conversation.async_converse(
                hass, "Hello", None, Context(), agent_id="conversation.scripted"
            )
            assert speech(result) == "Hello there."
        assert [r.path for r in server.requests] == ["/v1/models"]
        assert all(
            r.headers["Authorization"] == "Bearer secret-key" for r in moved.requests
        )
    assert entry.data["base_url"] == server.base_url


async def test_redirect_of_completions_alone(
    server: ModelServer, agent: str, say: Say
) -> None:
    """A redirect of a POST is followed with its body, whatever it does to the path."""
    async with ModelServer(prefix="/elsewhere") as elsewhere:
        target = f"{elsewhere.base_url}/chat/completions"
        server.reject = lambda _: _redirect(307, target)
        for _ in range(2):
            assert speech(await say("Hello")) == "Hello there."
        assert len(server.bodies) == len(elsewhere.bodies) == 2


async def test_redirect_to_another_host(
    hass: HomeAssistant, server: ModelServer
) -> None:
    """The target on another host is told, and nothing is sent there."""
    target = "https://models.example.com/v1/models?token=secret"
    server.models_reply = _redirect(302, target)
    flow = await _submit_user(hass, server.base_url, api_key="k")
    advice = await _advice(flow)
    assert "https://models.example.com/v1/models" in advice
    assert "secret" not in advice


async def test_redirect_to_login_page(hass: HomeAssistant, server: ModelServer) -> None:
    """A login page on the same host is told as the target."""

    def reject(request: RecordedRequest) -> Reply:
        login = request.path == "/v1/login"
        return HTML if login else _redirect(302, "/v1/login?next=secret")

    server.reject = reject
    flow = await _submit_user(hass, server.base_url)
    assert f"127.0.0.1:{server.port}/v1/login" in await _advice(flow)
    assert "secret" not in await _advice(flow)


async def test_redirect_at_start(
    hass: HomeAssistant, server: ModelServer, entry: MockConfigEntry
) -> None:
    """An entry whose server redirects to another host tells the target."""
    server.models_reply = _redirect(301, "https://models.example.com/v1/models")
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert "https://models.example.com/v1/models" in str(entry.reason)


@pytest.mark.parametrize(
    "typed",
    [
        "{}/chat/completions",
        "{}/models",
        "{}/completions/",
        "<{}>",
        "HTTP{}",
        "{}#fragment",
    ],
)
async def test_pasted_address(
    hass: HomeAssistant, server: ModelServer, typed: str
) -> None:
    """A pasted address is taken for what it means, also of an existing entry."""
    address = typed.format(
        server.base_url.removeprefix("http")
        if typed.startswith("HTTP")
        else server.base_url
    )
    flow = await _add(hass, address)
    assert flow["data"]["base_url"] == server.base_url
    flow = await _submit_user(hass, address)
    assert flow["reason"] == "already_configured"


@pytest.mark.parametrize(
    "typed", ["Bearer sk-1", "Authorization: Bearer sk-1", " sk- 1\n", '"sk-1"']
)
async def test_pasted_key(hass: HomeAssistant, server: ModelServer, typed: str) -> None:
    """A pasted key is taken for what it means, in all forms that ask for one."""
    server.api_key = "sk-1"
    flow = await _add(hass, server.base_url, api_key=typed)
    assert flow["data"]["api_key"] == "sk-1"
    await hass.async_block_till_done()
    entry = flow["result"]
    for source, user_input in (
        (SOURCE_REAUTH, {}),
        (SOURCE_RECONFIGURE, {"base_url": f"{server.base_url}/models"}),
    ):
        hass.config_entries.async_update_entry(
            entry, data={**entry.data, "api_key": "old"}
        )
        flow = await _start(hass, entry, source)
        flow = await hass.config_entries.flow.async_configure(
            flow["flow_id"], {"api_key": typed, **user_input}
        )
        assert flow["type"] is FlowResultType.ABORT
        await hass.async_block_till_done()
        assert entry.data == {"base_url": server.base_url, "api_key": "sk-1"}


async def test_existing_entry_in_another_writing(
    hass: HomeAssistant, server: ModelServer
) -> None:
    """An entry that was stored in another writing works, and is recognized."""
    address = f"HTTP://127.0.0.1:{server.port}/v1/"
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Mine",
        data={"base_url": address},
        options=Options(chat_model="scripted").stored(),
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    flow = await _submit_user(hass, f"127.0.0.1:{server.port}/v1")
    assert flow["reason"] == "already_configured"
    flow = await entry.start_reconfigure_flow(hass)
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"base_url": address}
    )
    assert flow["reason"] == "reconfigure_successful"
    assert entry.data["base_url"] == server.base_url


async def test_model_step_leads_back(hass: HomeAssistant, server: ModelServer) -> None:
    """What is wrong with the address is corrected on the first form, as typed."""
    user_input = {
        "name": "Mine",
        "base_url": f"{server.base_url}/",
        "api_key": " k ",
        "advanced": {"extra_headers": "X-Team:  blue", "verify_ssl": True},
    }
    flow = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    flow = await hass.config_entries.flow.async_configure(flow["flow_id"], user_input)
    for error, script in (
        ("invalid_auth", failure(401)),
        ("cannot_connect", _redirect(301, "https://models.example.com/v1")),
        ("cannot_connect", HTML),
    ):
        server.script(*[script] * 3)
        flow = await hass.config_entries.flow.async_configure(
            flow["flow_id"], {"chat_model": "typed"}
        )
        assert (flow["step_id"], flow["errors"]) == ("user", {"base": error})
        assert suggested(flow) == user_input
        server.forget()
        flow = await hass.config_entries.flow.async_configure(
            flow["flow_id"], user_input
        )
        assert suggested(flow) == {"chat_model": "typed"}


async def test_reconfigured_headers(
    hass: HomeAssistant, server: ModelServer, agent: str, entry: MockConfigEntry
) -> None:
    """Headers are shown, changed with the address, and removed; options stay."""
    hass.config_entries.async_update_entry(
        entry,
        options={**entry.options, "extra_headers": {"X-Team": "1"}, "prompt": "Hi"},
    )
    flow = await entry.start_reconfigure_flow(hass)
    assert suggested(flow)["advanced"] == {
        "extra_headers": '{"X-Team": "1"}',
        "verify_ssl": True,
    }
    for advanced, headers in (
        (None, {"X-Team": "1"}),
        ({"extra_headers": "X-Team: 2"}, {"X-Team": "2"}),
        ({}, None),
    ):
        flow = await entry.start_reconfigure_flow(hass)
        flow = await hass.config_entries.flow.async_configure(
            flow["flow_id"],
            {"base_url": server.base_url}
            | ({} if advanced is None else {"advanced": advanced}),
        )
        assert flow["reason"] == "reconfigure_successful"
        await hass.async_block_till_done()
        assert entry.options.get("extra_headers") == headers
        assert entry.options["prompt"] == "Hi"
        team = server.requests[-1].headers.get("X-Team")
        assert team == (headers or {}).get("X-Team")


async def test_new_headers_with_new_model(
    hass: HomeAssistant, server: ModelServer, agent: str, entry: MockConfigEntry
) -> None:
    """A model is tried with the headers that are typed with it."""
    server.reject = lambda request: (
        None if request.headers.get("X-Gate") == "1" else failure(401)
    )
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    flow = await hass.config_entries.options.async_configure(
        flow["flow_id"],
        {"chat_model": "new", "model": {"extra_headers": '{"X-Gate": "1"}'}},
    )
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_removed_api(
    hass: HomeAssistant,
    server: ModelServer,
    agent: str,
    say: Say,
    entry: MockConfigEntry,
    set_options: Callable[..., None],
) -> None:
    """An API that was removed while it was selected can be told and deselected."""
    remove = llm.async_register_api(hass, SpyAPI(hass, "notes"))
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    remove()
    # It was chosen while it was there; the form is shown again with it.
    server.script(failure(404, {"error": {"message": "model 'x' not found"}}))
    flow = await hass.config_entries.options.async_configure(
        flow["flow_id"], {"chat_model": "x", "llm_hass_api": ["assist", "notes"]}
    )
    assert flow["errors"] == {"base": "model_not_found"}
    labels = _api_labels(flow)
    assert labels["notes"] == "notes (no longer available)"
    flow = await hass.config_entries.options.async_configure(
        flow["flow_id"], {"chat_model": "y", "llm_hass_api": ["assist", "notes"]}
    )
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert speech(await say("Hello")) == "Hello there."
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    assert _api_labels(flow)["notes"] == "notes (no longer available)"
    flow = await hass.config_entries.options.async_configure(
        flow["flow_id"], {"chat_model": "y", "llm_hass_api": ["assist"]}
    )
    assert entry.options["llm_hass_api"] == ["assist"]
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    assert "notes" not in _api_labels(flow)


async def test_issue_goes_with_another_model(
    hass: HomeAssistant,
    server: ModelServer,
    agent: str,
    say: Say,
    entry: MockConfigEntry,
    set_options: Callable[..., None],
) -> None:
    """The issue that the model is gone goes when another model or server is chosen."""
    issues = ir.async_get(hass)
    issue_id = f"model_not_found_{entry.entry_id}"
    gone = failure(404, {"error": {"message": "model 'x' not found"}})
    server.script(gone)
    await say("Hello")
    assert issues.async_get_issue(DOMAIN, issue_id)
    set_options(prompt="Be brief.")
    await hass.async_block_till_done()
    assert issues.async_get_issue(DOMAIN, issue_id)
    set_options(chat_model="another")
    await hass.async_block_till_done()
    assert issues.async_get_issue(DOMAIN, issue_id) is None

    server.script(gone)
    await say("Hello")
    assert issues.async_get_issue(DOMAIN, issue_id)
    async with ModelServer() as other:
        flow = await entry.start_reconfigure_flow(hass)
        flow = await hass.config_entries.flow.async_configure(
            flow["flow_id"], {"base_url": other.base_url}
        )
        assert flow["reason"] == "reconfigure_successful"
        await hass.async_block_till_done()
        assert issues.async_get_issue(DOMAIN, issue_id) is None


def _api_labels(flow: Any) -> dict[str, str]:
    """Return the labels of the LLM APIs in the options form."""
    schema = flow["data_schema"].schema
    (selector,) = [field for key, field in schema.items() if key == "llm_hass_api"]
    return {option["value"]: option["label"] for option in selector.config["options"]}
