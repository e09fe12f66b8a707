"""Fifty wrong inputs to each form: each ends on a form that says what to do.

They are sent over Home Assistant's HTTP API, as the frontend sends them, to servers on
loopback that misbehave.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
import re
from typing import Any

from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.openai_compatible_conversation.const import DOMAIN
from custom_components.openai_compatible_conversation.flows.local_discovery import (
    DATA_CANDIDATES,
)
from custom_components.openai_compatible_conversation.options import Options
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
from testbed.hass import claim_port

from .bad_servers import BadServer, bad_server
from .certificates import identity, tls_port

pytestmark = [pytest.mark.usefixtures("components"), pytest.mark.timeout(600)]

LANGUAGES = ("en", "de", "fr", "es", "nl")

SCHEMA = "schema"
"""Stands for an error of Home Assistant itself, for a value that a field cannot have.

The frontend keeps what was typed, and shows the error at the field.
"""


@dataclass(frozen=True)
class Wrong:
    """A wrong input: what is typed, the error, and words of what to do about it."""

    typed: Mapping[str, Any]
    error: str
    words: str = ""
    server: str = "good"
    """The server that it is for, where the address is not typed."""
    step: str | None = None
    """The form that it ends on, if it is not the same."""


class Forms:
    """The forms of the flows, over the HTTP API."""

    def __init__(
        self, hass: HomeAssistant, client: TestClient[Any, Any], server: BadServer
    ) -> None:
        """Initialize with a client of an administrator."""
        self.hass = hass
        self.client = client
        self.server = server

    async def start(self, path: str, **data: Any) -> dict[str, Any]:
        """Start a flow and return its first form."""
        response = await self.client.post(path, json=data)
        form: dict[str, Any] = await response.json()
        assert form["type"] == "form", form
        return form

    async def submit(
        self, path: str, form: Mapping[str, Any], typed: Mapping[str, Any]
    ) -> tuple[int, dict[str, Any]]:
        """Submit a form and return the status and the result."""
        response = await self.client.post(f"{path}/{form['flow_id']}", json=typed)
        return response.status, await response.json()

    async def check(
        self,
        path: str,
        form: Mapping[str, Any],
        wrong: Wrong,
        shown: Mapping[str, Any] | None = None,
    ) -> None:
        """Submit a wrong input, and check what the form says and shows then.

        `shown` is what it shows if that is not what was typed.
        """
        status, result = await self.submit(path, form, wrong.typed)
        if wrong.error == SCHEMA:
            assert status == HTTPStatus.BAD_REQUEST, (wrong, result)
            assert all(map(str, result["errors"].values()))
            response = await self.client.get(f"{path}/{form['flow_id']}")
            assert (await response.json())["step_id"] == form["step_id"]
            return
        assert status == HTTPStatus.OK, (wrong, result)
        assert result["type"] == "form", (wrong, result)
        assert result["step_id"] == (wrong.step or form["step_id"]), (wrong, result)
        errors = result["errors"] or {}
        assert list(errors.values()) == [wrong.error], (wrong, result)
        said = await self.said(path, wrong.error, result["description_placeholders"])
        assert wrong.words in said, (wrong, said)
        if wrong.step is None or shown is not None:
            expected = wrong.typed if shown is None else shown
            assert suggested(result["data_schema"]) == expected, (wrong, result)

    async def said(self, path: str, error: str, placeholders: Mapping[str, str]) -> str:
        """Return the English text of an error; all languages have one."""
        category = "options" if "options" in path else "config"
        key = f"component.{DOMAIN}.{category}.error.{error}"
        for language in LANGUAGES:
            texts = await async_get_translations(
                self.hass, language, category, {DOMAIN}
            )
            text = texts[key].format(**placeholders)
            assert re.search(r"\w+ \w+", text)
        texts = await async_get_translations(self.hass, "en", category, {DOMAIN})
        return texts[key].format(**placeholders)


def suggested(fields: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the suggested values of a form as the frontend gets them."""
    values = {}
    for field in fields:
        if field.get("type") == "expandable":
            if nested := suggested(field["schema"]):
                values[field["name"]] = nested
        elif "suggested_value" in (description := field.get("description") or {}):
            values[field["name"]] = description["suggested_value"]
    return values


@pytest.fixture
async def server() -> AsyncGenerator[BadServer]:
    """Yield the server that misbehaves."""
    async with bad_server() as server:
        yield server


@pytest.fixture
async def forms(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, server: BadServer
) -> Forms:
    """Return the forms, with the discovery of servers disabled."""
    hass.data[DATA_CANDIDATES] = ()
    assert await async_setup_component(hass, "config", {})
    return Forms(hass, await hass_client(), server)


