"""The run of a task: the house in order, the turns, and the judgement."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from testbed.talk import ToolCall, TurnEvent, TurnResult, talk

from .contestants import Contestant
from .house import House
from .judge import Outcome, described, misses
from .meter import Meter, Tokens
from .tasks import Task

GREETING = "Hello."
WARM_UPS = 10
"""Turns that may fail at first, while the model is loaded and the prompt is read."""


@dataclass(frozen=True)
class Result:
    """What came of a task, with its measurements.

    Times and tokens are those of the last turn; None if they are not known.
    """

    contestant: str
    task: Task
    misses: Sequence[str]
    first: float | None
    """Seconds to the first word."""
    end: float
    """Seconds to the end of the turn."""
    tokens: Tokens
    said: str
    calls: Sequence[Mapping[str, Any]]

    @property
    def passed(self) -> bool:
        """Return whether all was as expected."""
        return not self.misses


@dataclass
class _Turns:
    """The turns of a task so far, also if the last one does not end."""

    calls: list[ToolCall] = field(default_factory=list)
    tokens: Tokens = field(default_factory=Tokens)
    last: TurnResult | None = None

    def on_event(self, event: TurnEvent) -> None:
        """Keep each call. It comes a second time with its result."""
        if isinstance(event, ToolCall) and not event.answered:
            self.calls.append(event)


@dataclass(frozen=True)
class Runner:
    """Runs tasks with a contestant, each of which may take `time_limit` seconds."""

    house: House
    contestant: Contestant
    meter: Meter
    time_limit: float

    async def warm_up(self) -> None:
        """Let the server load the model and read the prompt, which is not measured."""
        pipeline = await self.contestant.pipeline("en")
        with self.meter.counting(), suppress(TimeoutError):
            for _ in range(WARM_UPS):
                if not (
                    await talk(self.house.client, GREETING, pipeline=pipeline)
                ).error:
                    break

    async def run(self, task: Task) -> Result:
        """Run a task in a house that is in order; return what came of it."""
        await self.contestant.end_session()
        await self.contestant.forget()
        before = await self.house.put_into_order(task.given)
        turns = _Turns()
        error = ""
        try:
            await self._talk(task, turns)
        except TimeoutError:
            turns.last = None
            error = f"no end within {self.time_limit:g} s"
        last = turns.last or TurnResult(task.say[-1], seconds=self.time_limit)
        outcome = Outcome(
            before,
            await self.house.snapshot(),
            turns.calls,
            last.answer,
            error or last.error,
            "\n".join(turns.tokens.told).replace(task.say[-1], ""),
        )
        return Result(
            self.contestant.name,
            task,
            misses(task, outcome),
            last.first_word,
            last.seconds,
            turns.tokens,
            last.answer,
            described(turns.calls),
        )

    async def _talk(self, task: Task, turns: _Turns) -> None:
        """Say what is to be said; raises `TimeoutError` if a turn takes too long."""
        conversation_id = None
        device_id = self.house.devices[task.room] if task.room else None
        for number, text in enumerate(task.say):
            if number and task.apart == "session":
                await self.contestant.end_session()
            with self.meter.counting() as turns.tokens:
                turns.last = await talk(
                    self.house.client,
                    text,
                    pipeline=await self.contestant.pipeline(task.language),
                    conversation_id=conversation_id,
                    device_id=device_id,
                    on_event=turns.on_event,
                    patience=self.time_limit,
                )
            if task.apart == "turn":
                conversation_id = turns.last.conversation_id
