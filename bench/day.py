"""Prompt cache reuse of a real llama.cpp server over a recorded day of a home.

The events of `day.json` happen to this integration and to Home Assistant's own
`llama_cpp`, in one Home Assistant, each with a newly started server with one slot. A
conversation of `llama_cpp` lasts as long as a session of ours.
"""

import asyncio
import json
from pathlib import Path
import signal
from statistics import median
from typing import Any

import aiohttp

from testbed.assistant import (
    Agent,
    SetUpError,
    add_agent,
    add_pipeline,
    agent_of,
    allow,
)
from testbed.hass import HassError
from testbed.websocket import CommandError

from .contestants import allow_theirs
from .day_home import SPEAKING, DayHome, open_day_home
from .day_reuse import DayRequest, Reuse, reuse_of
from .llama import LlamaError, llama_server, rig, start_script
from .measure import tell
from .prefix import OURS, THEIRS, PrefixError, Subject
from .proxy import Completion, RecordingProxy

DAY = Path(__file__).with_name("day.json")
GOAL = 0.95
"""Minimum reuse, from 0 to 1."""
ADMIN_API = "homeassistant"
"""The LLM API for administrators, which `llama_cpp` cannot select for all users."""
EXTRACTING = 2.0
"""Seconds that the extraction of facts has before the day goes on."""


class Day:
    """A day of one subject."""

    def __init__(self, home: DayHome, subject: Subject, proxy: RecordingProxy) -> None:
        """Initialize a day that has not begun."""
        self._home = home
        self._subject = subject
        self._proxy = proxy
        self._session = 0
        self._conversations: dict[str, str | None] = {}
        self._pipelines: dict[str, str] = {}
        self._entry_id = self._agent = ""
        self.requests: list[DayRequest] = []
        self.first_words: list[float] = []

    async def run(self, events: list[dict[str, Any]]) -> None:
        """Live through the events, and remove the entry in the end."""
        client = self._home.client
        await self._home.begin()
        self._entry_id = await self._add()
        try:
            self._agent = await agent_of(client, self._entry_id)
            # The selection of the tools reloads the entry.
            while (await client.state(self._agent))["state"] == "unavailable":  # noqa: ASYNC110
                await asyncio.sleep(0.1)
            # The set-up sends requests to the server, too.
            self._proxy.completions.clear()
            for event in events:
                await self._live(event)
        finally:
            path = f"config/config_entries/entry/{self._entry_id}"
            await client.rest("DELETE", path)

    async def _add(self) -> str:
        """Set up the subject with its tools; return the entry ID."""
        client, url = self._home.client, f"{self._proxy.url}/v1"
        if self._subject is THEIRS:
            entry_id = await THEIRS.add(client, url)
            await allow_theirs(client, entry_id, "assist", self._home.api)
            return entry_id
        agent: Agent = await add_agent(client, url)
        memory = {"conversation_timeout": 600}
        apis = ("assist", self._home.api, ADMIN_API)
        await allow(client, agent, *apis, memory=memory)
        return agent.entry_id

    async def _live(self, event: dict[str, Any]) -> None:
        """Live through one event."""
        language = event.get("language", "en")
        if event.get("wake"):
            await self._home.wake(self._agent, language)
            await asyncio.sleep(SPEAKING)
        if text := event.get("say"):
            await self._say(event["at"], event["who"], text, language)
        if text := event.get("task"):
            await self._do(text)
        if event.get("end"):
            await self._end()
        await self._home.happen(event)

    async def _say(self, at: str, who: str, text: str, language: str) -> None:
        """Run a turn; raises `PrefixError` if it goes wrong."""
        if language not in self._pipelines:
            name = f"Day {language}"
            self._pipelines[language] = await add_pipeline(
                self._home.client, self._agent, name
            )
        count = len(self._proxy.completions)
        turn = await self._home.say(
            who, text, self._pipelines[language], self._conversations.get(who)
        )
        self._conversations[who] = turn.conversation_id
        last = text.rpartition("@@")[2].strip()
        good = [call.good for call in turn.calls]
        if turn.error or turn.answer != last or good != [True] * text.count("call:"):
            reason = turn.error or f"{turn.answer!r} after {turn.calls}"
            raise PrefixError(f"the turn at {at} went wrong: {reason}")
        self.first_words.append(turn.first_word or turn.seconds)
        sent = self._proxy.completions[count:]
        session = f"{self._session} {self._owner(who)}"
        self.requests += [
            DayRequest(completion, session, at)
            for completion in sent
            if _is_turn(completion)
        ]

    def _owner(self, who: str) -> str:
        """Return whose session a turn belongs to."""
        if self._subject is THEIRS:
            return who
        return "admin" if who == "admin" else "household"

    async def _do(self, text: str) -> None:
        """Run an AI task, or send one as any other client of the server."""
        if self._subject is THEIRS:
            message = {"role": "user", "content": text}
            async with (
                aiohttp.ClientSession() as session,
                session.post(
                    f"{self._proxy.url}/v1/chat/completions",
                    json={"model": "script", "messages": [message]},
                ) as response,
            ):
                await response.read()
            return
        (entity_id,) = [
            entity["entity_id"]
            for entity in await self._home.client.command("config/entity_registry/list")
            if entity["config_entry_id"] == self._entry_id
            and entity["entity_id"].startswith("ai_task.")
        ]
        await self._home.client.command(
            "call_service",
            domain="ai_task",
            service="generate_data",
            service_data={
                "entity_id": entity_id,
                "task_name": "task",
                "instructions": text,
            },
            return_response=True,
        )

    async def _end(self) -> None:
        """End the session, from which facts are extracted then."""
        self._session += 1
        self._conversations.clear()
        if self._subject is OURS:
            await self._home.client.command(
                "call_service",
                domain="openai_compatible_conversation",
                service="end_session",
                service_data={"config_entry_id": self._entry_id},
            )
            await asyncio.sleep(EXTRACTING)