FLOW = "/api/config/config_entries/flow"
OPTIONS_FLOW = "/api/config/config_entries/options/flow"

PATH = "There is a server, but no such API."
RUNNING = "Check the address, and that the server is running"
HTTPS = "begin the address with https"
KEY = "valid API key"
ADDRESS = "This is not the address of a server."
LATER = "try again in a minute"
HEADERS = "must be a JSON object of names and texts"
ANSWERED = "answered with an error: "

NO_ADDRESSES = [
    "",
    " ",
    "http://",
    "https://",
    "http:///v1",
    "http://:8080/v1",
    "http://?api-version=1",
    "http://user@/v1",
    "not an address",
    "http://127.0.0.1 /v1",
    "http://127.0.0.1/v1\x00",
    "ftp://127.0.0.1/v1",
    "file:///etc/passwd",
    "http://[/v1",
    "http://[::1/v1",
    "http://127.0.0.1:99999/v1",
    "http://127.0.0.1:0/v1",
    "http://127.0.0.1:http/v1",
    "http://a..b/v1",
    f"http://{'a' * 64}.com/v1",
    f"http://127.0.0.1/{'a' * 70_000}",
]
"""What is no address."""

NO_KEYS = ["k\u2603", "\u00e9", "k\x00", "k\x7f", "\u30ad\u30fc"]
"""What cannot be sent as a key."""

NO_HEADERS = [
    "X-Team",
    "7",
    "[1, 2]",
    '{"X-Team": ',
    "X-Team: [blue",
    '{"X-Team": null}',
    '{"X-Team": ""}',
    '{"X-Team": {"a": 1}}',
    '{"X-Team": "a\\nb"}',
    '{"X-Team": "K\u00fcche"}',
    '{"X Team": "blue"}',
    '{"Content-Length": "3"}',
    "[" * 10_000,
]
"""What are no headers."""

BAD_SERVERS = {
    "html": ("cannot_connect", PATH),
    "text": ("cannot_connect", PATH),
    "nothing": ("cannot_connect", PATH),
    "no-content": ("cannot_connect", PATH),
    "broken-json": ("cannot_connect", PATH),
    "null": ("cannot_connect", PATH),
    "number": ("cannot_connect", PATH),
    "other-json": ("cannot_connect", PATH),
    "wrong-data": ("cannot_connect", PATH),
    "deep-json": ("cannot_connect", PATH),
    "binary": ("cannot_connect", PATH),
    "picture": ("cannot_connect", PATH),
    "status-404": ("cannot_connect", PATH),
    "status-405": ("cannot_connect", PATH),
    "html-404": ("cannot_connect", PATH),
    "circle": ("cannot_connect", "redirects to http://127.0.0.1:"),
    "elsewhere": ("cannot_connect", "redirects to https://models.example.com/v1"),
    "login": ("cannot_connect", "/html/login"),
    "abort": ("cannot_connect", HTTPS),
    "wrong-key-401": ("invalid_auth", KEY),
    "wrong-key-403": ("invalid_auth", KEY),
    "wrong-key-text": ("invalid_auth", KEY),
    "status-408": ("timeout", LATER),
    "hang": ("timeout", LATER),
    "status-400": ("api_error", ANSWERED + "No 400"),
    "status-402": ("api_error", ANSWERED + "No 402"),
    "status-429": ("api_error", ANSWERED + "No 429"),
    "status-500": ("api_error", ANSWERED + "No 500"),
    "busy-502": ("api_error", ANSWERED + "HTTP 502"),
    "busy-503": ("api_error", ANSWERED + "Overloaded"),
    "no-url": ("api_error", ANSWERED + "HTTP 307"),
}
"""Error and words for servers that misbehave at everything."""

