"""What requests are like with few and with many tools in the house."""

from dataclasses import replace

from testbed.assistant import add_tool_server
from testbed.mcp import ToolServer
from testbed.tools import household

from .contestants import interleaved
from .house import House
from .table import Row, Spread

TOOLS = (30, 300)
ROUNDS = 10
MOST_BYTES = 0.2


async def requests(house: House) -> list[Row]:
    """Return what requests are like with few and with many tools."""
    rows: list[Row] = []
    assist = (await house.agents[1].request()).tools
    for count in TOOLS:
        most = count == max(TOOLS)
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
                    MOST_BYTES if most else None,
                ),
                Row(
                    f"tools_{count}",
                    f"Tools in it, {title}",
                    "number",
                    {n: Spread.of([r.tools]) for n, r in requests.items()},
                ),
            ]
            if most:
                samples = await interleaved(agents, ["short"], ROUNDS)
                values = {
                    agent.name: Spread.of(
                        [s.first for s in samples["short", agent.name]]
                    )
                    for agent in agents
                }
                rows.append(Row("first_tools", f"First word {title}", "ms", values))
    return rows
