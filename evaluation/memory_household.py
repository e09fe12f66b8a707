"""A household with an assistant that remembers nothing yet, and whose time passes."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from testbed.dialogue import Turn
from testbed.talk import TurnResult, talk

from .command import Place
from .contestants import Ours, add_ours
from .meter import Tokens
from .people import People
from .run import Runner

SESSION_END = timedelta(minutes=1)
"""A longer pause ends a session."""

_POLL = 0.5
"""Seconds between two looks at what is still to be learned from."""


@dataclass
class Household:
    """The people and the assistant, which forgets everything before each story."""

    place: Place
    people: People
    time_limit: float
    """Seconds of a turn, and of learning from a session."""
    assistant: Ours
    _is_to_learn: bool = field(default=False, init=False)
    """Whether something was told since the last session ended."""

    @classmethod
    async def move_in(
        cls, place: Place, people: People, time_limit: float
    ) -> Household:
        """Return a household whose model is loaded."""
        server = place.server
        with place.meter.counting():
            assistant = await add_ours(
                place.house.client, place.meter.url, server.api_key, server.model
            )
        await Runner(place.house, assistant, place.meter, time_limit).warm_up()
        return cls(place, people, time_limit, assistant)

    async def begin_story(self) -> None:
        """Begin with an assistant that knows nothing."""
        await self.assistant.end_session()
        await self.assistant.forget()
        self._is_to_learn = False

    async def say(self, turn: Turn, *, is_telling: bool) -> tuple[TurnResult, Tokens]:
        """Run a turn; return its outcome and its tokens.

        A turn without an end has an error.
        """
        self._is_to_learn |= is_telling
        client = await self.people.client(turn.by)
        pipeline = await self.assistant.pipeline(turn.language)
        with self.place.meter.counting() as tokens:
            try:
                result = await talk(
                    client,
                    turn.say,
                    pipeline=pipeline,
                    device_id=self.place.house.devices.get(turn.room),
                    patience=self.time_limit,
                )
            except TimeoutError:
                result = TurnResult(
                    turn.say,
                    seconds=self.time_limit,
                    error=f"no end within {self.time_limit:g} s",
                )
        return result, tokens

    async def let_pass(self, time: timedelta, *, dates: bool) -> None:
        """Let time pass: a session ends, facts are extracted, and they grow old.

        Home Assistant's clock stays as it is. With `dates`, the dates of the facts move
        back instead, by exporting and importing them.
        """
        if time <= SESSION_END:
            return
        with self.place.meter.counting():
            await self.assistant.end_session()
            if self._is_to_learn:
                await self._learn()
        self._is_to_learn = False
        if dates:
            await self._age(time)

    async def _learn(self) -> None:
        """Wait until the facts of the session are extracted, or that has failed."""
        path = f"diagnostics/config_entry/{self.assistant.entry_id}"
        try:
            async with asyncio.timeout(self.time_limit):
                while True:
                    report = await self.place.house.client.rest("GET", path)
                    pending = report["data"]["memory"]["pending"]
                    if all(item["attempts"] for item in pending):
                        return
                    await asyncio.sleep(_POLL)
        except TimeoutError:
            # The next turn takes its place.
            return

    async def _age(self, time: timedelta) -> None:
        """Make all dates of the facts earlier by a time."""
        exported = await self.assistant.act("export_facts")
        await self.assistant.forget()
        await self.assistant.act("import_facts", facts=_earlier(exported, time))


def _earlier(data: Any, time: timedelta) -> Any:
    """Return JSON data with all times in it earlier by a time."""
    match data:
        case dict():
            return {
                key: (datetime.fromisoformat(value) - time).isoformat()
                if key in ("created_at", "updated_at", "until")
                else _earlier(value, time)
                for key, value in data.items()
            }
        case list():
            return [_earlier(item, time) for item in data]
    return data
