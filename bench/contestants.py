"""The measured subjects: agents in a Home Assistant, and the SDK alone."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
import gc
from itertools import count
import time
from typing import Any, Protocol

import openai

from testbed.assistant import Agent, add_pipeline, agent_of, allow
from testbed.flows import Flow
from testbed.websocket import Client

from .listener import Listener, MeasuredHass, TurnError
from .model import opening
from .modelprocess import Answered, ModelProcess
from .prefix import OURS, Subject

NUMBERS = count(1)
"""Numbers for the user texts, so that each is unique."""
SETTLE = 0.02
"""Seconds to wait after a turn, for its background work."""
SUBENTRIES = "config/config_entries/subentries/flow"


@dataclass(frozen=True)
class Sample:
    """Times of a turn without the server's own time, in milliseconds."""

    first: float
    """Latency of the first word."""
    end: float
    """Time from the server's last bytes to the end of the turn."""
    cpu: float


class Contestant(Protocol):
    """A subject that can run a turn of a kind in `bench.model.KINDS`."""

    @property
    def name(self) -> str:
        """Return the name for the tables."""
        ...

    async def turn(self, kind: str) -> Sample:
        """Run a turn and return its times."""
        ...


@dataclass
class AgentContestant:
    """An agent that is set up in a Home Assistant, used from a device."""

    subject: Subject
    hass: MeasuredHass
    listener: Listener
    model: ModelProcess
    entry_id: str
    entity_id: str
    pipeline: str
    device_id: str

    @property
    def name(self) -> str:
        """Return the name of the integration."""
        return self.subject.name

    async def turn(self, kind: str) -> Sample:
        """Run a turn in a new conversation, as a satellite does; raises `TurnError`."""
        text = next_text(kind)
        cpu = self.hass.cpu
        answer = await self.listener.hear(text, self.pipeline, self.device_id)
        cpu = self.hass.cpu - cpu
        if not answer.words.startswith(opening(text)):
            raise TurnError(f"{self.name} answered {text!r} with {answer.words[:80]!r}")
        answered = await self.model.answered(text)
        return _sample(answer.begin, answer.first, answer.end, cpu, answered)

    async def request(self) -> Answered:
        """Run a turn; return the record of its request, with its body."""
        text = next_text("show")
        await self.listener.hear(text, self.pipeline, self.device_id)
        return await self.model.answered(text)

    async def anew(self, *apis: str) -> AgentContestant:
        """Remove the entry, and set up the integration again, with LLM APIs."""
        path = f"config/config_entries/entry/{self.entry_id}"
        await self.listener.rest("DELETE", path)
        other = await enter(
            self.subject, self.hass, self.listener, self.model, self.device_id
        )
        await other.allow(*apis)
        await other.reload()
        return other

    async def allow(self, *apis: str) -> None:
        """Select the LLM APIs of the agent, and keep its other options."""
        if self.subject is OURS:
            agent = Agent(self.entry_id, self.entity_id, "scripted")
            memory = {"conversation_timeout": 600}
            await allow(self.listener, agent, *apis, memory=memory)
            return
        await allow_theirs(self.listener, self.entry_id, *apis)

    async def reload(self) -> float:
        """Reload the entry; return the duration in milliseconds."""
        path = f"config/config_entries/entry/{self.entry_id}/reload"
        begin = time.monotonic()
        await self.listener.rest("POST", path)
        return (time.monotonic() - begin) * 1e3


@dataclass
class SdkContestant:
    """The SDK alone, in this process, with the request of an agent."""

    model: ModelProcess
    request: dict[str, Any]
    client: openai.AsyncOpenAI
    name: str = field(default="SDK", init=False)

    async def turn(self, kind: str) -> Sample:
        """Send a request, and read the stream to its end."""
        text = next_text(kind)
        *before, _ = self.request["messages"]
        messages = [*before, {"role": "user", "content": text}]
        words, first = "", 0.0
        cpu, begin = time.process_time(), time.monotonic()
        stream = await self.client.chat.completions.create(
            **{**self.request, "messages": messages}
        )
        async for chunk in stream:
            if chunk.choices and (piece := chunk.choices[0].delta.content):
                first = first or time.monotonic()
                words += piece
        end, cpu = time.monotonic(), time.process_time() - cpu
        if not words.startswith(opening(text)):
            raise TurnError(f"the SDK was answered {words[:80]!r} to {text!r}")
        answered = await self.model.answered(text)
        return _sample(begin, first, end, cpu, answered)


async def enter(
    subject: Subject,
    hass: MeasuredHass,
    listener: Listener,
    model: ModelProcess,
    device_id: str,
) -> AgentContestant:
    """Set up an integration with the tools of Assist, and a pipeline for it."""
    entry_id = await subject.add(listener, model.base_url)
    entity_id = await agent_of(listener, entry_id)
    pipeline = await add_pipeline(listener, entity_id, subject.name)
    return AgentContestant(
        *(subject, hass, listener, model),
        *(entry_id, entity_id, pipeline, device_id),
    )


async def allow_theirs(client: Client, entry_id: str, *apis: str) -> None:
    """Select the LLM APIs of Home Assistant's own agent, and keep its other options."""
    (subentry,) = await client.command(
        "config_entries/subentries/list", entry_id=entry_id
    )
    step = await client.rest(
        "POST",
        SUBENTRIES,
        {
            "handler": [entry_id, "conversation"],
            "subentry_id": subentry["subentry_id"],
        },
    )
    flow = Flow(client, SUBENTRIES, step)
    await flow.submit(**{**flow.suggested, "llm_hass_api": list(apis)})
    if flow.step.get("reason") != "reconfigure_successful":
        raise TurnError(f"llama_cpp does not take its tools: {flow.step}")


async def interleaved(
    subjects: Sequence[Contestant], kinds: Iterable[str], rounds: int
) -> dict[tuple[str, str], list[Sample]]:
    """Return samples by kind and name, from turns of the subjects in alternation.

    The first round is a warm-up and not counted; every other round is in reverse.
    """
    samples: dict[tuple[str, str], list[Sample]] = {
        (kind, subject.name): [] for kind in kinds for subject in subjects
    }
    gc.collect()
    gc.freeze()
    for number in range(rounds + 1):
        for kind in kinds:
            for subject in subjects if number % 2 else subjects[::-1]:
                sample = await subject.turn(kind)
                if number:
                    samples[kind, subject.name].append(sample)
                await asyncio.sleep(SETTLE)
    gc.unfreeze()
    return samples


def next_text(kind: str) -> str:
    """Return a unique user text that requests a kind of answer."""
    return f"{kind} {next(NUMBERS)}"


def _sample(
    begin: float, first: float, end: float, cpu: float, answered: Answered
) -> Sample:
    """Return the times of a turn without the server's own time."""
    return Sample(
        (first - begin - (answered.first - answered.read)) * 1e3,
        (end - answered.last) * 1e3,
        cpu * 1e3,
    )
