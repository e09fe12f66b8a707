"""Request size and time to the first word with few and with many tools."""

from dataclasses import replace

from testbed.assistant import add_tool_server
from testbed.mcp import ToolServer
from testbed.tools import household

from .contestants import interleaved
from .house import House
from .table import Row, Spread

TOOL_COUNTS = (30, 300)
"""Tools available to the agents, those of Assist included."""
ROUNDS = 10
MAX_BYTES_RATIO = 0.2
"""Goal: our request size relative to theirs, with the most tools."""


async def requests(house: House) -> list[Row]:
    """Return request sizes, tools per request and times to the first word."""
    rows: list[Row] = []
    assist = (await house.agents[1].request()).tools
    for count in TOOL_COUNTS:
        largest = count == max(TOOL_COUNTS)
        title = f"with {count} tools in the house"
        server = ToolServer(f"Household {count}", household(count - assist))
        async with server:
            api = await add_tool_server(house.listener, server.url)
            agents = [await agent.anew("assist", api) for agent in house.agents]
            house = replace(house, agents=agents)
            requests = {agent.name: await agent.request() for agent in agents}
            rows += [
                Row(
                    f"bytes_{count}",
                    f"Request {title}",
                    "kB",
                    {n: Spread.of([r.size / 1e3]) for n, r in requests.items()},
                    MAX_BYTES_RATIO if largest else None,
                ),
                Row(
                    f"tools_{count}",
                    f"Tools in it, {title}",
                    "number",
                    {n: Spread.of([r.tools]) for n, r in requests.items()},
                ),
            ]
            if largest:
                samples = await interleaved(agents, ["short"], ROUNDS)
                values = {
                    agent.name: Spread.of(
                        [s.first for s in samples["short", agent.name]]
                    )
                    for agent in agents
                }
                rows.append(Row("first_tools", f"First word {title}", "ms", values))
    return rows
