"""Benchmark of the session: time and memory per turn as its history grows."""

import asyncio
from collections.abc import Sequence
import gc
from pathlib import Path
from statistics import median
import sys
from tempfile import TemporaryDirectory
import time

from custom_components.openai_compatible_conversation.completions.messages import (
    AssistantMessage,
    SystemMessage,
    ToolCallPart,
    ToolMessage,
    UserMessage,
)
from custom_components.openai_compatible_conversation.completions.request import (
    build_body,
    encode,
)
from custom_components.openai_compatible_conversation.session.session import Session
from custom_components.openai_compatible_conversation.session.turns import Turn
from homeassistant.components import conversation
from homeassistant.core import HomeAssistant
from testbed.limits import limits

from . import long_turns
from .measure import tell

TURNS = 10_000
BLOCKS = 10
MAX_TIME_RATIO = 1.25
"""Maximum ratio of the time per turn in the last blocks to that in the first ones."""

MAX_MEMORY_RATIO = 1.02
"""Maximum ratio of allocated memory blocks after the last blocks to the first ones."""


async def _turn(session: Session, hass: HomeAssistant, number: int) -> None:
    """Run a turn with a tool call in a new conversation."""
    content: list[conversation.Content] = [
        conversation.SystemContent(""),
        conversation.UserContent(f"Turn on light {number}"),
    ]
    chat_log = conversation.ChatLog(hass, f"conversation {number}", content)
    async with session.async_begin_turn(chat_log) as turn:
        call = ToolCallPart(f"call_{number}", "intent__HassTurnOn", '{"name":"Lamp"}')
        turn.new_messages.append(UserMessage(f"Turn on light {number}"))
        encode(
            build_body("m", [SystemMessage("Be nice."), *turn.messages], stream=True)
        )
        turn.new_messages += [
            AssistantMessage(None, (call,)),
            ToolMessage(call.id, '{"success":true}' * 20),
        ]
        encode(
            build_body("m", [SystemMessage("Be nice."), *turn.messages], stream=True)
        )
        turn.new_messages.append(AssistantMessage("It is on now."))


async def _async_retain(turns: Sequence[Turn]) -> None:
    """Discard evicted turns."""


async def _measure(folder: Path) -> list[tuple[float, int]]:
    """Return microseconds per turn and allocated memory blocks, by block of turns."""
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
    measured = []
    for block in range(BLOCKS):
        durations = []
        for number in range(TURNS // BLOCKS):
            begin = time.perf_counter()
            await _turn(session, hass, block * TURNS + number)
            durations.append(time.perf_counter() - begin)
        gc.collect()
        measured.append((median(durations) * 1e6, sys.getallocatedblocks()))
    session.async_stop()
    await hass.async_stop(force=True)
    return measured


def run() -> bool:
    """Print time and memory by block of turns; return whether the goals are met."""
    with TemporaryDirectory() as folder:
        (Path(folder) / ".storage").mkdir()
        measured = asyncio.run(_measure(Path(folder)))
    tell(f"The session: {TURNS} turns with a tool call, on disk after each")
    tell("  turns     µs a turn    blocks of memory")
    for number, (micros, blocks) in enumerate(measured, 1):
        tell(f"  {number * TURNS // BLOCKS:6}   {micros:10.0f}   {blocks:12}")
    # The first block only fills the session up to its limits.
    first, last = measured[1:4], measured[-3:]
    slower = median(m for m, _ in last) / median(m for m, _ in first)
    larger = median(b for _, b in last) / median(b for _, b in first)
    tell(
        f"  the last three blocks against the second to fourth: time {slower:.2f}, memory {larger:.3f}"
    )
    tell(f"  goal: at most {MAX_TIME_RATIO} and {MAX_MEMORY_RATIO}")
    return slower <= MAX_TIME_RATIO and larger <= MAX_MEMORY_RATIO and long_turns.run()
