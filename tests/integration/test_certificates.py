"""Tests for certificates that no authority vouches for, and that the user accepts."""

from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
import ssl
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.openai_compatible_conversation.const import DOMAIN
from custom_components.openai_compatible_conversation.diagnostics import (
    async_get_config_entry_diagnostics,
)
from custom_components.openai_compatible_conversation.flows.local_discovery import (
    DATA_CANDIDATES,
)
from custom_components.openai_compatible_conversation.http_client import (
    DATA_PINNED_CLIENTS,
)
from custom_components.openai_compatible_conversation.options import Options
from homeassistant.components import ai_task, conversation
from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntryState,
    ConfigFlowContext,
)
from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import Context, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.httpx_client import DATA_ASYNC_CLIENT, HassHttpXAsyncClient
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util.ssl import SSL_ALPN_HTTP11
from testbed.replies import failure, raw, say as reply
from testbed.server import ModelServer

from .certificates import Identity, TlsFront, identity
from .conftest import failed, speech
from .forms import suggested

pytestmark = pytest.mark.usefixtures("components")

AGENT = "conversation.mine"


@pytest.fixture(autouse=True)
def no_local_servers(hass: HomeAssistant) -> None:
    """Disable the discovery of servers, as some may run on the machine of the tests."""
    hass.data[DATA_CANDIDATES] = ()


@pytest.fixture
def own(tmp_path: Path) -> Identity:
    """Return the first certificate of the server."""
    return identity(tmp_path)


@pytest.fixture
def other(tmp_path: Path) -> Identity:
    """Return another certificate with the same names."""
    return identity(tmp_path)


@pytest.fixture
def front(server: ModelServer, own: Identity) -> Iterator[TlsFront]:
    """Yield TLS in front of the model server."""
    with TlsFront(own, server.port) as front:
        yield front


@pytest.fixture
def address(front: TlsFront) -> str:
    """Return the address of the server behind TLS."""
    return f"https://127.0.0.1:{front.port}/v1"


@pytest.fixture
def pinned(hass: HomeAssistant, address: str, own: Identity) -> MockConfigEntry:
    """Return an entry whose user accepted the first certificate, not yet set up."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Mine",
        data={"base_url": address, "api_key": "secret-key", "certificate": own.pem},
        options=Options(chat_model="scripted", enable_fact_learning=False).stored(),
    )
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
async def loaded(
    hass: HomeAssistant, pinned: MockConfigEntry, server: ModelServer
) -> MockConfigEntry:
    """Return that entry, set up."""
    assert await hass.config_entries.async_setup(pinned.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert pinned.state is ConfigEntryState.LOADED
    server.forget()
    return pinned


async def _first_form(hass: HomeAssistant, base_url: str, **fields: Any) -> Any:
    """Start a flow and return the result of its first form."""
    flow = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    return await _submit(hass, flow, name="Mine", base_url=base_url, **fields)


async def _submit(hass: HomeAssistant, flow: Any, **fields: Any) -> Any:
    """Submit a form of a flow."""
    return await hass.config_entries.flow.async_configure(flow["flow_id"], fields)


async def _start(hass: HomeAssistant, entry: MockConfigEntry, source: str) -> Any:
    """Start a flow for an entry."""
    context = ConfigFlowContext(source=source, entry_id=entry.entry_id)
    data = entry.data if source == SOURCE_REAUTH else None
    return await hass.config_entries.flow.async_init(DOMAIN, context=context, data=data)


async def _accept(hass: HomeAssistant, address: str) -> Any:
    """Add an entry whose server's certificate is accepted, and return the entry."""
    flow = await _first_form(hass, address)
    flow = await _submit(
        hass, flow, name="Mine", base_url=address, accept_certificate=True
    )
    assert (flow["step_id"], flow["errors"]) == ("model", None)
    flow = await _submit(hass, flow, chat_model="scripted")
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    return flow["result"]


def _is_accepted(flow: Any) -> bool | None:
    """Return whether a form's choice is on, None if the form offers no certificate."""
    for key in flow["data_schema"].schema:
        if key == "accept_certificate":
            return bool(key.default())
    return None


def _assert_offers(flow: Any, offered: Identity, advice: str) -> None:
    """Assert that a form says that it cannot connect, and offers the certificate."""
    shown = flow["description_placeholders"]
    assert flow["type"] is FlowResultType.FORM
    assert flow["errors"] == {"base": "cannot_connect"}
    assert advice in shown["advice"]
    assert shown["fingerprint"] == offered.fingerprint
    assert _is_accepted(flow) is False


