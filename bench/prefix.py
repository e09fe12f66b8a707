"""How much of each prompt a real llama.cpp server has in its cache, over a dialogue.

The same dialogue goes by way of this integration and by way of Home Assistant's own
`llama_cpp`, in one Home Assistant, each time to a server that was just started and
has one slot. What the server could have in its cache is all that it read and said in
the request before, but for its last token; reuse is how much of that it had.
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
from .proxy import Completion, Proxy

GOAL = 0.98
"""What part of what could be in the cache has to be there."""

ROOMS = ("light.kitchen_lights", "light.bed_light")
"""Who speaks in which room: the first and the second light, as if they were satellites."""

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
"""What is said, and after each `@@` what the model is to do next."""


class PrefixError(Exception):
    """The dialogue was not what it should be, so that its numbers mean nothing."""


@dataclass(frozen=True)
class Variant:
    """In how many rooms a dialogue is held, and whether its conversations go on."""

    title: str
    rooms: int
    goes_on: bool


VARIANTS = (
    Variant("two rooms by turns, each turn a new conversation", 2, goes_on=False),
    Variant("two rooms by turns, a conversation in each", 2, goes_on=True),
    Variant("one room, one conversation", 1, goes_on=True),
)


@dataclass(frozen=True)
class Subject:
    """An integration, and how it is set up: what returns its entry for a server."""

    name: str
    add: Callable[[Client, str], Awaitable[str]]


class Satellite(Client):
    """A user's connection from a device, which is in a room."""

    device_id: str

    @override
    @asynccontextmanager
    async def subscribe(self, command: str, **fields: Any) -> AsyncGenerator[Events]:
        """Return the events that a command brings which the device gives."""
        fields["device_id"] = self.device_id
        async with super().subscribe(command, **fields) as events:
            yield events


def run() -> bool:
    """Print what was in the cache, and return whether the goal was met."""
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
    """Hold the dialogues, in good order even if a signal ends them."""
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
    """Return a satellite, logged in as the demo user."""
    async with aiohttp.ClientSession() as session:
        token = await access_token(session, hass.url)
    async with Satellite(hass.url, token) as satellite:
        yield satellite


async def _dialogue(
    satellite: Satellite, script: Path, subject: Subject, variant: Variant
) -> list[Completion]:
    """Hold a dialogue that starts from nothing; return what the server was asked."""
    async with llama_server(script) as server, Proxy(server) as proxy:
        entry_id = await subject.add(satellite, f"{proxy.url}/v1")
        try:
            agent = await agent_of(satellite, entry_id)
            pipeline = await add_pipeline(satellite, agent, "Bench")
            for light in ROOMS:
                await satellite.call("light.turn_off", light)
            # Setting it up asked the server too.
            proxy.completions.clear()
            await _converse(satellite, pipeline, variant)
            return list(proxy.completions)
        finally:
            await satellite.rest("DELETE", f"config/config_entries/entry/{entry_id}")


async def _converse(satellite: Satellite, pipeline: str, variant: Variant) -> None:
    """Say all there is to say, in the rooms by turns."""
    conversations: dict[str, str | None] = {}
    for number, text in enumerate(TURNS):
        room = ROOMS[number % variant.rooms]
        satellite.device_id = await device_of(satellite, room)
        turn = await talk(
            satellite,
            text,
            pipeline=pipeline,
            conversation_id=conversations.get(room) if variant.goes_on else None,
        )
        conversations[room] = turn.conversation_id
        last = text.rpartition("@@")[2].rpartition("&&")[2].strip()
        good = [call.good for call in turn.calls]
        if turn.error or turn.answer != last or good != [True] * text.count("call:"):
            why = turn.error or f"{turn.answer!r} after {turn.calls}"
            raise PrefixError(f"turn {number + 1} went wrong: {why}")


def _report(subject: Subject, completions: Sequence[Completion]) -> bool:
    """Print what was in the cache; return whether that is as it should be."""
    if any(completion.timings is None for completion in completions):
        raise PrefixError("the server did not finish an answer")
    steps = list(pairwise(completions))
    possible = sum(before.possible for before, _ in steps)
    cached = sum(min(after.cached, before.possible) for before, after in steps)
    read = sum(after.prompt - after.cached for _, after in steps)
    total = sum(after.prompt for _, after in steps)
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
        for number, (before, after) in enumerate(steps, 2):
            lost = before.possible - after.cached
            where = f", differs in {after.parting(before)}" if lost > 0 else ""
            tell(
                f"    request {number:2}: {after.size:,} bytes, "
                f"{after.prompt:,} tokens, in the cache {after.cached:,} "
                f"of {before.possible:,}{where}"
            )
    return met


async def _add_ours(client: Client, url: str) -> str:
    """Set this integration up, with a session that lasts as long as the dialogue."""
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
    """Set Home Assistant's own integration up, as it suggests itself."""
    flow = await Flow.config(client, "llama_cpp")
    await flow.submit(base_url=url)
    await flow.submit(**flow.suggested)
    if flow.step["type"] != "create_entry":
        raise PrefixError(f"llama_cpp was not set up: {flow.step.get('errors')}")
    entry_id: str = flow.step["result"]["entry_id"]
    return entry_id


OURS = Subject("ours", _add_ours)
THEIRS = Subject("llama_cpp", _add_theirs)
