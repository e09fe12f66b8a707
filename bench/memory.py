"""Benchmark of a full fact store: query, recall, learn and load."""

import asyncio
import json
import os
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
import time
from typing import Any

from custom_components.openai_compatible_conversation.agent.fact_recall import (
    MAX_RECALLED,
)
from custom_components.openai_compatible_conversation.issues import Issues
from custom_components.openai_compatible_conversation.memory.store.fact_store import (
    FactStore,
)
from homeassistant.core import HomeAssistant

from .measure import tell

COUNT = 5000
ROUNDS = 60
MAX_QUERY = 5.0
"""Maximum milliseconds of a query."""

MAX_RECALL = 2.0
"""Maximum milliseconds that recall adds to a turn, whatever is said."""

MAX_LEARN = 20.0
"""Maximum milliseconds to learn a fact, beyond those of the disk sync."""

MAX_LOAD = 100.0
"""Maximum milliseconds to load the facts."""

QUERIES = ("cat", "what is the cat called", "favourite tea of Anna", "zebra", "Anne")


SAID = (
    "Turn on the light in the kitchen",
    "What tea does Anna like best?",
    "Which book with the number 1234 does Felix read?",
    "Wo liegt eigentlich der Schlüssel zum Keller?",
    "What is the capital of Portugal, and how many people live there?",
    "Which tea, which book and which song do Anna and Hugo like best of them all?",
)
"""Sentences to which many, few or no facts fit, short and long."""


class _NoIssues(Issues):
    """Issues that are not created."""

    def __init__(self) -> None:
        """Initialize without a config entry."""

    def create_memory_full(self, count: int) -> None:
        """Do nothing."""

    def delete_memory_full(self) -> None:
        """Do nothing."""


def _fact(number: int) -> dict[str, Any]:
    """Return a fact as stored data."""
    now = "2026-11-21T08:00:00+00:00"
    names = ("Anna", "Ben", "Clara", "David", "Emma", "Felix", "Greta", "Hugo")
    things = ("tea", "book", "song", "colour", "dish", "film", "game", "place")
    name, thing = names[number % 8], things[number // 8 % 8]
    return {
        "category": "preferences",
        "key": f"{thing} of {name} number {number}",
        "value": f"{name} likes the {thing} that has the number {number} best of all",
        "source": "told",
        "created_at": now,
        "updated_at": now,
        "subject": name if number % 3 else "",
        "told_by": name,
        "channel": "voice",
        "quote": f"You know what? I like the {thing} number {number} best of them all",
        "past": [{"value": f"{name} liked number {number - 1} best", "until": now}],
    }


def _sync(folder: Path) -> float:
    """Return the milliseconds of a disk sync of a file with all facts."""
    data = json.dumps([_fact(number) for number in range(COUNT)]).encode()
    durations = []
    for _ in range(ROUNDS // 3):
        begin = time.perf_counter()
        with (folder / "sync").open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        durations.append((time.perf_counter() - begin) * 1e3)
    return median(durations)


def _recall(fact_store: FactStore) -> float:
    """Return the milliseconds of recall for the sentence that takes longest."""
    durations = []
    for text in SAID:
        rounds = []
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            fact_store.recall(text, MAX_RECALLED, speaker="Anna")
            rounds.append((time.perf_counter() - begin) * 1e3)
        durations.append(median(rounds))
    return max(durations)


async def _measure(folder: Path) -> tuple[float, float, float, float]:
    """Return the milliseconds of a query, of recall, of learning, and of loading."""
    hass = HomeAssistant(str(folder))
    key = "openai_compatible_conversation.bench"
    facts = [_fact(number) for number in range(COUNT - ROUNDS)]
    stored: dict[str, Any] = {"version": 1, "minor_version": 1, "key": key}
    stored["data"] = {"facts": facts, "pending": []}
    (folder / ".storage" / key).write_text(json.dumps(stored))
    begin = time.perf_counter()
    fact_store = FactStore(hass, "bench", _NoIssues())
    await fact_store.async_load()
    load = (time.perf_counter() - begin) * 1e3
    while fact_store.warm(100):
        pass
    queries = []
    for _ in range(ROUNDS):
        for text in QUERIES:
            begin = time.perf_counter()
            fact_store.query(None, text)
            queries.append((time.perf_counter() - begin) * 1e3)
    recall = _recall(fact_store)
    learned = []
    for number in range(ROUNDS):
        begin = time.perf_counter()
        await fact_store.async_learn("family_members", f"cat {number}", "Amy")
        learned.append((time.perf_counter() - begin) * 1e3)
    await hass.async_stop(force=True)
    return median(queries), recall, median(learned), load


def run() -> bool:
    """Print the measurements; return whether the goals are met."""
    with TemporaryDirectory() as folder:
        (Path(folder) / ".storage").mkdir()
        disk = _sync(Path(folder))
        query, recall, learn, load = asyncio.run(_measure(Path(folder)))
    own = learn - disk
    tell(f"The memory with {COUNT} facts, in milliseconds")
    tell(f"  a query            {query:6.2f}    goal: under {MAX_QUERY:.0f}")
    tell(f"  recall in a turn   {recall:6.2f}    goal: under {MAX_RECALL:.0f}")
    tell(
        f"  to learn a fact    {learn:6.2f}    of which the disk's own sync {disk:.2f}"
    )
    tell(f"  besides that       {own:6.2f}    goal: under {MAX_LEARN:.0f}")
    tell(f"  to load at start   {load:6.2f}    goal: under {MAX_LOAD:.0f}")
    return (
        query < MAX_QUERY
        and recall < MAX_RECALL
        and own < MAX_LEARN
        and load < MAX_LOAD
    )