NOT_TRUSTED = "The certificate is not trusted ("
CHANGED = "another certificate than the one that you accepted"


async def _talk(hass: HomeAssistant, **fields: Any) -> conversation.ConversationResult:
    """Return the result of a turn."""
    fields.setdefault("language", "en")
    return await conversation.async_converse(
        hass, "Hello", None, Context(), agent_id=AGENT, **fields
    )


def _issue(hass: HomeAssistant, entry: MockConfigEntry) -> ir.IssueEntry | None:
    """Return the issue about the certificate."""
    registry = ir.async_get(hass)
    return registry.async_get_issue(DOMAIN, f"certificate_changed_{entry.entry_id}")


async def test_accept(
    hass: HomeAssistant, server: ModelServer, front: TlsFront, own: Identity
) -> None:
    """The form names the certificate, and once it is accepted, the entry works."""
    server.api_key = "secret-key"
    address = f"https://127.0.0.1:{front.port}/v1"
    typed = {"name": "Mine", "base_url": address, "api_key": "secret-key"}
    flow = await _first_form(hass, address, api_key="secret-key")
    _assert_offers(flow, own, NOT_TRUSTED)
    shown = flow["description_placeholders"]
    assert shown["subject"] == shown["issuer"] == "CN=Model server"
    expires = own.certificate.not_valid_after_utc
    assert shown["expires"] == expires.strftime("%Y-%m-%d %H:%M")
    assert suggested(flow) == typed
    # Nothing was sent before, not even the key.
    assert not server.requests

    flow = await _submit(hass, flow, **typed, accept_certificate=True)
    assert (flow["step_id"], flow["errors"]) == ("model", None)
    flow = await _submit(hass, flow, chat_model="scripted")
    assert flow["data"] == {
        "base_url": address,
        "api_key": "secret-key",
        "certificate": own.pem,
    }
    await hass.async_block_till_done()
    assert flow["result"].state is ConfigEntryState.LOADED
    assert speech(await _talk(hass)) == "Hello there."


async def test_refuse(
    hass: HomeAssistant, server: ModelServer, address: str, own: Identity
) -> None:
    """Without a yes the form stays, and another address is stored without it."""
    flow = await _first_form(hass, address)
    for _ in range(2):
        flow = await _submit(hass, flow, name="Mine", base_url=address)
        _assert_offers(flow, own, NOT_TRUSTED)
    assert not server.requests
    # It is not needed there, even if it was accepted.
    flow = await _submit(
        hass, flow, name="Mine", base_url=server.base_url, accept_certificate=True
    )
    flow = await _submit(hass, flow, chat_model="scripted")
    assert flow["data"] == {"base_url": server.base_url, "api_key": ""}


async def test_only_an_offered_certificate_is_accepted(
    hass: HomeAssistant, address: str
) -> None:
    """A form that names no certificate has no choice to accept one."""
    with pytest.raises(InvalidData):
        await _first_form(hass, address, accept_certificate=True)


@pytest.mark.parametrize("kind", ["expired", "wrong host", "own authority", "no name"])
async def test_accept_whatever_is_wrong(
    hass: HomeAssistant, server: ModelServer, tmp_path: Path, kind: str
) -> None:
    """It does not matter why the accepted certificate is not trusted."""
    match kind:
        case "expired":
            own = identity(tmp_path, days=-400)
        case "wrong host":
            own = identity(tmp_path, host="192.0.2.1")
        case "own authority":
            authority = identity(tmp_path, "Home CA", is_authority=True)
            own = identity(tmp_path, issuer=authority)
        case _:
            own = identity(tmp_path, "")
    with TlsFront(own, server.port) as front:
        address = f"https://127.0.0.1:{front.port}/v1"
        flow = await _first_form(hass, address)
        _assert_offers(flow, own, NOT_TRUSTED)
        shown = flow["description_placeholders"]
        assert (shown["subject"], shown["issuer"]) == {
            "own authority": ("CN=Model server", "CN=Home CA"),
            "no name": ("127.0.0.1", "-"),
        }.get(kind, ("CN=Model server", "CN=Model server"))
        entry = await _accept(hass, address)
        assert entry.data["certificate"] == own.pem
        assert entry.state is ConfigEntryState.LOADED
        assert speech(await _talk(hass)) == "Hello there."


