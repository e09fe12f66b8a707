"""Request size, latency and search time with hundreds of tools."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
import json
from statistics import median, quantiles
import time
from typing import Any

import orjson

from custom_components.openai_compatible_conversation.tools.catalog import Catalog
from testbed.assistant import Agent, add_agent, add_pipeline, add_tool_server, allow
from testbed.hass import Hass
from testbed.house import furnish
from testbed.mcp import ToolServer
from testbed.replies import Answer, Body, Call, Reply, say
from testbed.server import ModelServer
from testbed.talk import TurnResult, talk
from testbed.tools import household
from testbed.websocket import Client
from tests.unit.search.corpus import QUERIES, entries

from .measure import tell

MCP_TOOLS = 290
"""Tools of the MCP server, in addition to those of Assist."""
CATALOG_TOOLS = 1000
"""Tools in the catalog that is searched."""
BUILT_TOOLS = 500
"""Tools of the catalog whose building is measured."""
ROUNDS = 40
SESSION_TIMEOUT = 1
"""Seconds after which the session expires."""

MAX_BYTES_SHARE = 0.1
"""Goal: bytes of the tools of a first request relative to those of all tools."""
MAX_SEARCH_MS = 5.0
"""Goal: median milliseconds of a search."""
MAX_BUILD_MS = 1000
"""Goal: milliseconds until a catalog of `BUILT_TOOLS` is built."""
MAX_ADDED_MS = 5.0
"""Goal: milliseconds that the tools add between user input and request."""


def _measure_search() -> tuple[float, float]:
    """Print times of searches over many tools and of indexing them.

    Return the median of a search and the time of indexing, in milliseconds.
    """
    real = list(entries("en"))
    queries = [query.text for query in QUERIES if query.language == "en"]
    many = [
        replace(entry, name=f"{entry.name}_{copy}" if copy else entry.name)
        for copy in range(CATALOG_TOOLS // len(real) + 1)
        for entry in real
    ][:CATALOG_TOOLS]
    begin = time.perf_counter()
    Catalog(many[:BUILT_TOOLS]).close()
    build = (time.perf_counter() - begin) * 1e3
    catalog = Catalog(many)
    times = []
    for query in queries * 3:
        begin = time.perf_counter()
        catalog.search(query)
        times.append((time.perf_counter() - begin) * 1e3)
    catalog.close()
    typical = median(times)
    tell(f"Search over {CATALOG_TOOLS} tools, {len(queries)} queries three times")
    tell(f"  median {typical:.2f} ms, 95 % within {quantiles(times, n=20)[-1]:.2f} ms")
    tell(f"  goal: median under {MAX_SEARCH_MS} ms")
    tell(f"  {BUILT_TOOLS} tools are indexed in {build:.0f} ms, beside the event loop")
    tell(f"  goal: under {MAX_BUILD_MS} ms")
    return typical, build


class _Agents:
    """Conversation agents by name, each with a pipeline of its own."""

    def __init__(self, client: Client, server: ModelServer) -> None:
        """Initialize with the WebSocket client and the model server."""
        self._client = client
        self._server = server
        self._agents: dict[str, tuple[Agent, str]] = {}

    async def add(self, name: str, *apis: str) -> Agent:
        """Add an agent with access to some LLM APIs."""
        agent = await add_agent(self._client, self._server.base_url, name=name)
        await allow(self._client, agent, *apis)
        pipeline = await add_pipeline(self._client, agent.entity_id, name)
        self._agents[name] = agent, pipeline
        return agent

    async def say(self, name: str, text: str) -> TurnResult:
        """Run a turn with an agent."""
        return await talk(self._client, text, pipeline=self._agents[name][1])

    async def latency(self, name: str) -> float:
        """Return the milliseconds from user input to the request to the server."""
        count = len(self._server.completions)
        begin = asyncio.get_running_loop().time()
        await self.say(name, "hello")
        return (self._server.completions[count].at - begin) * 1e3


@asynccontextmanager
async def _environment() -> Any:
    """Yield a Home Assistant client, the model server and the MCP server."""
    async with (
        ModelServer() as server,
        ToolServer("Household", household(MCP_TOOLS)) as tools,
        Hass() as hass,
        hass.client() as client,
    ):
        await furnish(client)
        yield client, server, tools


def _size(body: dict[str, Any]) -> int:
    """Return the bytes of the tools of a request."""
    return len(orjson.dumps(body["tools"]))


async def _measure_requests() -> tuple[float, int, int, float]:
    """Return share of bytes, requests in both sessions, and added milliseconds."""
    async with _environment() as (client, server, tools):
        api = await add_tool_server(client, tools.url)
        agents = _Agents(client, server)
        await agents.add("few", "assist")
        agent = await agents.add("many", "assist", api)

        discovery_off = {"tool_discovery": "never"}
        await allow(client, agent, "assist", api, tools=discovery_off)
        await agents.say("many", "hello")
        all_tools = server.bodies[-1]
        on_demand = {"tool_discovery": "auto"}
        short_session = {"conversation_timeout": SESSION_TIMEOUT}
        await allow(client, agent, "assist", api, tools=on_demand, memory=short_session)
        await agents.say("many", "hello")
        first = server.bodies[-1]
        share = _size(first) / _size(all_tools)
        tell(f"Tools of a first request: {len(all_tools['tools'])} there are")
        tell(f"  all: {len(all_tools['tools'])} tools, {_size(all_tools)} bytes")
        tell(f"  on demand: {len(first['tools'])} tools, {_size(first)} bytes")
        tell(f"  {share:.1%} of all    goal: at most {MAX_BYTES_SHARE:.0%}")

        counts = [await _requests_for_command(agents, server) for _ in range(2)]
        tell("Requests of a command that needs a tool which was not shown")
        tell(
            f"  the first time {counts[0]}, the next day {counts[1]}    goal: 3, then 2"
        )

        await allow(client, agent, "assist", api, memory={"conversation_timeout": 600})
        latencies: dict[str, list[float]] = {"few": [], "many": []}
        for _ in range(ROUNDS):
            for name, times in latencies.items():
                times.append(await agents.latency(name))
        few, many = median(latencies["few"]), median(latencies["many"])
        tell("From words to the request, Home Assistant's own work included")
        tell(f"  with Assist {few:.2f} ms, with {MCP_TOOLS} more tools {many:.2f} ms")
        tell(f"  {many - few:+.2f} ms    goal: under {MAX_ADDED_MS:+.0f} ms")
        return share, counts[0], counts[1], many - few


async def _requests_for_command(agents: _Agents, server: ModelServer) -> int:
    """Return the number of requests of a command in a new session."""
    await asyncio.sleep(2 * SESSION_TIMEOUT)
    before = len(server.completions)

    def model(body: Body) -> Reply:
        """Reply with a search, a tool call, or the final response."""
        answer = choose(body)
        return answer if isinstance(answer, Reply) else answer(body)

    def choose(body: Body) -> Answer:
        """Return the next answer of the model."""
        offered = [tool["function"]["name"] for tool in body["tools"]]
        (pantry,) = [n for n in offered if n.endswith("pantry_stock")] or [None]
        last = body["messages"][-1]
        if last["role"] == "tool" and "eggs: 7" in last["content"]:
            return say("There are seven.")
        if pantry:
            return say(calls=[Call(pantry, {"item": "eggs"})])
        query = {"query": "how much food is left in the pantry"}
        return say(calls=[Call("query_tools", query)])

    server.script(*[model] * 3)
    turn = await agents.say("many", "How many eggs are there?")
    if turn.answer != "There are seven.":
        raise RuntimeError(
            f"{turn.error} {turn.answer} {json.dumps(server.bodies[-1])}"
        )
    requests = len(server.completions) - before
    server.forget()
    return requests


def run() -> bool:
    """Print all measurements, and return whether the goals are met."""
    search_ms, build_ms = _measure_search()
    share, first, later, more = asyncio.run(_measure_requests())
    return (
        search_ms < MAX_SEARCH_MS
        and build_ms < MAX_BUILD_MS
        and share <= MAX_BYTES_SHARE
        and (first, later) == (3, 2)
        and more < MAX_ADDED_MS
    )
