"""Tests of the owner of a server's slots: who goes first, and who makes way."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextvars import Context

import pytest

from custom_components.openai_compatible_conversation.completions import slots as module
from custom_components.openai_compatible_conversation.completions.slots import (
    PreemptedError,
    Priority,
    Slots,
)

PREWARM, TASK, EXTRACTION = Priority.PREWARM, Priority.TASK, Priority.EXTRACTION


class Bench:
    """Requests with names, and a trace of what happens to them."""

    def __init__(self) -> None:
        """Initialize with one slot."""
        self.slots = Slots()
        self.trace: list[str] = []
        self.has_begun = asyncio.Event()
        self.ends: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    def request(self, name: str) -> Callable[[], Awaitable[None]]:
        """Return a request that runs until it is ended."""
        self.ends[name] = asyncio.Event()

        async def _request() -> None:
            self.trace.append(f"{name} begins")
            self.has_begun.set()
            try:
                await self.ends[name].wait()
            except asyncio.CancelledError:
                self.trace.append(f"{name} is cancelled")
                raise
            self.trace.append(f"{name} ends")

        return _request

    async def start(
        self,
        priority: Priority,
        name: str,
        owner: str = "home",
        *,
        firm: bool = False,
        in_turn: bool = False,
    ) -> None:
        """Start a request, and let everything happen that can."""
        coroutine = self.slots.run(
            priority, owner, self.request(name), is_preemptible=not firm
        )
        context = None if in_turn else Context()
        task = asyncio.create_task(coroutine, context=context)
        self.tasks[name] = task
        await settle()

    async def end(self, name: str) -> None:
        """End a request."""
        self.ends[name].set()
        await self.tasks[name]
        await settle()

    async def close(self) -> None:
        """Cancel what still runs or waits."""
        for task in self.tasks.values():
            task.cancel()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)

    async def lines(self) -> list[str]:
        """Return what has happened since the last time."""
        await settle()
        lines, self.trace = self.trace, []
        self.has_begun.clear()
        return lines


@pytest.fixture
async def bench() -> AsyncGenerator[Bench]:
    """Yield slots to be tested."""
    bench = Bench()
    yield bench
    await bench.close()


async def settle() -> None:
    """Let the tasks run until they wait."""
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.mark.parametrize("priority", Priority)
async def test_turn_before_all(bench: Bench, priority: Priority) -> None:
    """A turn does not wait; what has the slot is cancelled, and what waits goes on."""
    await bench.start(priority, "request")
    request = bench.tasks["request"]
    with bench.slots.turn("home"):
        assert await bench.lines() == ["request begins", "request is cancelled"]
        with pytest.raises(PreemptedError):
            await request
        await bench.start(TASK, "next")
        assert await bench.lines() == []
    assert await bench.lines() == ["next begins"]


async def test_order(bench: Bench) -> None:
    """Prewarming comes before tasks, tasks in their order, and extraction at the end."""
    bench.slots.limit = 2
    with bench.slots.turn("other"), bench.slots.turn("another"):
        await bench.start(EXTRACTION, "extraction")
        await bench.start(TASK, "first task")
        await bench.start(TASK, "second task")
        await bench.start(PREWARM, "prewarming")
        assert await bench.lines() == []
        bench.slots.limit = 1
    assert await bench.lines() == ["prewarming begins"]
    await bench.end("prewarming")
    assert await bench.lines() == ["prewarming ends", "first task begins"]
    await bench.end("first task")
    assert await bench.lines() == ["first task ends", "second task begins"]


@pytest.mark.parametrize("priority", [PREWARM, TASK])
async def test_extraction_makes_way(bench: Bench, priority: Priority) -> None:
    """A wake word and a task cancel an extraction, and have its slot."""
    await bench.start(EXTRACTION, "extraction")
    extraction = bench.tasks["extraction"]
    await bench.start(priority, "request")
    assert await bench.lines() == [
        "extraction begins",
        "extraction is cancelled",
        "request begins",
    ]
    with pytest.raises(PreemptedError):
        await extraction


async def test_task_is_not_cancelled_by_prewarming(bench: Bench) -> None:
    """Prewarming waits for a task, and a task for prewarming."""
    await bench.start(TASK, "task")
    await bench.start(PREWARM, "prewarming")
    assert await bench.lines() == ["task begins"]
    await bench.end("task")
    assert await bench.lines() == ["task ends", "prewarming begins"]
    await bench.start(TASK, "next")
    assert await bench.lines() == []
    await bench.end("prewarming")
    assert await bench.lines() == ["prewarming ends", "next begins"]


async def test_no_prewarming_into_a_turn(bench: Bench) -> None:
    """Not into the tool loop of the same household either, where there are more slots."""
    bench.slots.limit = 4
    with bench.slots.turn("home"):
        await bench.start(PREWARM, "own")
        assert await bench.lines() == []
        await bench.start(PREWARM, "other", owner="office")
        assert await bench.lines() == ["other begins"]
    assert await bench.lines() == ["own begins"]


async def test_several_slots(bench: Bench) -> None:
    """With several slots, only what does not fit makes way: the least important."""
    bench.slots.limit = 3
    await bench.start(EXTRACTION, "extraction")
    await bench.start(TASK, "task")
    with bench.slots.turn("home"):
        assert await bench.lines() == ["extraction begins", "task begins"]
        with bench.slots.turn("home"):
            assert await bench.lines() == ["extraction is cancelled"]
            with bench.slots.turn("home"), bench.slots.turn("home"):
                assert await bench.lines() == ["task is cancelled"]


async def test_prewarming_waits_for_a_while(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prewarming that comes too late is not sent at all."""
    monkeypatch.setattr(module, "PREWARM_WAIT", 0.05)
    with bench.slots.turn("home"):
        await bench.start(PREWARM, "prewarming")
        prewarming = bench.tasks["prewarming"]
        with pytest.raises(PreemptedError):
            await asyncio.wait_for(prewarming, 5)
    assert await bench.lines() == []