async def test_replaced_before_it_was_accepted(
    hass: HomeAssistant,
    server: ModelServer,
    front: TlsFront,
    address: str,
    other: Identity,
) -> None:
    """Only the certificate that the form named is accepted."""
    flow = await _first_form(hass, address)
    front.replace(other)
    typed = {"name": "Mine", "base_url": address}
    flow = await _submit(hass, flow, **typed, accept_certificate=True)
    _assert_offers(flow, other, CHANGED)
    assert other.fingerprint in flow["description_placeholders"]["advice"]
    assert not server.requests
    flow = await _submit(hass, flow, **typed, accept_certificate=True)
    assert flow["step_id"] == "model"


async def test_replaced_before_the_model_was_tried(
    hass: HomeAssistant, front: TlsFront, address: str, other: Identity
) -> None:
    """The form for the model leads back to the choice."""
    flow = await _first_form(hass, address)
    typed = {"name": "Mine", "base_url": address}
    flow = await _submit(hass, flow, **typed, accept_certificate=True)
    front.replace(other)
    flow = await _submit(hass, flow, chat_model="scripted")
    assert flow["step_id"] == "user"
    _assert_offers(flow, other, CHANGED)
    assert suggested(flow) == typed


async def test_choice_is_kept_with_other_errors(
    hass: HomeAssistant, server: ModelServer, address: str, own: Identity
) -> None:
    """A certificate stays accepted on a form that is shown for another reason."""
    server.api_key = "right"
    flow = await _first_form(hass, address)
    typed: dict[str, Any] = {"name": "Mine", "base_url": address}
    for error, fields in (
        ("invalid_auth", {"api_key": "wrong"}),
        ("extra_headers_invalid", {"advanced": {"extra_headers": "7"}}),
        ("cannot_connect", {"base_url": "http://127.0.0.1:1/v1"}),
    ):
        flow = await _submit(hass, flow, **typed | fields, accept_certificate=True)
        assert flow["errors"] == {"base": error}
        assert flow["description_placeholders"]["fingerprint"] == own.fingerprint
        assert _is_accepted(flow) is True
    flow = await _submit(hass, flow, **typed, api_key="right")
    assert flow["step_id"] == "model"


async def test_redirect_to_untrusted_server(
    hass: HomeAssistant, front: TlsFront, address: str, own: Identity
) -> None:
    """The certificate of the server that an address redirects to is offered."""
    async with ModelServer() as plain:
        plain.reject = lambda request: raw(
            status=301,
            headers={"Location": f"https://127.0.0.1:{front.port}{request.path}"},
        )
        flow = await _first_form(hass, plain.base_url)
        _assert_offers(flow, own, NOT_TRUSTED)
        flow = await _submit(
            hass, flow, name="Mine", base_url=plain.base_url, accept_certificate=True
        )
        flow = await _submit(hass, flow, chat_model="scripted")
    assert flow["data"]["base_url"] == address
    assert flow["data"]["certificate"] == own.pem


