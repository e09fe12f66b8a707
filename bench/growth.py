"""Memory growth of a Home Assistant over a thousand turns."""

import asyncio
from collections.abc import Iterable

from testbed.house import furnish
from testbed.voice import device_of

from .contestants import enter
from .listener import MeasuredHass
from .modelprocess import ModelProcess
from .prefix import Subject
from .table import Row, Spread

TURNS = 1000
WARM_UP = 100


async def growth(subjects: Iterable[Subject], speaker: str) -> list[Row]:
    """Return the memory growth of a Home Assistant with each integration.

    They run in parallel, which does not affect the memory.
    """
    tasks = {
        subject.name: asyncio.create_task(_measure(subject, speaker))
        for subject in subjects
    }
    values = {name: Spread.of([await task]) for name, task in tasks.items()}
    return [Row("memory", f"Memory for {TURNS:,} turns", "MB", values)]


async def _measure(subject: Subject, speaker: str) -> float:
    """Return the memory growth of a Home Assistant, in megabytes."""
    async with (
        ModelProcess() as model,
        MeasuredHass() as hass,
        hass.listener() as listener,
    ):
        await furnish(listener)
        device = await device_of(listener, speaker)
        agent = await enter(subject, hass, listener, model, device)
        for _ in range(WARM_UP):
            await agent.turn("short")
        before = hass.memory
        for _ in range(TURNS):
            await agent.turn("short")
        return (hass.memory - before) / 1e6