BAD_MODELS = {
    "html": ("cannot_connect", PATH),
    "text": ("cannot_connect", PATH),
    "nothing": ("cannot_connect", PATH),
    "no-content": ("cannot_connect", PATH),
    "broken-json": ("cannot_connect", PATH),
    "null": ("cannot_connect", PATH),
    "number": ("cannot_connect", PATH),
    "other-json": ("cannot_connect", PATH),
    "wrong-data": ("cannot_connect", PATH),
    "binary": ("cannot_connect", PATH),
    "picture": ("cannot_connect", PATH),
    "empty-stream": ("cannot_connect", PATH),
    "only-done": ("cannot_connect", PATH),
    "only-comments": ("cannot_connect", PATH),
    "html-404": ("cannot_connect", PATH),
    "status-405": ("cannot_connect", PATH),
    "circle": ("cannot_connect", "redirects to http://127.0.0.1:"),
    "elsewhere": ("cannot_connect", "redirects to https://models.example.com/v1"),
    "login": ("cannot_connect", PATH),
    "wrong-key-401": ("invalid_auth", KEY),
    "wrong-key-403": ("invalid_auth", KEY),
    "wrong-key-text": ("invalid_auth", KEY),
    "abort": ("cannot_connect", HTTPS),
    "lost-later": ("cannot_connect", RUNNING),
    "wrong-encoding": ("cannot_connect", RUNNING),
    "no-model": ("model_not_found", "does not have this model: model 'x' not found"),
    "no-model-400": ("model_not_found", "does not have this model"),
    "status-408": ("timeout", LATER),
    "status-400": ("api_error", ANSWERED + "No 400"),
    "status-402": ("api_error", ANSWERED + "No 402"),
    "status-409": ("api_error", ANSWERED + "No 409"),
    "status-418": ("api_error", ANSWERED + "No 418"),
    "status-422": ("api_error", ANSWERED + "No 422"),
    "status-429": ("api_error", ANSWERED + "No 429"),
    "status-431": ("api_error", ANSWERED + "No 431"),
    "status-500": ("api_error", ANSWERED + "No 500"),
    "status-501": ("api_error", ANSWERED + "No 501"),
    "html-500": ("api_error", ANSWERED + "HTTP 500"),
    "busy-502": ("api_error", ANSWERED + "HTTP 502"),
    "busy-503": ("api_error", ANSWERED + "Overloaded"),
    "busy-504": ("api_error", ANSWERED + "HTTP 504"),
    "no-tools": ("api_error", ANSWERED + "tools need a flag"),
    "no-credit": ("api_error", ANSWERED),
    "error-event": ("api_error", ANSWERED + "No luck"),
    "error-object": ("api_error", ANSWERED + "No luck"),
}
"""Error and words for servers that list a model, and misbehave when it is tried."""

ENTRY_ERRORS = {"model_not_found"}
"""What does not keep an entry from being changed: its model can be changed later."""


def server_inputs(server: BadServer) -> list[Wrong]:
    """Return wrong inputs of a form for a server."""
    good = server.url("good")
    typed: list[tuple[dict[str, Any], str, str]] = [
        *(({"base_url": text}, "cannot_connect", ADDRESS) for text in NO_ADDRESSES),
        *(
            ({"base_url": server.url(name)}, error, words)
            for name, (error, words) in BAD_SERVERS.items()
        ),
        *(({"base_url": good, "api_key": key}, "invalid_auth", KEY) for key in NO_KEYS),
        *(
            (
                {"base_url": good, "advanced": {"extra_headers": text}},
                "extra_headers_invalid",
                HEADERS,
            )
            for text in NO_HEADERS
        ),
        (
            {"base_url": f"http://127.0.0.1:{claim_port()}/v1", "api_key": " k "},
            "cannot_connect",
            RUNNING,
        ),
        ({"base_url": good.replace("http:", "https:")}, "cannot_connect", "with http."),
        ({"base_url": server.url("locked"), "api_key": ""}, "invalid_auth", KEY),
        ({"base_url": server.url("locked"), "api_key": "x"}, "invalid_auth", KEY),
        ({"base_url": good, "api_key": "x" * 9000}, "api_error", ANSWERED),
        ({"base_url": None}, SCHEMA, ""),
        ({"base_url": 7}, SCHEMA, ""),
        ({"base_url": good, "api_key": ["k"]}, SCHEMA, ""),
        ({"base_url": good, "advanced": "none"}, SCHEMA, ""),
        ({"base_url": good, "advanced": {"other": 1}}, SCHEMA, ""),
        ({"base_url": good, "other": 1}, SCHEMA, ""),
    ]
    for fields, _, _ in typed:
        if isinstance(advanced := fields.get("advanced"), dict):
            advanced.setdefault("verify_ssl", True)
    return [Wrong(*item) for item in typed]


async def _check_all(
    wrong: list[Wrong], check: Callable[[Wrong], Awaitable[None]]
) -> None:
    """Check at least fifty wrong inputs, some at the same time."""
    assert len(wrong) >= 50
    at_once = asyncio.Semaphore(6)

    async def limited(wrong: Wrong) -> None:
        async with at_once:
            await check(wrong)

    results = await asyncio.gather(*map(limited, wrong), return_exceptions=True)
    failed = [result for result in results if isinstance(result, BaseException)]
    assert not failed, "\n".join(map(str, failed))


