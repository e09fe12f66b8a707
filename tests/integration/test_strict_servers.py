"""Test whole conversations with servers that reject what others accept."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.openai_compatible_conversation.const import DOMAIN
from custom_components.openai_compatible_conversation.entry_state import (
    DATA_ENTRY_STATES,
)
from custom_components.openai_compatible_conversation.options import Options
from homeassistant.core import Context, HomeAssistant, ServiceCall
from testbed import strict_servers
from testbed.replies import Answer, Body, Call, Reply, say as reply
from testbed.request_view import words
from testbed.server import ModelServer, RecordedRequest

from .conftest import MODEL, Say, failed, speech
from .test_session import handle_locally
from .text_calls import TURN_ON, text_call

LAMP = {"name": "Lamp"}
AZURE_IDS = ("call_" + "a" * 24, "call_" + "b" * 24)


@dataclass(frozen=True)
class Mode:
    """A strict server, and the ids that it gives to calls."""

    reject: Callable[[RecordedRequest], Reply | None]
    ids: tuple[str, str]
    lessons: int
    """How often a request of the conversation is rejected before the server is known."""
    prefix: str = "/v1"
    query: str = ""


MODES = {
    # Text beside calls, and a user who speaks after a result.
    "mistral": Mode(strict_servers.mistral, ("D681PevKs", "bC3xY9zQ1"), 2),
    # Null beside calls.
    "lm_studio": Mode(strict_servers.lm_studio, ("365174485", "365174485"), 1),
    "gemini": Mode(
        strict_servers.gemini,
        ("function-call-1", "function-call-1"),
        0,
        "/v1beta/openai",
    ),
    "azure": Mode(strict_servers.azure, AZURE_IDS, 0, "/openai/v1"),
    "azure, a deployment": Mode(
        strict_servers.azure,
        AZURE_IDS,
        0,
        f"/openai/deployments/{strict_servers.AZURE_DEPLOYMENT}",
        "?api-version=2024-10-21",
    ),
}


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> Mode:
    """Run a test with each strict server."""
    return MODES[request.param]


@pytest.fixture
async def server(mode: Mode) -> AsyncGenerator[ModelServer]:
    """Yield a strict server; the test fails if it found other faults in requests."""
    async with ModelServer(prefix=mode.prefix) as server:
        server.reject = mode.reject
        yield server
        assert not server.faults


@pytest.fixture
def entry(hass: HomeAssistant, server: ModelServer, mode: Mode) -> MockConfigEntry:
    """Return an entry with the key in the header that Azure reads it from."""
    options = Options(
        chat_model=MODEL,
        enable_fact_learning=False,
        extra_headers={"api-key": strict_servers.AZURE_KEY},
    )
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Scripted",
        data={"base_url": f"{server.base_url}{mode.query}", "api_key": "secret-key"},
        options=options.stored(),
    )
    entry.add_to_hass(hass)
    return entry


def ids_of(body: Body) -> list[str]:
    """Return the ids of the calls in a request."""
    return [
        call["id"]
        for message in body["messages"]
        for call in message.get("tool_calls") or ()
    ]


async def test_conversation(
    hass: HomeAssistant,
    mode: Mode,
    server: ModelServer,
    entry: MockConfigEntry,
    say: Say,
    light: list[ServiceCall],
    resident: Context,
) -> None:
    """Calls of any kind, local commands, rooms and a restart pass a strict server."""

    async def heard(text: str, *answers: Answer, **fields: Any) -> str:
        server.script(*answers)
        result = await say(text, **fields)
        assert not failed(result), speech(result)
        return speech(result)

    kitchen = await handle_locally(hass, "turn on the lamp", resident)
    said = await heard("What did you do?", reply("A lamp."), conversation_id=kitchen)
    assert said == "A lamp."
    turn_on = Call(TURN_ON, LAMP, id=mode.ids[0])
    await heard("On, please", reply(calls=[turn_on]), reply("It is on."))
    turn_on = Call(TURN_ON, LAMP, id=mode.ids[1])
    await heard("Again", reply("Well.", calls=[turn_on]), reply("It is on."))
    await heard("And now?", reply(text_call(TURN_ON, **LAMP)), reply("It is on."))
    # The model has nothing to say after its call, and the user goes on.
    assert (
        await heard("Once more", reply(text_call(TURN_ON, **LAMP)), reply()) == "Done."
    )
    assert await heard("Thanks", device_id="bedroom") == "Hello there."
    assert len(light) == 5
    assert rejected(server) == mode.lessons
    ids = ids_of(server.bodies[-1])
    assert len(set(ids)) == len(ids) >= 4

    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    del hass.data[DATA_ENTRY_STATES][entry.entry_id]
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    await handle_locally(hass, "turn on the lamp", resident, kitchen)
    await heard("What was that?", reply("The lamp."), conversation_id=kitchen)
    await heard("On, please", reply(calls=[turn_on]), reply("It is on."))
    assert "And now?" in map(words, contents(server))
    assert rejected(server) == mode.lessons


def contents(server: ModelServer) -> list[str]:
    """Return the contents of the messages in the last request."""
    return [m["content"] or "" for m in server.bodies[-1]["messages"]]


def rejected(server: ModelServer) -> int:
    """Return how many chat completion requests were rejected."""
    return sum(r.path.endswith("/chat/completions") for r in server.rejected)
