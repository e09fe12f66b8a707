"""Latency of the first word, with and without prewarming, on a real llama.cpp server."""

import asyncio
from pathlib import Path
from statistics import median

import aiohttp

from testbed.assistant import Agent, add_agent, add_pipeline, allow
from testbed.hass import Hass
from testbed.house import furnish, states
from testbed.talk import talk
from testbed.websocket import Client

from .llama import LlamaError, llama_server, rig, start_script
from .measure import tell

ROUNDS = 5
SPEAKING = 3.0
"""Seconds between the start of the speech and the recognized text."""
FILLER = 2000
"""Words of a request that evicts the prompt from the server's cache."""
LEAST_FASTER = 2.0
"""Goal: the minimum ratio of the latencies."""

MODEL = "script"


async def _evict(url: str) -> None:
    """Evict the prompt from the only slot of the server."""
    text = " ".join(str(number) for number in range(FILLER)) + " @@ Ok."
    body = {"model": MODEL, "messages": [{"role": "user", "content": text}]}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/v1/chat/completions", json=body) as response,
    ):
        await response.read()


async def _first_word(
    client: Client, agent: Agent, pipeline: str, url: str, *, warm: bool
) -> float:
    """Return the seconds from the user text to the first word of the answer."""
    await _evict(url)
    if warm:
        await client.command(
            "conversation/prepare", language="en", agent_id=agent.entity_id
        )
        await asyncio.sleep(SPEAKING)
    turn = await talk(client, "How is it? @@ All is fine here.", pipeline=pipeline)
    if turn.first_word is None:
        raise LlamaError(f"No word came: {turn.error}")
    await client.command(
        "call_service",
        domain="openai_compatible_conversation",
        service="end_session",
        service_data={"config_entry_id": agent.entry_id},
    )
    return turn.first_word


async def _measure(script: Path) -> dict[bool, list[float]]:
    """Return the seconds of each round, by whether the server was prewarmed."""
    took: dict[bool, list[float]] = {False: [], True: []}
    async with (
        llama_server(script) as url,
        Hass() as hass,
        hass.client() as client,
    ):
        await furnish(client)
        # All entities of the demo house, for a long system prompt.
        await client.command(
            "homeassistant/expose_entity",
            assistants=["conversation"],
            entity_ids=list(await states(client)),
            should_expose=True,
        )
        agent = await add_agent(client, f"{url}/v1")
        await allow(client, agent, "assist", memory={"enable_fact_learning": False})
        pipeline = await add_pipeline(client, agent.entity_id, "Bench")
        for _ in range(ROUNDS):
            for warm, times in took.items():
                times.append(await _first_word(client, agent, pipeline, url, warm=warm))
    return took


def run() -> bool:
    """Print the latencies; return whether the goal was met."""
    if (script := start_script()) is None:
        tell(f"Warming: not measured, there is no llama.cpp in {rig()} (LLAMA_RIG)")
        return True
    took = asyncio.run(_measure(script))
    cold, warm = median(took[False]), median(took[True])
    tell("Warm before the words, a real llama.cpp server with one slot")
    for name, times in (("cold", took[False]), ("warmed", took[True])):
        tell(
            f"  {name:8} {median(times):6.2f} s   ({min(times):.2f} to {max(times):.2f})"
        )
    tell(f"  {cold / warm:.1f} times sooner    goal: {LEAST_FASTER:.0f}")
    return cold / warm >= LEAST_FASTER