async def test_user(forms: Forms) -> None:
    """The first form keeps what was typed, and says what to do."""
    wrong = [
        Wrong({"name": "Mine", **w.typed}, w.error, w.words)
        for w in server_inputs(forms.server)
    ]
    wrong.append(Wrong({"name": 7, "base_url": forms.server.url("good")}, SCHEMA))

    async def check(wrong: Wrong) -> None:
        form = await forms.start(FLOW, handler=DOMAIN)
        await forms.check(FLOW, form, wrong)

    await _check_all(wrong, check)
    assert not forms.hass.config_entries.async_entries(DOMAIN)


async def test_tls_of_first_form(forms: Forms, tmp_path: Path) -> None:
    """A certificate that is not trusted is told, and what was typed stays."""
    said = {"https": "turn off checking the certificate", "http": HTTPS}
    with tls_port(identity(tmp_path).server_context()) as port:
        for scheme, words in said.items():
            typed = {"name": "Mine", "base_url": f"{scheme}://127.0.0.1:{port}/v1"}
            form = await forms.start(FLOW, handler=DOMAIN)
            await forms.check(FLOW, form, Wrong(typed, "cannot_connect", words))


async def test_model(forms: Forms) -> None:
    """The form for the model keeps what was typed, or leads back to the first one."""
    leads_back = {"invalid_auth"}
    wrong = [
        Wrong(
            {"chat_model": "x"},
            error,
            words,
            server=f"trial/{name}",
            step="user" if error in leads_back or words == PATH else None,
        )
        for name, (error, words) in BAD_MODELS.items()
    ]
    wrong = [
        Wrong(w.typed, w.error, w.words, w.server, "user")
        if "redirects" in w.words
        else w
        for w in wrong
    ]
    wrong += [
        Wrong({"chat_model": text}, "model_required", "type its name")
        for text in ("", " ", "\t\n")
    ]
    wrong += [
        Wrong({"chat_model": value}, SCHEMA) for value in (7, None, ["x"], {"x": 1})
    ]
    wrong += [Wrong({}, SCHEMA), Wrong({"chat_model": "x", "other": 1}, SCHEMA)]

    async def check(wrong: Wrong) -> None:
        typed = {"name": "Mine", "base_url": forms.server.url(wrong.server)}
        form = await forms.start(FLOW, handler=DOMAIN)
        _, form = await forms.submit(FLOW, form, typed)
        assert form["step_id"] == "model", form
        shown = None
        if wrong.step == "user":
            shown = typed
        elif wrong.error == "model_required":
            shown = {"chat_model": ""}
        await forms.check(FLOW, form, wrong, shown)

    await _check_all(wrong, check)
    assert not forms.hass.config_entries.async_entries(DOMAIN)


