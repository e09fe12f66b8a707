"""Prompt cache reuse of a real llama.cpp server over a dialogue.

The same dialogue runs over this integration and over Home Assistant's own `llama_cpp`,
in one Home Assistant, each with a newly started server with one slot. The cache can at
most hold the prompt and the answer of the previous request, except for the last token;
reuse is the share of that maximum that was in the cache.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
import signal
from typing import Any, override

import aiohttp

from testbed.assistant import SetUpError, add_agent, add_pipeline, agent_of
from testbed.flows import Flow
from testbed.hass import Hass, HassError
from testbed.house import furnish
from testbed.login import access_token
from testbed.talk import talk
from testbed.voice import device_of
from testbed.websocket import Client, CommandError, Events

from .llama import LlamaError, llama_server, rig, start_script
from .measure import tell
from .proxy import Completion, RecordingProxy

GOAL = 0.98
"""Minimum reuse, from 0 to 1."""

ROOMS = ("light.kitchen_lights", "light.bed_light")
"""Entities whose devices serve as the satellites of two areas."""

LIGHTS = 'call:homeassistant__GetLiveContext {"domain": ["light"]}'
TURNS = (
    (
        "Turn on the kitchen lights. "
        "@@ think:The name is given, so nothing has to be looked up. "
        '&& call:intent__HassTurnOn {"name": "Kitchen Lights"} '
        "@@ The kitchen lights are on."
    ),
    f"Which lights are on? @@ {LIGHTS} @@ Those in the kitchen, and nothing here.",
    (
        "Turn them off and tell me what is left. @@ One moment. "
        f'&& call:intent__HassTurnOff {{"name": "Kitchen Lights"}} && {LIGHTS} '
        "@@ They are off, and 22 °C are left."
    ),
    "Thank you. @@ You are welcome.",
    (
        f"Make it cosy. @@ {LIGHTS} "
        '@@ call:light__HassLightSet {"name": "Kitchen Lights", "brightness": 30} '
        "@@ The kitchen lights are at 30 percent."
    ),
    "Good night. @@ think:There is nothing to do. && Good night, sleep well.",
)
"""User texts, each with the scripted answers of the model after `@@`."""


class PrefixError(Exception):
    """A turn of the dialogue failed, so its numbers are invalid."""


@dataclass(frozen=True)
class Variant:
    """The number of rooms of a dialogue, and whether each continues its conversation."""

    title: str
    rooms: int
    continues: bool


VARIANTS = (
    Variant("two rooms by turns, each turn a new conversation", 2, continues=False),
    Variant("two rooms by turns, a conversation in each", 2, continues=True),
    Variant("one room, one conversation", 1, continues=True),
)


@dataclass(frozen=True)
class Subject:
    """An integration, with a function that sets it up and returns its entry ID."""

    name: str
    add: Callable[[Client, str], Awaitable[str]]


class Satellite(Client):
    """A client that runs pipelines from a device."""

    device_id: str

    @override
    @asynccontextmanager
    async def subscribe(self, command: str, **fields: Any) -> AsyncGenerator[Events]:
        """Yield the events of a subscription, with the device ID added."""
        fields["device_id"] = self.device_id
        async with super().subscribe(command, **fields) as events:
            yield events


def run() -> bool:
    """Print the reuse; return whether the goal was met."""
    tell("Prompts in the cache of a real llama.cpp server, of all that could be there")
    if (script := start_script()) is None:
        tell(f"  not measured: no llama.cpp in {rig()}; LLAMA_RIG names another folder")
        return True
    try:
        return asyncio.run(_measure(script))
    except (
        *(HassError, LlamaError, PrefixError, SetUpError, CommandError),
        *(aiohttp.ClientError, OSError),
    ) as err:
        tell(f"  FAILED: {err or type(err).__name__}")
        return False


async def _measure(script: Path) -> bool:
    """Run the dialogues, with a clean shutdown on SIGTERM and SIGHUP."""
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    met = True
    async with Hass() as hass, _satellite(hass) as satellite:
        await furnish(satellite)
        for variant in VARIANTS:
            tell()
            tell(f"{len(TURNS)} turns, {variant.title}")
            for subject in (THEIRS, OURS):
                completions = await _dialogue(satellite, script, subject, variant)
                met &= _report(subject, completions)
    return met


@asynccontextmanager
async def _satellite(hass: Hass) -> AsyncGenerator[Satellite]:
    """Yield a satellite that is logged in as the demo user."""
    async with aiohttp.ClientSession() as session:
        token = await access_token(session, hass.url)
    async with Satellite(hass.url, token) as satellite:
        yield satellite


async def _dialogue(
    satellite: Satellite, script: Path, subject: Subject, variant: Variant
) -> list[Completion]:
    """Run a dialogue with a new server; return the recorded completions."""
    async with llama_server(script) as server, RecordingProxy(server) as proxy:
        entry_id = await subject.add(satellite, f"{proxy.url}/v1")
        try:
            agent = await agent_of(satellite, entry_id)
            pipeline = await add_pipeline(satellite, agent, "Bench")
            for light in ROOMS:
                await satellite.call("light.turn_off", light)
            # The set-up sends requests to the server, too.
            proxy.completions.clear()
            await _converse(satellite, pipeline, variant)
            return list(proxy.completions)
        finally:
            await satellite.rest("DELETE", f"config/config_entries/entry/{entry_id}")


async def _converse(satellite: Satellite, pipeline: str, variant: Variant) -> None:
    """Run all turns, with the rooms in alternation; raises `PrefixError`."""
    conversations: dict[str, str | None] = {}
    for number, text in enumerate(TURNS):
        room = ROOMS[number % variant.rooms]
        satellite.device_id = await device_of(satellite, room)
        turn = await talk(
            satellite,
            text,
            pipeline=pipeline,
            conversation_id=conversations.get(room) if variant.continues else None,
        )
        conversations[room] = turn.conversation_id
        last = text.rpartition("@@")[2].rpartition("&&")[2].strip()
        good = [call.good for call in turn.calls]
        if turn.error or turn.answer != last or good != [True] * text.count("call:"):
            reason = turn.error or f"{turn.answer!r} after {turn.calls}"
            raise PrefixError(f"turn {number + 1} went wrong: {reason}")


def _report(subject: Subject, completions: Sequence[Completion]) -> bool:
    """Print the reuse of a subject; return whether the goal was met."""
    if any(completion.timings is None for completion in completions):
        raise PrefixError("the server did not finish an answer")
    pairs = list(pairwise(completions))
    possible = sum(before.possible for before, _ in pairs)
    cached = sum(min(after.cached, before.possible) for before, after in pairs)
    read = sum(after.prompt - after.cached for _, after in pairs)
    total = sum(after.prompt for _, after in pairs)
    reuse = cached / possible
    met = subject is not OURS or reuse >= GOAL
    note = (
        f"goal >= {GOAL:.0%}: {'met' if met else 'MISSED'}" if subject is OURS else ""
    )
    tell(
        f"  {subject.name:<10}{reuse:7.2%}   {len(completions)} requests; "
        f"read anew {read:,} of {total:,} tokens   {note}".rstrip()
    )
    if not met:
        for number, (before, after) in enumerate(pairs, 2):
            lost = before.possible - after.cached
            where = f", differs in {after.first_difference(before)}" if lost > 0 else ""
            tell(
                f"    request {number:2}: {after.size:,} bytes, "
                f"{after.prompt:,} tokens, in the cache {after.cached:,} "
                f"of {before.possible:,}{where}"
            )
    return met


async def _add_ours(client: Client, url: str) -> str:
    """Set up this integration, with a session that outlasts the dialogue."""
    agent = await add_agent(client, url)
    flow = await Flow.options(client, agent.entry_id)
    top = {f["name"] for f in flow.step["data_schema"] if f.get("type") != "expandable"}
    await flow.submit(
        **{name: value for name, value in flow.suggested.items() if name in top},
        memory={"conversation_timeout": 600},
    )
    if flow.step["type"] != "create_entry":
        raise PrefixError(f"the options were refused: {flow.step.get('errors')}")
    return agent.entry_id


async def _add_theirs(client: Client, url: str) -> str:
    """Set up Home Assistant's own integration, with its suggested values."""
    flow = await Flow.config(client, "llama_cpp")
    await flow.submit(base_url=url)
    await flow.submit(**flow.suggested)
    if flow.step["type"] != "create_entry":
        raise PrefixError(f"llama_cpp was not set up: {flow.step.get('errors')}")
    entry_id: str = flow.step["result"]["entry_id"]
    return entry_id


OURS = Subject("ours", _add_ours)
THEIRS = Subject("llama_cpp", _add_theirs)
