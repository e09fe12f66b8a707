"""The slots of a server, and which request may have one.

A local server answers one request at a time, or a few. Turns come before all else and
never wait: what stands in their way is cancelled, which closes its connection. Then come
prewarming, tasks and extraction; only extraction is cancelled for the former two.

Decision record: docs/decisions/0022-one-owner-of-the-slot.md.
"""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import IntEnum
import math

PREWARM_WAIT = 15.0
"""Seconds that a prewarm request waits: the user has finished speaking by then."""

TASK_WAIT = 60.0
"""Seconds that the request of a task waits, so that it never waits for its own end."""

EXPECTED_TURN = 30.0
"""Seconds from a wake word for which extraction leaves the prompt cache alone."""

TASK_PAUSE = 5.0
"""Seconds from the request of a task to its next one, as far as extraction knows."""


class Priority(IntEnum):
    """What a request is for, the most important first."""

    PREWARM = 1
    TASK = 2
    EXTRACTION = 3


class PreemptedError(Exception):
    """The request was cancelled, or did not get a slot in time."""


@dataclass(slots=True, eq=False)
class _Turn:
    """A turn that runs; its slot is kept between its requests."""

    owner: str
    is_asking: bool = False
    """Whether it waits for the server, and not for a tool."""


@dataclass(slots=True, eq=False)
class _Request:
    """A request that waits for a slot, or has one."""

    priority: Priority
    owner: str
    is_preemptible: bool
    wait_until: float
    """When it stops waiting, in the event loop's time."""
    turns: tuple[_Turn, ...]
    """The turns that it is a part of, which wait for it."""
    scope: asyncio.Timeout = field(default_factory=lambda: asyncio.timeout(None))
    is_preempted: bool = False


_TURNS: ContextVar[tuple[_Turn, ...]] = ContextVar("turns", default=())
"""The turns that the current code is a part of, for example as a tool."""


class Slots:
    """The owner of the slots of one server. Times are those of the event loop."""

    def __init__(self) -> None:
        """Initialize for a server of which one slot is known."""
        self.limit = 1
        """How many requests the server answers at a time."""
        self._turns: list[_Turn] = []
        self._running: list[_Request] = []
        self._waiting: list[_Request] = []
        self._changed = asyncio.Event()
        self._is_calm_at = -math.inf

    @contextmanager
    def turn(self, owner: str) -> Generator[None]:
        """Keep a slot for a turn of an owner, which does not wait for it."""
        turn = _Turn(owner)
        self._turns.append(turn)
        token = _TURNS.set((*_TURNS.get(), turn))
        # This is what was expected.
        self._is_calm_at = -math.inf
        self._make_room(0, Priority.PREWARM)
        try:
            yield
        finally:
            _TURNS.reset(token)
            self._turns.remove(turn)
            self._notify()

    @contextmanager
    def ask(self) -> Generator[None]:
        """Send a request of the current turn, for which its own tools give way too."""
        turn = next((t for t in reversed(_TURNS.get()) if t in self._turns), None)
        if turn is None:
            yield
            return
        turn.is_asking = True
        self._make_room(0, Priority.PREWARM)
        try:
            yield
        finally:
            turn.is_asking = False
            self._notify()

    def expect_turn(self) -> None:
        """Cancel extraction for a turn that is about to come."""
        self._is_calm_at = asyncio.get_running_loop().time() + EXPECTED_TURN
        self._make_room(1, Priority.EXTRACTION)

    async def run[T](
        self,
        priority: Priority,
        owner: str,
        request: Callable[[], Awaitable[T]],
        *,
        is_preemptible: bool = True,
    ) -> T:
        """Send a request when there is a slot for it, and return its result.

        Raises `PreemptedError` if it was cancelled for something more important, and for
        a prewarm request that did not get a slot in time. A task then goes without one.
        """
        now = asyncio.get_running_loop().time()
        wait = {Priority.PREWARM: PREWARM_WAIT, Priority.TASK: TASK_WAIT}
        entry = _Request(
            priority,
            owner,
            is_preemptible,
            now + wait.get(priority, math.inf),
            _TURNS.get() if priority is Priority.TASK else (),
        )
        await self._admit(entry)
        try:
            async with entry.scope:
                return await request()
        except TimeoutError as err:
            if entry.scope.expired():
                raise PreemptedError from err
            raise
        finally:
            self._running.remove(entry)
            if priority is Priority.TASK:
                calm_at = asyncio.get_running_loop().time() + TASK_PAUSE
                self._is_calm_at = max(self._is_calm_at, calm_at)
            self._notify()

    async def _admit(self, entry: _Request) -> None:
        """Wait until a request may run."""
        loop = asyncio.get_running_loop()
        self._waiting.append(entry)
        try:
            if entry.priority is not Priority.EXTRACTION and not self._fits(entry):
                self._make_room(1, Priority.EXTRACTION)
            while not self._may_start(entry):
                if (now := loop.time()) >= entry.wait_until:
                    if entry.priority is Priority.PREWARM:
                        raise PreemptedError
                    break
                until = entry.wait_until
                if entry.priority is Priority.EXTRACTION and now < self._is_calm_at:
                    until = self._is_calm_at
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(None if until == math.inf else until):
                        await self._changed.wait()
            self._running.append(entry)
        finally:
            self._waiting.remove(entry)
            self._notify()

    def _may_start(self, entry: _Request) -> bool:
        """Return whether a request is the next one."""
        return self._fits(entry) and not any(
            self._fits(other)
            for other in self._waiting
            if other.priority < entry.priority
            or (other.priority == entry.priority and self._is_before(other, entry))
        )

    def _is_before(self, other: _Request, entry: _Request) -> bool:
        """Return whether a request has waited for longer than another one."""
        return self._waiting.index(other) < self._waiting.index(entry)

    def _fits(self, entry: _Request) -> bool:
        """Return whether there is a slot for a request."""
        turns = [t for t in self._turns if t.is_asking or t not in entry.turns]
        if entry.priority is Priority.PREWARM and any(
            turn.owner == entry.owner for turn in turns
        ):
            # That turn has the same beginning, and its slot is free between requests.
            return False
        now = asyncio.get_running_loop().time()
        is_calm = now >= self._is_calm_at or self.limit > 1
        if entry.priority is Priority.EXTRACTION and not is_calm:
            # It would take the prompt cache from what comes next.
            return False
        return len(turns) + len(self._running) < self.limit

    def _make_room(self, count: int, least: Priority) -> None:
        """Cancel requests so that `count` more fit, beside the turns.

        `least` is the most important priority that is cancelled.
        """
        running = [entry for entry in self._running if not entry.is_preempted]
        excess = len(self._turns) + len(running) + count - self.limit
        for entry in sorted(running, key=lambda entry: -entry.priority):
            if excess <= 0 or entry.priority < least:
                return
            if entry.is_preemptible:
                entry.is_preempted = True
                entry.scope.reschedule(asyncio.get_running_loop().time())
                excess -= 1

    def _notify(self) -> None:
        """Let the waiting requests check whether they may run."""
        self._changed.set()
        self._changed = asyncio.Event()