def _add_entry(
    hass: HomeAssistant, base_url: str, patience: int | None = None
) -> MockConfigEntry:
    """Add an entry."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=base_url,
        data={"base_url": base_url, "api_key": "old"},
        options=Options(chat_model="old", patience=patience).stored(),
    )
    entry.add_to_hass(hass)
    return entry


async def test_reauth(forms: Forms) -> None:
    """The form for a new key keeps it, and says what to do."""
    trials = {**BAD_MODELS, "hang": ("timeout", LATER), "hang-later": ("timeout", "")}
    wrong = [
        *(
            Wrong({"api_key": "new"}, error, words, server=name)
            for name, (error, words) in BAD_SERVERS.items()
        ),
        *(
            Wrong({"api_key": "new"}, error, words, server=f"trial/{name}")
            for name, (error, words) in trials.items()
            if error not in ENTRY_ERRORS
        ),
        *(
            Wrong({"api_key": key}, "invalid_auth", KEY, server="locked")
            for key in ("", " ", "Bearer ", "wrong", "right x", "Basic right", *NO_KEYS)
        ),
        Wrong({"api_key": "x" * 9000}, "api_error", ANSWERED),
        *(Wrong({"api_key": value}, SCHEMA) for value in (7, None, ["k"], {"k": 1})),
        Wrong({}, SCHEMA),
    ]

    async def check(wrong: Wrong) -> None:
        patience = 1 if "hang" in wrong.server else None
        entry = _add_entry(forms.hass, forms.server.url(wrong.server), patience)
        before = dict(entry.data)
        form = await entry.start_reauth_flow(forms.hass)
        await forms.check(FLOW, form, wrong)
        assert entry.data == before

    await _check_all(wrong, check)


async def test_reconfigure(forms: Forms) -> None:
    """The form for the server keeps what was typed, and says what to do."""
    wrong = server_inputs(forms.server)
    wrong += [
        Wrong({"base_url": forms.server.url(f"trial/{name}")}, error, words)
        for name, (error, words) in BAD_MODELS.items()
        if error not in ENTRY_ERRORS
    ]
    wrong.append(Wrong({}, SCHEMA))
    entry = _add_entry(forms.hass, forms.server.url("good"))
    before = dict(entry.data), dict(entry.options)

    async def check(wrong: Wrong) -> None:
        form = await forms.start(FLOW, handler=DOMAIN, entry_id=entry.entry_id)
        await forms.check(FLOW, form, wrong)

    await _check_all(wrong, check)
    assert (dict(entry.data), dict(entry.options)) == before


NO_BODIES = [
    "seven",
    "7",
    "[1]",
    '{"a": 1',
    "a: [1",
    "a: .inf",
    "2026-01-01: a",
    "a: &a [*a]",
    "a: !include /etc/hostname",
    "[" * 10_000,
    f'{{"seed": {2**64}}}',
    '{"stop": "\\ud800"}',
]
"""What are no additional parameters."""

OUT_OF_RANGE: list[dict[str, Any]] = [
    {"tools": {"max_tool_iterations": 0}},
    {"tools": {"max_tool_iterations": 26}},
    {"tools": {"max_tool_iterations": "many"}},
    {"tools": {"tool_discovery": "sometimes"}},
    {"memory": {"conversation_timeout": 0}},
    {"memory": {"conversation_timeout": 601}},
    {"memory": {"other": 1}},
    {"voice": {"clean_speech": ""}},
    {"voice": "none"},
    {"model": {"max_tokens": 0}},
    {"model": {"max_tokens": 131_073}},
    {"model": {"temperature": 2.1}},
    {"model": {"temperature": -1}},
    {"model": {"top_p": 1.1}},
    {"model": {"patience": 9}},
    {"model": {"patience": 1801}},
    {"model": {"prewarm": "yes"}},
    {"model": {"extra_body": 7}},
    {"prompt": "{{ unclosed"},
    {"prompt": "{% if %}"},
    {"prompt": []},
    {"llm_hass_api": ["no-such-api"]},
    {"llm_hass_api": "assist"},
    {"chat_model": 7},
    {"chat_model": None},
    {"other": 1},
]
"""Values that fields of the options cannot have."""


async def test_options(forms: Forms) -> None:
    """The options keep what was typed, and say what to do."""
    wrong = [
        *(
            Wrong({"chat_model": "x"}, error, words, server=f"trial/{name}")
            for name, (error, words) in {
                **BAD_MODELS,
                "hang": ("timeout", LATER),
                "hang-later": ("timeout", LATER),
            }.items()
        ),
        *(
            Wrong({"model": {"extra_body": text}}, "extra_body_invalid", "JSON object")
            for text in NO_BODIES
        ),
        *(
            Wrong({"model": {"extra_headers": text}}, "extra_headers_invalid", HEADERS)
            for text in NO_HEADERS
        ),
        Wrong(
            {"model": {"extra_body": '{"stream": true, "messages": []}'}},
            "extra_body_managed",
            "messages, stream",
        ),
        *(
            Wrong({"chat_model": text}, "model_required", "type its name")
            for text in " \t"
        ),
        *(Wrong(typed, SCHEMA) for typed in OUT_OF_RANGE),
    ]

    async def check(wrong: Wrong) -> None:
        entry = _add_entry(forms.hass, forms.server.url(wrong.server))
        before = dict(entry.options)
        form = await forms.start(OPTIONS_FLOW, handler=entry.entry_id)
        typed: dict[str, Any] = {
            "chat_model": "old",
            "prompt": "My own instructions",
            "llm_hass_api": ["assist"],
            "own_prompt_only": True,
            "memory": {
                "conversation_timeout": 7,
                "enable_fact_learning": True,
                "recall_facts": False,
            },
            "model": {
                "recommended": True,
                "temperature": 0.5,
                "patience": 10 if "hang" in wrong.server else 600,
                "prewarm": "auto",
            },
        }
        for key, value in wrong.typed.items():
            if key == "model":
                typed[key] = {**typed[key], **value}
            else:
                typed[key] = value
        shown = {**typed}
        for section in ("tools", "voice"):
            shown.setdefault(section, suggested(form["data_schema"])[section])
        await forms.check(
            OPTIONS_FLOW,
            form,
            Wrong(typed, wrong.error, wrong.words, wrong.server),
            None if wrong.error == SCHEMA else shown,
        )
        assert dict(entry.options) == before

    await _check_all(wrong, check)