async def test_changed_later(
    hass: HomeAssistant,
    server: ModelServer,
    front: TlsFront,
    loaded: MockConfigEntry,
    other: Identity,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A certificate that changed is told and nothing is sent, until it is accepted."""
    assert speech(await _talk(hass)) == "Hello there."
    await hass.async_block_till_done(wait_background_tasks=True)
    server.forget()
    caplog.clear()
    front.replace(other)
    for _ in range(2):
        result = await _talk(hass)
        assert failed(result)
        assert CHANGED in speech(result)
    assert not server.requests
    (down,) = [m for m in caplog.messages if m.startswith("Mine is unavailable: ")]
    assert CHANGED in down
    issue = _issue(hass, loaded)
    assert issue is not None
    assert issue.translation_placeholders == {
        "name": "Mine",
        "host": f"127.0.0.1:{front.port}",
        "fingerprint": other.fingerprint,
    }

    flow = await _start(hass, loaded, SOURCE_RECONFIGURE)
    assert _is_accepted(flow) is True
    typed = {"base_url": loaded.data["base_url"], "api_key": "secret-key"}
    flow = await _submit(hass, flow, **typed)
    _assert_offers(flow, other, CHANGED)
    flow = await _submit(hass, flow, **typed, accept_certificate=True)
    assert flow["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert loaded.data == {**typed, "certificate": other.pem}
    assert _issue(hass, loaded) is None
    assert speech(await _talk(hass)) == "Hello there."


async def test_changed_back(
    hass: HomeAssistant,
    front: TlsFront,
    loaded: MockConfigEntry,
    own: Identity,
    other: Identity,
) -> None:
    """The issue goes when the server has the accepted certificate again."""
    front.replace(other)
    assert failed(await _talk(hass))
    assert _issue(hass, loaded)
    front.replace(own)
    assert speech(await _talk(hass)) == "Hello there."
    assert _issue(hass, loaded) is None


async def test_certificate_vouches_for_no_other(
    hass: HomeAssistant, server: ModelServer, tmp_path: Path
) -> None:
    """One that was signed with the accepted certificate is another one."""
    authority = identity(tmp_path, is_authority=True)
    with TlsFront(authority, server.port) as front:
        await _accept(hass, f"https://127.0.0.1:{front.port}/v1")
        await hass.async_block_till_done(wait_background_tasks=True)
        server.forget()
        front.replace(identity(tmp_path, issuer=authority))
        assert CHANGED in speech(await _talk(hass))
    assert not server.requests


async def test_every_connection_is_pinned(
    hass: HomeAssistant,
    server: ModelServer,
    front: TlsFront,
    loaded: MockConfigEntry,
    other: Identity,
) -> None:
    """Turns, tasks, prewarming and forms accept it, and nothing but it."""
    hass.config_entries.async_update_entry(
        loaded, options={**loaded.options, "prewarm": "always"}
    )
    agent = conversation.async_get_agent(hass, AGENT)
    assert isinstance(agent, conversation.ConversationEntity)
    task: dict[str, Any] = {
        "task_name": "t",
        "entity_id": "ai_task.mine_ai_task",
        "instructions": "Say OK.",
    }

    await agent.async_prepare("en")
    await server.wait_for_completions(1)
    await hass.async_block_till_done()
    assert (await ai_task.async_generate_data(hass, **task)).data == "Hello there."
    flow: Any = await hass.config_entries.options.async_init(loaded.entry_id)
    assert server.requests[-1].path == "/v1/models"

    await hass.async_block_till_done(wait_background_tasks=True)
    server.forget()
    front.replace(other)
    await agent.async_prepare("en")
    await hass.async_block_till_done()
    with pytest.raises(HomeAssistantError, match=CHANGED):
        await ai_task.async_generate_data(hass, **task)
    flow = await hass.config_entries.options.async_configure(
        flow["flow_id"], {"chat_model": "another"}
    )
    assert flow["errors"] == {"base": "cannot_connect"}
    assert CHANGED in flow["description_placeholders"]["advice"]
    assert not server.requests


@pytest.mark.parametrize("is_new", [True, False])
async def test_changed_at_start(
    hass: HomeAssistant,
    server: ModelServer,
    front: TlsFront,
    pinned: MockConfigEntry,
    other: Identity,
    *,
    is_new: bool,
) -> None:
    """An entry that starts with another certificate says so; its facts are there."""
    if not is_new:
        assert await hass.config_entries.async_setup(pinned.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert await hass.config_entries.async_unload(pinned.entry_id)
        server.forget()
    front.replace(other)
    await hass.config_entries.async_setup(pinned.entry_id)
    await hass.async_block_till_done()
    issue = _issue(hass, pinned)
    assert issue is not None
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["fingerprint"] == other.fingerprint
    if is_new:
        assert pinned.state is ConfigEntryState.SETUP_RETRY
        assert CHANGED in str(pinned.reason)
    else:
        assert CHANGED in speech(await _talk(hass))
    assert not server.requests
    await hass.config_entries.async_remove(pinned.entry_id)
    assert _issue(hass, pinned) is None


async def test_reauthentication(
    hass: HomeAssistant,
    server: ModelServer,
    front: TlsFront,
    loaded: MockConfigEntry,
    own: Identity,
    other: Identity,
) -> None:
    """A new key is sent to the accepted certificate, and to a new one after a yes."""
    server.api_key = "new"
    flow = await _start(hass, loaded, SOURCE_REAUTH)
    flow = await _submit(hass, flow, api_key="new")
    assert flow["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert loaded.data["certificate"] == own.pem

    server.api_key = "newer"
    await hass.async_block_till_done(wait_background_tasks=True)
    front.replace(other)
    server.forget()
    flow = await _start(hass, loaded, SOURCE_REAUTH)
    flow = await _submit(hass, flow, api_key="newer")
    _assert_offers(flow, other, CHANGED)
    assert not server.requests
    flow = await _submit(hass, flow, api_key="newer", accept_certificate=True)
    assert flow["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert loaded.data["certificate"] == other.pem
    assert loaded.data["api_key"] == "newer"


async def test_withdraw(
    hass: HomeAssistant, address: str, loaded: MockConfigEntry, own: Identity
) -> None:
    """The form for changes shows what was accepted, and that can be taken back."""
    flow = await _start(hass, loaded, SOURCE_RECONFIGURE)
    assert flow["description_placeholders"]["fingerprint"] == own.fingerprint
    flow = await _submit(hass, flow, base_url=address, accept_certificate=False)
    _assert_offers(flow, own, NOT_TRUSTED)
    assert loaded.data["certificate"] == own.pem
    flow = await _submit(hass, flow, base_url=address, advanced={"verify_ssl": False})
    assert flow["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert loaded.data == {"base_url": address, "api_key": "", "verify_ssl": False}


async def test_moved_with_its_certificate(
    hass: HomeAssistant, server: ModelServer, loaded: MockConfigEntry, own: Identity
) -> None:
    """A server that keeps its certificate at another address need not be accepted."""
    with TlsFront(own, server.port) as moved:
        address = f"https://127.0.0.1:{moved.port}/v1"
        flow = await _start(hass, loaded, SOURCE_RECONFIGURE)
        flow = await _submit(hass, flow, base_url=address)
        assert flow["reason"] == "reconfigure_successful"
        await hass.async_block_till_done()
        assert loaded.data["certificate"] == own.pem
        assert speech(await _talk(hass)) == "Hello there."


async def test_trusted_certificate_needs_no_choice(
    hass: HomeAssistant,
    server: ModelServer,
    front: TlsFront,
    loaded: MockConfigEntry,
    tmp_path: Path,
) -> None:
    """If the server gets a trusted certificate, changing the entry is enough."""
    authority = identity(tmp_path, "Trusted CA", is_authority=True)
    trusting = ssl.create_default_context(cadata=authority.pem)
    # Home Assistant's client, as with an own authority in REQUESTS_CA_BUNDLE.
    hass.data.setdefault(DATA_ASYNC_CLIENT, {})[True, SSL_ALPN_HTTP11] = (
        HassHttpXAsyncClient(verify=trusting)
    )
    front.replace(identity(tmp_path, issuer=authority))
    assert CHANGED in speech(await _talk(hass))
    flow = await _start(hass, loaded, SOURCE_RECONFIGURE)
    flow = await _submit(hass, flow, base_url=loaded.data["base_url"])
    assert flow["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert "certificate" not in loaded.data
    assert _issue(hass, loaded) is None
    assert speech(await _talk(hass)) == "Hello there."


async def test_untrusted_later_without_accepted_certificate(
    hass: HomeAssistant,
    server: ModelServer,
    address: str,
    own: Identity,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An entry without one logs why it does not trust, and can accept it then."""
    hass.config_entries.async_update_entry(
        entry, data={"base_url": address, "api_key": "k"}
    )
    assert not await hass.config_entries.async_setup(entry.entry_id)
    down = [m for m in caplog.messages if m.startswith("Scripted is unavailable: ")]
    assert down
    assert "is not trusted: self-signed certificate." in down[0]
    flow = await _start(hass, entry, SOURCE_RECONFIGURE)
    assert _is_accepted(flow) is None
    flow = await _submit(hass, flow, base_url=address)
    _assert_offers(flow, own, NOT_TRUSTED)
    flow = await _submit(hass, flow, base_url=address, accept_certificate=True)
    assert flow["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


@pytest.fixture
async def spare() -> AsyncGenerator[ModelServer]:
    """Yield the server of the fallback."""
    async with ModelServer(lambda _: reply("I am", " here.")) as spare:
        yield spare


async def test_fallback(
    hass: HomeAssistant,
    server: ModelServer,
    spare: ModelServer,
    entry: MockConfigEntry,
    loaded: MockConfigEntry,
    tmp_path: Path,
) -> None:
    """A fallback has its own certificate, and answers while the first one's changed."""
    spare_identity = identity(tmp_path)
    with TlsFront(spare_identity, spare.port) as spare_front:
        hass.config_entries.async_update_entry(
            entry,
            data={
                "base_url": f"https://127.0.0.1:{spare_front.port}/v1",
                "certificate": spare_identity.pem,
            },
        )
        assert await hass.config_entries.async_reload(entry.entry_id)
        hass.config_entries.async_update_entry(
            loaded, options={**loaded.options, "fallback": entry.entry_id}
        )
        await hass.async_block_till_done()
        server.script(failure(503, Retry_After="60"))
        assert speech(await _talk(hass)) == "I am here."
        # What is accepted of one server is not accepted of the other.
        await hass.async_block_till_done(wait_background_tasks=True)
        spare_front.replace(identity(tmp_path))
        spare.forget()
        server.script(failure(503, Retry_After="60"))
        await _talk(hass)
        assert not spare.requests
        assert _issue(hass, entry)
        assert _issue(hass, loaded) is None


async def test_fallback_for_a_changed_certificate(
    hass: HomeAssistant,
    front: TlsFront,
    spare: ModelServer,
    entry: MockConfigEntry,
    loaded: MockConfigEntry,
    other: Identity,
) -> None:
    """A server with another certificate is down, so the fallback answers."""
    hass.config_entries.async_update_entry(entry, data={"base_url": spare.base_url})
    assert await hass.config_entries.async_reload(entry.entry_id)
    hass.config_entries.async_update_entry(
        loaded, options={**loaded.options, "fallback": entry.entry_id}
    )
    await hass.async_block_till_done()
    front.replace(other)
    assert speech(await _talk(hass)) == "I am here."
    assert _issue(hass, loaded)


@pytest.mark.parametrize("language", ["de", "en", "es", "fr", "nl"])
async def test_languages(
    hass: HomeAssistant,
    front: TlsFront,
    loaded: MockConfigEntry,
    other: Identity,
    language: str,
) -> None:
    """Error, advice, choice and issue are in the user's language."""
    front.replace(other)
    hass.config.language = language
    texts = {
        category: await async_get_translations(hass, language, category, {DOMAIN})
        for category in ("config", "exceptions", "issues", "selector")
    }
    prefix = f"component.{DOMAIN}"
    spoken = texts["exceptions"][f"{prefix}.exceptions.certificate_changed.message"]
    host = f"127.0.0.1:{front.port}"
    assert speech(await _talk(hass, language=language)) == spoken.format(host=host)
    flow = await _start(hass, loaded, SOURCE_RECONFIGURE)
    flow = await _submit(hass, flow, base_url=loaded.data["base_url"])
    shown = flow["description_placeholders"]
    advice = texts["selector"][f"{prefix}.selector.advice.options.certificate_changed"]
    assert shown["advice"] == advice.format(message=other.fingerprint)
    choice = f"{prefix}.config.step.reconfigure.%s.accept_certificate"
    assert texts["config"][choice % "data"]
    described = texts["config"][choice % "data_description"].format(**shown)
    assert f"`{other.fingerprint}`" in described
    assert described.count("`CN=Model server`") == 2
    assert shown["expires"] in described
    issue = texts["issues"][f"{prefix}.issues.certificate_changed.description"]
    placeholders = _issue(hass, loaded).translation_placeholders  # type: ignore[union-attr]
    assert placeholders is not None
    assert f"`{other.fingerprint}`" in issue.format(**placeholders)


async def test_diagnostics(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Diagnostics say that there is an accepted certificate, and not which."""
    diagnostics = await async_get_config_entry_diagnostics(hass, loaded)
    assert diagnostics["data"]["certificate"] == "**REDACTED**"


async def test_client_is_shared_and_closed(
    hass: HomeAssistant, loaded: MockConfigEntry, own: Identity
) -> None:
    """A reload opens no further client, and Home Assistant's end closes it."""
    (client,) = hass.data[DATA_PINNED_CLIENTS].values()
    assert await hass.config_entries.async_reload(loaded.entry_id)
    assert hass.data[DATA_PINNED_CLIENTS] == {own.pem: client}
    assert not client.is_closed
    hass.bus.async_fire(EVENT_HOMEASSISTANT_CLOSE)
    await hass.async_block_till_done()
    assert client.is_closed