async def test_task_waits_for_a_while(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task is sent in the end: what it waits for may wait for it, in any way."""
    monkeypatch.setattr(module, "TASK_WAIT", 0.05)
    with bench.slots.turn("home"):
        await bench.start(TASK, "task")
        await asyncio.wait_for(bench.has_begun.wait(), 5)
    assert await bench.lines() == ["task begins"]


async def test_task_of_a_tool(bench: Bench) -> None:
    """A task that a turn waits for does not wait for the turn."""
    with bench.slots.turn("home"):
        await bench.start(TASK, "task", in_turn=True)
        assert await bench.lines() == ["task begins"]
        with bench.slots.ask():
            # The tool took too long, and the turn goes on without it.
            assert await bench.lines() == ["task is cancelled"]
            await bench.start(TASK, "again", in_turn=True)
            assert await bench.lines() == []
        assert await bench.lines() == ["again begins"]


async def test_firm_request(bench: Bench) -> None:
    """A request that is not to be cancelled any more ends beside a turn."""
    await bench.start(TASK, "task", firm=True)
    task = bench.tasks["task"]
    with bench.slots.turn("home"):
        bench.ends["task"].set()
        await task
    assert await bench.lines() == ["task begins", "task ends"]


async def test_calm(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a wake word, extraction waits for the turn that may come."""
    monkeypatch.setattr(module, "EXPECTED_TURN", 0.1)
    await bench.start(EXTRACTION, "extraction")
    extraction = bench.tasks["extraction"]
    bench.slots.expect_turn()
    assert await bench.lines() == ["extraction begins", "extraction is cancelled"]
    with pytest.raises(PreemptedError):
        await extraction
    await bench.start(EXTRACTION, "again")
    assert await bench.lines() == []
    await asyncio.wait_for(bench.has_begun.wait(), 5)
    await bench.end("again")
    assert await bench.lines() == ["again begins", "again ends"]


async def test_cancelled_in_every_state(bench: Bench) -> None:
    """What is cancelled from outside leaves its place, whether it waits or runs."""
    await bench.start(TASK, "running")
    running = bench.tasks["running"]
    await bench.start(TASK, "waiting")
    waiting = bench.tasks["waiting"]
    await bench.start(TASK, "last")
    waiting.cancel()
    running.cancel()
    for task in (running, waiting):
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await bench.lines() == [
        "running begins",
        "running is cancelled",
        "last begins",
    ]


async def test_error() -> None:
    """An error of a request is its own, also that of another time limit."""
    slots = Slots()

    async def fail() -> None:
        async with asyncio.timeout(0):
            await asyncio.sleep(1)

    with pytest.raises(TimeoutError):
        await slots.run(TASK, "home", fail)

    async def answer() -> str:
        return "Yes"

    assert await slots.run(TASK, "home", answer) == "Yes"
