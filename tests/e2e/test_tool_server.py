"""Tests of tools on demand with hundreds of tools of an MCP server."""

from collections.abc import AsyncGenerator

import orjson
import pytest

from testbed.assistant import Agent as Entry, add_tool_server, allow
from testbed.mcp import ToolServer
from testbed.replies import Call, say
from testbed.server import ModelServer
from testbed.tools import household
from testbed.websocket import Client

from .agent import Agent

COUNT = 270


@pytest.fixture
async def tools() -> AsyncGenerator[ToolServer]:
    """Return a tool server."""
    async with ToolServer("Household", household(COUNT)) as server:
        yield server


async def test_finds_and_uses(
    agent: Agent, server: ModelServer, client: Client, tools: ToolServer
) -> None:
    """A tool is found by search, called through Home Assistant, and traced."""
    api = await add_tool_server(client, tools.url)
    entry = Entry(agent.entry_id, "", "scripted")
    await allow(client, entry, "assist", api, tools={"tool_discovery": "never"})
    await agent.say("hello")
    every = server.bodies[-1]["tools"]
    assert len(every) > COUNT

    await allow(client, entry, "assist", api, tools={"tool_discovery": "auto"})
    query = Call("query_tools", {"query": "how much food is left in the pantry"})
    pantry = next(
        tool["function"]["name"]
        for tool in every
        if tool["function"]["name"].endswith("pantry_stock")
    )
    server.script(
        say(calls=[query]),
        say(calls=[Call(pantry, {"item": "eggs"})]),
        say("There are seven."),
    )
    turn = await agent.say("How many eggs are there?")
    assert turn.answer == "There are seven."
    assert [call.name for call in turn.calls] == ["query_tools", pantry]
    assert tools.calls == [("pantry_stock", {"item": "eggs"})]
    first, found, answered = server.bodies[-3:]
    assert len(orjson.dumps(first["tools"])) < 0.1 * len(orjson.dumps(every))
    assert pantry in [tool["function"]["name"] for tool in found["tools"]]
    assert "eggs: 7" in answered["messages"][-1]["content"]
    # The system prompt does not list the names of the tools, either.
    assert "wine_export" not in first["messages"][0]["content"]


async def test_server_gone(
    agent: Agent, server: ModelServer, client: Client, tools: ToolServer
) -> None:
    """Without the tool server the agent still has the tools of Assist."""
    api = await add_tool_server(client, tools.url)
    entry = Entry(agent.entry_id, "", "scripted")
    await allow(client, entry, "assist", api)
    number = api.removeprefix("mcp-")
    await client.rest("DELETE", f"config/config_entries/entry/{number}")
    turn = await agent.say("hello")
    assert turn.answer == "Hello there."
    names = [tool["function"]["name"] for tool in server.bodies[-1]["tools"]]
    assert any(name.endswith("HassTurnOn") for name in names)
