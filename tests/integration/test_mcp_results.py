"""Test results of Home Assistant's own client for the Model Context Protocol."""

import base64
from collections.abc import AsyncGenerator, Callable
import json
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from testbed.mcp import RemoteTool, ToolServer
from testbed.replies import Call, say as reply
from testbed.server import ModelServer

from .conftest import Say, speech

pytest.importorskip("mcp")

ENCODED = base64.b64encode(b"\xff\xd8\xff\xe0 and pixels" * 21).decode()


def dropped(_: dict[str, Any]) -> str:
    """Drop the connection."""
    raise ConnectionAbortedError


@pytest.fixture
async def answers() -> dict[str, Callable[[dict[str, Any]], Any]]:
    """Return what the tool answers."""
    return {}


@pytest.fixture
async def mcp(
    hass: HomeAssistant,
    set_options: Callable[..., None],
    components: None,
    answers: dict[str, Callable[[dict[str, Any]], Any]],
) -> AsyncGenerator[ToolServer]:
    """Set up the integration for a tool server, as the only tools."""
    parameters = {"room": {"type": "string"}, "limit": {"type": "integer"}}

    def answer(arguments: dict[str, Any]) -> Any:
        """Answer as the test wants it now."""
        return answers["look"](arguments)

    tool = RemoteTool("look", "Looks.", answer, parameters)
    async with ToolServer("House", [tool]) as server:
        entry = MockConfigEntry(domain="mcp", title="House", data={"url": server.url})
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        set_options(llm_hass_api=[f"mcp-{entry.entry_id}"])
        yield server


async def looked(server: ModelServer, say: Say, **arguments: Any) -> Any:
    """Have the tool called; return the messages that follow the call."""
    name = server.bodies[-1]["tools"][-1]["function"]["name"]
    server.forget()
    server.script(reply(calls=[Call(name, arguments)]), reply("So."))
    assert speech(await say("Look")) == "So."
    messages = server.bodies[1]["messages"]
    last_call = max(n for n, m in enumerate(messages) if m.get("tool_calls"))
    return messages[last_call + 1 :]


async def test_content(
    server: ModelServer,
    say: Say,
    mcp: ToolServer,
    answers: dict[str, Callable[[dict[str, Any]], Any]],
) -> None:
    """Text, links and pictures of a result reach the model, each in its way."""
    await say("Hello")
    blob = {"uri": "file:///a.txt", "mimeType": "text/plain", "blob": "R3LDvMOfZQ=="}
    answers["look"] = lambda _: {
        "content": [
            {"type": "text", "text": "The front door"},
            {"type": "image", "data": ENCODED, "mimeType": "image/jpeg"},
            {"type": "audio", "data": ENCODED[::-1], "mimeType": "audio/wav"},
            {"type": "resource_link", "uri": "https://example.org/a", "name": "A"},
            {"type": "resource", "resource": blob},
        ]
    }
    result, shown = await looked(server, say)
    text, image, audio, link, resource = json.loads(result["content"])["content"]
    assert text["text"] == "The front door"
    assert image["data"] == "(picture: image/jpeg, 1 kB)"
    assert audio["data"].startswith("(binary data: audio/wav, ")
    assert link["uri"] == "https://example.org/a"
    assert resource["resource"]["blob"] == "Grüße"
    _, picture = shown["content"]
    assert picture["image_url"]["url"] == f"data:image/jpeg;base64,{ENCODED}"


async def test_long_list(
    server: ModelServer,
    say: Say,
    mcp: ToolServer,
    answers: dict[str, Callable[[dict[str, Any]], Any]],
    entry: MockConfigEntry,
) -> None:
    """JSON in the text of a result is cut as what it is."""
    await say("Hello")
    items = [{"name": f"Shelf {n}", "status": "ok"} for n in range(900)]
    items[700]["status"] = "missing"
    answers["look"] = lambda _: json.dumps({"items": items})
    (result,) = await looked(server, say, room="Cellar")
    limits = entry.runtime_data.entry_state.budget.limits()
    assert limits.count(result["content"]) <= limits.result
    data = json.loads(result["content"])
    *kept, marker = data["content"][0]["text"]["items"]
    assert items[700] in kept
    assert marker.startswith(f"… {900 - len(kept)} of 900 entries not shown")
    assert "If it only reads, call it again with limit, room" in data["note"]


async def test_dropped_connection(
    server: ModelServer,
    say: Say,
    mcp: ToolServer,
    answers: dict[str, Callable[[dict[str, Any]], Any]],
) -> None:
    """A connection that is dropped, and an answer of no use, are error results."""
    await say("Hello")
    for answer in (dropped, lambda _: {"content": "nonsense"}):
        answers["look"] = answer
        (result,) = await looked(server, say)
        found = json.loads(result["content"])
        assert found["error"] in ("HomeAssistantError", "ValidationError")
        assert len(found["error_text"]) > 40