def run() -> bool:
    """Print the reuse of the day; return whether the goal was met."""
    tell("A recorded day of a home, with a real llama.cpp server")
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
    """Let both subjects live through the day, with a clean shutdown on signals."""
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    recorded = json.loads(DAY.read_text("utf-8"))
    met = True
    async with open_day_home(recorded["mcp_tools"]) as home:
        for subject in (OURS, THEIRS):
            async with (
                llama_server(script, ram_cache=True) as server,
                RecordingProxy(server) as proxy,
            ):
                day = Day(home, subject, proxy)
                await day.run(recorded["events"])
                met &= _report(subject, day, await reuse_of(server, day.requests))
    return met


def _report(subject: Subject, day: Day, found: list[Reuse]) -> bool:
    """Print the reuse of a subject; return whether the goal was met."""
    possible = sum(reuse.possible for reuse in found)
    cached = sum(reuse.cached for reuse in found)
    prompts = [reuse.request.completion for reuse in found]
    if any(completion.timings is None for completion in prompts):
        raise PrefixError("the server did not finish an answer")
    read = sum(completion.prompt - completion.cached for completion in prompts)
    reuse = cached / possible
    met = subject is not OURS or reuse >= GOAL
    note = (
        f"goal >= {GOAL:.0%}: {'met' if met else 'MISSED'}" if subject is OURS else ""
    )
    words = day.first_words
    tell(
        f"  {subject.name:<10}{reuse:7.2%} of the ideal   {len(found)} requests of "
        f"{len(words)} turns; read anew {read:,} of "
        f"{sum(completion.prompt for completion in prompts):,} tokens   {note}".rstrip()
    )
    tell(
        f"  {'':<10}first word after {median(words):.2f} s "
        f"({min(words):.2f} to {max(words):.2f})"
    )
    if subject is OURS:
        for lost in sorted(found, key=lambda reuse: -reuse.lost)[:5]:
            if lost.lost > 0 and lost.before:
                completion = lost.request.completion
                tell(
                    f"    {lost.request.at}: {lost.lost:,} tokens read again of "
                    f"{lost.possible:,}, after "
                    f"{completion.first_difference(lost.before)}"
                )
    return met


def _is_turn(completion: Completion) -> bool:
    """Return whether a request is one of a turn: it has tools, and is no prewarming."""
    request = completion.request
    return bool(request.get("tools")) and request.get("max_tokens") != 1
