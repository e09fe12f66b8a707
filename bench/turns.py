"""Costs of a turn, compared to Home Assistant's own `llama_cpp` and to the SDK alone.

Both integrations run in one real Home Assistant process, with the same house and the
same tools, and use the same scripted model server, which is a separate process. They
alternate, so that disturbances affect all alike. Each turn comes from a device and
starts a new conversation, as with satellites; so ours, whose session continues, sends
the earlier turns, and `llama_cpp` does not. Ours also saves the turn to disk before it
ends. The server's own time is not counted.
"""

import asyncio
from collections.abc import Iterable
from pathlib import Path
import time

import aiohttp
import openai

from testbed.assistant import SetUpError
from testbed.hass import HassError
from testbed.talk import talk
from testbed.websocket import CommandError

from .contestants import (
    SETTLE,
    Contestant,
    Sample,
    SdkContestant,
    interleaved,
    next_text,
)
from .growth import growth
from .house import LISTENER, House, open_house
from .listener import TurnError
from .measure import tell
from .model import KINDS, opening
from .prefix import OURS, THEIRS, PrefixError
from .report import keep
from .requests import requests
from .table import Row, Spread, show

ROUNDS = 30
RELOADS = 20
CROWD = 50
CROWDS = 5

MOST = 0.8
MOST_SET_UP = 1.05
MOST_END = 3.0
"""Milliseconds from the last byte to the end of a turn, its session on disk."""

STREAMS = {"words": "20 ms a token", "burst": "500 tokens at once"}


def run(results: Path | None = None, picture: Path | None = None) -> bool:
    """Print and save the costs of a turn; return whether all goals were met."""
    tell("A turn, beside Home Assistant's own llama_cpp and the SDK alone")
    tell("  medians, and the quarters around them; a ratio is ours against llama_cpp")
    begin = time.monotonic()
    try:
        rows = asyncio.run(_measure())
    except (
        *(TurnError, HassError, PrefixError, SetUpError, CommandError),
        *(aiohttp.ClientError, openai.OpenAIError, OSError),
    ) as err:
        tell(f"  FAILED: {err or type(err).__name__}")
        return False
    met = show(rows)
    tell(f"  {ROUNDS} rounds; {time.monotonic() - begin:.0f} s")
    keep(rows, results, picture)
    return met


async def _measure() -> list[Row]:
    """Run all measurements in sequence."""
    async with open_house() as house:
        return [
            *await _turns(house),
            *await _set_up(house),
            *await _crowd(house),
            *await requests(house),
            *await growth((OURS, THEIRS), LISTENER),
        ]


async def _turns(house: House) -> list[Row]:
    """Return the latency of the first word, the time after the last one, and CPU time."""
    request = (await house.agents[1].request()).body
    assert request is not None
    async with openai.AsyncOpenAI(base_url=house.model.base_url, api_key="no") as sdk:
        subjects: list[Contestant] = [
            *house.agents,
            SdkContestant(house.model, request, sdk),
        ]
        samples = await interleaved(subjects, ("short", *STREAMS), ROUNDS)
    rows = []
    for kind, title in STREAMS.items():
        for key, name in (("first", "First word"), ("end", "End")):
            values = {
                subject.name: Spread.of(
                    [getattr(s, key) for s in samples[kind, subject.name]]
                )
                for subject in subjects
            }
            most = MOST_END if (key, kind) == ("end", "words") else None
            rows.append(
                Row(f"{key}_{kind}", f"{name}, {title}", "ms", values, MOST, most)
            )
    for kind, title in STREAMS.items():
        values = {
            subject.name: Spread.of(
                _per_thousand(
                    samples[kind, subject.name], samples["short", subject.name], kind
                )
            )
            for subject in subjects
        }
        rows.append(
            Row(f"cpu_{kind}", f"CPU for 1,000 tokens, {title}", "ms", values, MOST)
        )
    values = {
        subject.name: Spread.of([s.cpu for s in samples["short", subject.name]])
        for subject in subjects
    }
    return [*rows, Row("cpu_turn", "CPU of a turn of one token", "ms", values)]


def _per_thousand(
    long: Iterable[Sample], short: Iterable[Sample], kind: str
) -> list[float]:
    """Return the CPU time of 1,000 tokens by round, without the cost of the turn."""
    tokens = KINDS[kind].chunks - KINDS["short"].chunks
    return [
        (one.cpu - other.cpu) / tokens * 1e3
        for one, other in zip(long, short, strict=True)
    ]


async def _set_up(house: House) -> list[Row]:
    """Return the duration of a reload."""
    durations: dict[str, list[float]] = {agent.name: [] for agent in house.agents}
    for number in range(RELOADS + 1):
        for agent in house.agents if number % 2 else house.agents[::-1]:
            milliseconds = await agent.reload()
            if number:
                durations[agent.name].append(milliseconds)
            await asyncio.sleep(SETTLE)
    values = {name: Spread.of(times) for name, times in durations.items()}
    return [Row("set_up", "Reload of the entry", "ms", values, MOST_SET_UP)]


async def _crowd(house: House) -> list[Row]:
    """Return the duration of many concurrent turns; raises `TurnError` if one fails."""
    durations: dict[str, list[float]] = {agent.name: [] for agent in house.agents}
    for number in range(CROWDS):
        for agent in house.agents if number % 2 else house.agents[::-1]:
            texts = [next_text("words") for _ in range(CROWD)]
            begin = time.monotonic()
            turns = await asyncio.gather(
                *(
                    talk(
                        house.listener,
                        text,
                        pipeline=agent.pipeline,
                        device_id=agent.device_id,
                    )
                    for text in texts
                )
            )
            durations[agent.name].append((time.monotonic() - begin) * 1e3)
            for text, turn in zip(texts, turns, strict=True):
                if turn.error or not turn.answer.startswith(opening(text)):
                    raise TurnError(
                        f"{agent.name}, of {CROWD} at once: "
                        f"{turn.error or turn.answer[:80]!r} to {text!r}"
                    )
    values = {name: Spread.of(times) for name, times in durations.items()}
    return [Row("crowd", f"{CROWD} turns at once, 20 ms a token", "ms", values)]
