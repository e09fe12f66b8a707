"""Test the repair issue for servers that refuse all tools."""

from collections.abc import Callable
import json
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.openai_compatible_conversation.const import DOMAIN
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from testbed.replies import Call, Reply, failure, say as reply
from testbed.server import ModelServer, RecordedRequest

from .conftest import Say, speech
from .text_calls import TURN_ON

VLLM = (
    '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to '
    "be set"
)
OLLAMA = "registry.ollama.ai/library/gemma3:4b does not support tools"
OPENROUTER = (
    f'No endpoints found that support tool use. Try disabling "{TURN_ON}". To learn '
    "more about provider routing, visit: https://openrouter.ai/docs/guides/routing"
)

WORDS = {
    "vLLM": failure(
        400, {"object": "error", "message": VLLM, "type": "BadRequestError"}
    ),
    "Ollama": failure(
        400, {"error": {"message": OLLAMA, "type": "api_error", "code": None}}
    ),
    "OpenRouter": failure(404, {"error": {"message": OPENROUTER, "code": 404}}),
}


@pytest.fixture(params=WORDS)
def refuse(
    request: pytest.FixtureRequest, server: ModelServer, agent: str
) -> Callable[[], None]:
    """Let a server refuse tools; return a function that lets it accept them."""
    refusal = WORDS[request.param]

    def reject(recorded: RecordedRequest) -> Reply | None:
        is_completion = recorded.path.endswith("/completions")
        return refusal if is_completion and "tools" in recorded.body else None

    def accept() -> None:
        server.reject = None

    server.reject = reject
    return accept


def _issue(hass: HomeAssistant, entry: MockConfigEntry) -> ir.IssueEntry | None:
    """Return the issue."""
    issue_id = f"tools_refused_{entry.entry_id}"
    return ir.async_get(hass).async_get_issue(DOMAIN, issue_id)


async def test_fix(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    entry: MockConfigEntry,
    light: list[ServiceCall],
    refuse: Callable[[], None],
    hass_client: ClientSessionGenerator,
) -> None:
    """The issue has the server's words; submitting it sends tools again at once."""
    assert await async_setup_component(hass, "repairs", {})
    assert speech(await say("Turn on the lamp")) == "Hello there."
    issue = _issue(hass, entry)
    assert issue is not None
    assert issue.is_fixable
    assert not issue.is_persistent
    placeholders = issue.translation_placeholders or {}
    assert "tool" in placeholders["words"]
    assert "`" not in placeholders["words"]
    assert "HassTurnOn" not in placeholders["words"]
    refuse()

    client = await hass_client()
    response = await client.post(
        "/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": issue.issue_id}
    )
    form = await response.json()
    assert form["step_id"] == "confirm"
    assert form["description_placeholders"] == placeholders
    response = await client.post(f"/api/repairs/issues/fix/{form['flow_id']}", json={})
    assert (await response.json())["type"] == "create_entry"
    assert _issue(hass, entry) is None
    server.script(reply(calls=[Call(TURN_ON, {"name": "Lamp"})]), reply("It is on."))
    assert speech(await say("Turn on the lamp")) == "It is on."
    assert len(light) == 1


async def test_refused_again(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    entry: MockConfigEntry,
    refuse: Callable[[], None],
    set_options: Callable[..., None],
) -> None:
    """The issue stays while tools are refused, and goes when they are accepted."""
    await say("One")
    await say("Two")
    assert _issue(hass, entry)
    # With other options, it is asked anew; what was learned still holds.
    set_options(max_tool_iterations=3)
    await hass.async_block_till_done()
    assert _issue(hass, entry) is None
    await say("Three")
    assert _issue(hass, entry)
    refuse()
    data = {"config_entry_id": entry.entry_id}
    await hass.services.async_call(DOMAIN, "forget_server", data, blocking=True)
    await say("Four")
    assert _issue(hass, entry) is None


async def test_not_loaded(
    hass: HomeAssistant,
    say: Say,
    entry: MockConfigEntry,
    refuse: Callable[[], None],
    hass_client: ClientSessionGenerator,
) -> None:
    """While the entry is not loaded, the issue stays; it goes with the entry."""
    assert await async_setup_component(hass, "repairs", {})
    await say("One")
    issue = _issue(hass, entry)
    assert issue is not None
    await hass.config_entries.async_unload(entry.entry_id)
    client = await hass_client()
    response = await client.post(
        "/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": issue.issue_id}
    )
    flow_id = (await response.json())["flow_id"]
    response = await client.post(f"/api/repairs/issues/fix/{flow_id}", json={})
    answer: dict[str, Any] = json.loads(await response.text())
    assert (answer["type"], answer["reason"]) == ("abort", "not_loaded")
    assert _issue(hass, entry)
    await hass.config_entries.async_remove(entry.entry_id)
    assert _issue(hass, entry) is None


async def test_no_issue(
    hass: HomeAssistant, server: ModelServer, say: Say, entry: MockConfigEntry
) -> None:
    """A refusal of one tool, or of a parameter, is no reason to call the user."""
    server.script(
        failure(400, {"error": {"message": "stream_options is not supported"}}),
        failure(
            400, {"error": {"message": "Invalid schema for function 'HassTurnOn'"}}
        ),
    )
    assert speech(await say("Hello")) == "Hello there."
    assert _issue(hass, entry) is None
