"""Who is measured: agents in a Home Assistant, and the SDK alone."""

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

from .listener import Listener, MeasuredHass, TurnError
from .model import opening
from .modelprocess import Answered, ModelProcess
from .prefix import OURS, Subject

NUMBERS = count(1)
"""Of all that is said, so that no two texts are alike."""
SETTLE = 0.02
"""Seconds after a turn, for what it left to be done."""
SUBENTRIES = "config/config_entries/subentries/flow"


@dataclass(frozen=True)
class Sample:
    """What a turn took beyond what the server took, in milliseconds."""

    first: float
    """To the first word."""
    end: float
    """From the server's last bytes to the end of the turn."""
    cpu: float


class Contestant(Protocol):
    """What can have a turn, of a kind that the model server knows."""

    @property
    def name(self) -> str:
        """Return its name."""
        ...

    async def turn(self, kind: str) -> Sample:
        """Have a turn."""
        ...


@dataclass
class AgentContestant:
    """An integration that is set up in a Home Assistant, and spoken to from a device."""

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
        """Have a turn, in a conversation of its own as from any satellite."""
        text = next_text(kind)
        cpu = self.hass.cpu
        heard = await self.listener.hear(text, self.pipeline, self.device_id)
        cpu = self.hass.cpu - cpu
        if not heard.words.startswith(opening(text)):
            raise TurnError(f"{self.name} answered {text!r} with {heard.words[:80]!r}")
        answered = await self.model.answered(text)
        return _sample(heard.begin, heard.first, heard.end, cpu, answered)

    async def request(self) -> Answered:
        """Have a turn; return its request, with its body."""
        text = next_text("show")
        await self.listener.hear(text, self.pipeline, self.device_id)
        return await self.model.answered(text)

    async def anew(self, *apis: str) -> AgentContestant:
        """Set the integration up as if it had never been there, with LLM APIs."""
        path = f"config/config_entries/entry/{self.entry_id}"
        await self.listener.rest("DELETE", path)
        other = await enter(
            self.subject, self.hass, self.listener, self.model, self.device_id
        )
        await other.allow(*apis)
        await other.reload()
        return other

    async def allow(self, *apis: str) -> None:
        """Let the agent use LLM APIs, all else as it was."""
        if self.subject is OURS:
            agent = Agent(self.entry_id, self.entity_id, "scripted")
            memory = {"conversation_timeout": 600}
            await allow(self.listener, agent, *apis, memory=memory)
            return
        (subentry,) = await self.listener.command(
            "config_entries/subentries/list", entry_id=self.entry_id
        )
        step = await self.listener.rest(
            "POST",
            SUBENTRIES,
            {
                "handler": [self.entry_id, "conversation"],
                "subentry_id": subentry["subentry_id"],
            },
        )
        flow = Flow(self.listener, SUBENTRIES, step)
        await flow.submit(**{**flow.suggested, "llm_hass_api": list(apis)})
        if flow.step.get("reason") != "reconfigure_successful":
            raise TurnError(f"{self.name} does not take its tools: {flow.step}")

    async def reload(self) -> float:
        """Set the entry up anew; return the milliseconds that this takes."""
        path = f"config/config_entries/entry/{self.entry_id}/reload"
        begin = time.monotonic()
        await self.listener.rest("POST", path)
        return (time.monotonic() - begin) * 1e3


@dataclass
class SdkContestant:
    """The SDK alone, in this process, with a request that an agent has sent."""

    model: ModelProcess
    request: dict[str, Any]
    client: openai.AsyncOpenAI
    name: str = field(default="SDK", init=False)

    async def turn(self, kind: str) -> Sample:
        """Ask once, and read the answer to its end."""
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
    """Set an integration up, with the tools of Assist."""
    entry_id = await subject.add(listener, model.base_url)
    entity_id = await agent_of(listener, entry_id)
    pipeline = await add_pipeline(listener, entity_id, subject.name)
    return AgentContestant(
        *(subject, hass, listener, model),
        *(entry_id, entity_id, pipeline, device_id),
    )


async def interleaved(
    subjects: Sequence[Contestant], kinds: Iterable[str], rounds: int
) -> dict[tuple[str, str], list[Sample]]:
    """Return samples by kind and name, from turns that subjects have by turns.

    A round before the first warms up; every other round goes backwards.
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
    """Return something to say, to which the answer is of a kind."""
    return f"{kind} {next(NUMBERS)}"


def _sample(
    begin: float, first: float, end: float, cpu: float, answered: Answered
) -> Sample:
    """Return a turn without what the server took."""
    return Sample(
        (first - begin - (answered.first - answered.read)) * 1e3,
        (end - answered.last) * 1e3,
        cpu * 1e3,
    )
