"""Benchmark of the end of a turn: its session on disk, and what a slow disk costs.

The session is full and has the system prompt of a home with many devices. On the slow
disk, all threads that write files are busy.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event
import time

from custom_components.openai_compatible_conversation.completions.messages import (
    AssistantMessage,
    ToolCallPart,
    ToolMessage,
    UserMessage,
)
from custom_components.openai_compatible_conversation.session.session import Session
from custom_components.openai_compatible_conversation.session.session_file import (
    storage_key,
)
from custom_components.openai_compatible_conversation.session.turns import Turn
from homeassistant.components import conversation
from homeassistant.core import HomeAssistant
from testbed.limits import limits

from .measure import tell

TURNS = 300
SLOW_TURNS = 50
THREADS = 100
"""More threads than write files at the same time."""

MAX_END = 3.0
"""Maximum milliseconds from the answer to the end of the turn, on a quiet machine."""

MAX_SLOW_END = 15.0
"""The same on a slow disk, which is not waited for."""


async def _async_retain(turns: Sequence[Turn]) -> None:
    """Discard evicted turns."""


async def _end(session: Session, hass: HomeAssistant, number: int) -> float:
    """Run a turn with a tool call; return the milliseconds after its answer."""
    content: list[conversation.Content] = [
        conversation.SystemContent(""),
        conversation.UserContent(f"Turn on light {number}"),
    ]
    chat_log = conversation.ChatLog(hass, f"conversation {number}", content)
    async with session.async_begin_turn(chat_log) as turn:
        turn.state.cache_system_prompt("key", "A light in the living room. " * 700)
        call = ToolCallPart(f"call_{number}", "intent__HassTurnOn", '{"name":"Lamp"}')
        turn.new_messages += [
            UserMessage(f"Turn on light {number}"),
            AssistantMessage(None, (call,)),
            ToolMessage(call.id, '{"success":true}' * 20),
            AssistantMessage("It is on now."),
        ]
        begin = time.perf_counter()
    return (time.perf_counter() - begin) * 1e3


async def _measure(folder: Path) -> tuple[float, float, int]:
    """Return the milliseconds on this disk and on a slow one, and the bytes of a file."""
    hass = HomeAssistant(str(folder))
    session = Session(
        hass,
        "bench",
        lambda: 600,
        _async_retain,
        limits=limits,
        on_set_aside=lambda _content, _path: None,
    )
    await session.async_load()
    session.async_start()
    fast = [await _end(session, hass, number) for number in range(TURNS)]
    await session.async_flush()
    file = folder / ".storage" / storage_key("bench")
    size = len(await hass.async_add_executor_job(file.read_bytes))
    release = Event()
    busy = [hass.async_add_executor_job(release.wait) for _ in range(THREADS)]
    slow = [await _end(session, hass, TURNS + number) for number in range(SLOW_TURNS)]
    release.set()
    await asyncio.gather(*busy)
    await session.async_flush()
    session.async_stop()
    await hass.async_stop(force=True)
    return median(fast), median(slow), size


def run() -> bool:
    """Print the end of a turn; return whether the goals are met."""
    with TemporaryDirectory() as folder:
        (Path(folder) / ".storage").mkdir()
        fast, slow, size = asyncio.run(_measure(Path(folder)))
    tell("The end of a turn: from the answer until its session is on disk")
    tell(f"  this disk    {fast:6.2f} ms   goal: at most {MAX_END}")
    tell(f"  a slow disk  {slow:6.2f} ms   goal: at most {MAX_SLOW_END}")
    tell(f"  bytes of the file of the session: {size:,}")
    return fast <= MAX_END and slow <= MAX_SLOW_END
