"""What hundreds of tools cost, and what it costs to find one of them."""

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

REMOTE = 290
CATALOG = 1000
ROUNDS = 40
SESSION = 1
"""Seconds after which the next day begins."""

MOST_BYTES = 0.1
MOST_SEARCH = 2.0
MOST_MORE = 5.0


def _search() -> float:
    """Return the median milliseconds of a search over many tools, and print more."""
    real = list(entries("en"))
    queries = [query.text for query in QUERIES if query.language == "en"]
    many = [
        replace(entry, name=f"{entry.name}_{copy}" if copy else entry.name)
        for copy in range(CATALOG // len(real) + 1)
        for entry in real
    ][:CATALOG]
    begin = time.perf_counter()
    catalog = Catalog(many)
    build = (time.perf_counter() - begin) * 1e3
    took = []
    for query in queries * 3:
        begin = time.perf_counter()
        catalog.search(query)
        took.append((time.perf_counter() - begin) * 1e3)
    catalog.close()
    typical = median(took)
    tell(f"Search over {CATALOG} tools, {len(queries)} queries three times")
    tell(f"  median {typical:.2f} ms, 95 % within {quantiles(took, n=20)[-1]:.2f} ms")
    tell(f"  made in {build:.0f} ms    goal: median under {MOST_SEARCH} ms")
    return typical


class _House:
    """A Home Assistant with an agent that has few tools, and one that has many."""

    def __init__(self, client: Client, server: ModelServer) -> None:
        """Initialize with what talks to them."""
        self._client = client
        self._server = server
        self._agents: dict[str, tuple[Agent, str]] = {}

    async def add(self, name: str, *apis: str) -> Agent:
        """Add an agent that may use some APIs."""
        agent = await add_agent(self._client, self._server.base_url, name=name)
        await allow(self._client, agent, *apis)
        pipeline = await add_pipeline(self._client, agent.entity_id, name)
        self._agents[name] = agent, pipeline
        return agent

    async def say(self, name: str, text: str) -> TurnResult:
        """Say something to an agent."""
        return await talk(self._client, text, pipeline=self._agents[name][1])

    async def until_asked(self, name: str) -> float:
        """Return the milliseconds from words to the request that they lead to."""
        count = len(self._server.completions)
        begin = asyncio.get_running_loop().time()
        await self.say(name, "hello")
        return (self._server.completions[count].at - begin) * 1e3


@asynccontextmanager
async def _house() -> Any:
    """Return a house with its server and its tools."""
    async with (
        ModelServer() as server,
        ToolServer("Household", household(REMOTE)) as tools,
        Hass() as hass,
        hass.client() as client,
    ):
        await furnish(client)
        yield client, server, tools


def _size(body: dict[str, Any]) -> int:
    """Return how many bytes the tools of a request take."""
    return len(orjson.dumps(body["tools"]))


async def _in_a_house() -> tuple[float, int, int, float]:
    """Return share of bytes, requests on both days, and milliseconds for many tools."""
    async with _house() as (client, server, tools):
        api = await add_tool_server(client, tools.url)
        house = _House(client, server)
        await house.add("few", "assist")
        agent = await house.add("many", "assist", api)

        never = {"tool_discovery": "never"}
        await allow(client, agent, "assist", api, tools=never)
        await house.say("many", "hello")
        every = server.bodies[-1]
        again = {"tool_discovery": "auto"}
        short = {"conversation_timeout": SESSION}
        await allow(client, agent, "assist", api, tools=again, memory=short)
        await house.say("many", "hello")
        first = server.bodies[-1]
        share = _size(first) / _size(every)
        tell(f"Tools of a first request: {len(every['tools'])} there are")
        tell(f"  all: {len(every['tools'])} tools, {_size(every)} bytes")
        tell(f"  on demand: {len(first['tools'])} tools, {_size(first)} bytes")
        tell(f"  {share:.1%} of all    goal: at most {MOST_BYTES:.0%}")

        asked = [await _pantry(house, server) for _ in range(2)]
        tell("Requests of a command that needs a tool which was not shown")
        tell(f"  the first time {asked[0]}, the next day {asked[1]}    goal: 3, then 2")

        await allow(client, agent, "assist", api, memory={"conversation_timeout": 600})
        took: dict[str, list[float]] = {"few": [], "many": []}
        for _ in range(ROUNDS):
            for name, times in took.items():
                times.append(await house.until_asked(name))
        few, many = median(took["few"]), median(took["many"])
        tell("From words to the request, Home Assistant's own work included")
        tell(f"  with Assist {few:.2f} ms, with {REMOTE} more tools {many:.2f} ms")
        tell(f"  {many - few:+.2f} ms    goal: under {MOST_MORE:+.0f} ms")
        return share, asked[0], asked[1], many - few


async def _pantry(house: _House, server: ModelServer) -> int:
    """Return how many requests a command takes, in a session of its own."""
    await asyncio.sleep(2 * SESSION)
    before = len(server.completions)

    def model(body: Body) -> Reply:
        """Look for the tool, use it, and tell what it said."""
        answer = choose(body)
        return answer if isinstance(answer, Reply) else answer(body)

    def choose(body: Body) -> Answer:
        """Return what is due."""
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
    turn = await house.say("many", "How many eggs are there?")
    if turn.answer != "There are seven.":
        raise RuntimeError(
            f"{turn.error} {turn.answer} {json.dumps(server.bodies[-1])}"
        )
    asked = len(server.completions) - before
    server.forget()
    return asked


def run() -> bool:
    """Print what tools cost; return whether all goals are met."""
    searched = _search()
    share, first, later, more = asyncio.run(_in_a_house())
    return (
        searched < MOST_SEARCH
        and share <= MOST_BYTES
        and (first, later) == (3, 2)
        and more < MOST_MORE
    )
