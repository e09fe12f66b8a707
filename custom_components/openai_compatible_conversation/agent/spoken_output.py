"""How the answer of a turn is spoken: in one stream without long pauses.

A pause in the middle of speech can hang a satellite. So what is said before a tool call
is held, and if the tool takes long, the result of the turn ends with a word to wait.
The answer then follows by itself.

Decision record: docs/decisions/0025-no-gap-in-speech.md.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import override

from homeassistant.components.conversation import ChatLog

from ..speech.moment import one_moment
from ..tools.running_calls import RunningCalls
from .held_speech import HeldSpeech
from .turn_output import Delta, TurnOutput

MAX_WAIT = 4.0
"""Seconds of a tool call after which the user is told to wait."""

MAX_SILENCE = 0.8
"""Seconds without a word after which speech that has started is ended."""


class SpokenOutput(TurnOutput):
    """Adds what the model says to the chat log, which speaks it."""

    def __init__(
        self,
        chat_log: ChatLog,
        agent_id: str,
        held: HeldSpeech,
        leave: Callable[[], ChatLog],
        *,
        language: str,
        can_follow: bool,
    ) -> None:
        """Initialize at the start of a turn.

        `leave` ends the result of the turn, and returns the chat log for what follows.
        `can_follow` is whether the user hears what follows as soon as it is there.
        """
        super().__init__(chat_log, agent_id)
        self._held = held
        self._leave = leave
        self._language = language
        self._can_follow = can_follow
        self._has_left = False

    def patience(self) -> float | None:
        """Return the seconds for which a call is waited for, None for all it takes."""
        if self._has_left:
            return None
        if self._held.spoken_at is None:
            return MAX_WAIT if self._can_follow else None
        silent = asyncio.get_running_loop().time() - self._held.spoken_at
        return max(0.0, MAX_SILENCE - silent)

    @override
    async def add(self, deltas: AsyncGenerator[Delta], *, may_call: bool) -> None:
        """Add the deltas of a response as they may be spoken.

        If speech has started and nothing follows, it ends. Nothing of the response is
        in the chat log before its first delta, so it can be another one then.
        """
        async with aclosing(self._held.hold(deltas, may_call=may_call)) as held:
            ending = None
            if self._held.spoken_at is not None and not self._has_left:
                ending = asyncio.create_task(self._end_after(self.patience() or 0))
            try:
                first = await anext(held, None)
            finally:
                if ending:
                    ending.cancel()
            if first is not None:
                await self._add_deltas(_chained(first, held))

    @override
    async def say(self, text: str) -> None:
        """Add what is held, and a text after it."""
        await self.add_ready(self._held.take(text))

    @override
    async def finish(self) -> None:
        """Add what is held: nothing else follows."""
        if deltas := self._held.take():
            await self.add_ready(deltas)

    @override
    async def join(self, running: RunningCalls) -> None:
        """Tell the user to wait for the calls that take long, and wait for them."""
        if running.are_late:
            await self._end()
            await running.async_join()

    async def _end_after(self, seconds: float) -> None:
        """End the result of the turn after some seconds."""
        await asyncio.sleep(seconds)
        await self._end()

    async def _end(self) -> None:
        """Tell the user to wait, and end the result of the turn."""
        await self.say(one_moment(self._language))
        self._has_left = self._held.keeps_all = True
        self.chat_log = self._leave()


async def _chained(
    first: Delta, others: AsyncGenerator[Delta]
) -> AsyncGenerator[Delta]:
    """Yield a delta and the others after it."""
    yield first
    async for delta in others:
        yield delta
