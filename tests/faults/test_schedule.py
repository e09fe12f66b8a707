"""Tests of scheduled actions on a failing disk, and of a kill at any write."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
import json
from pathlib import Path
import signal
from typing import Any

import pytest

from custom_components.openai_compatible_conversation.schedule.schedule_store import (
    ScheduleStore,
)
from custom_components.openai_compatible_conversation.schedule.scheduled_action import (
    ScheduledAction,
    ScheduleError,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .fact_files import broken
from .processes import run
from .schedule_process import main
from .slow_disk import slow_disk, write_with_one_thread

WRITES = 5
"""The number of writes of the process: two actions, a cancellation, a run, its end."""


@pytest.fixture
async def disk_hass(tmp_path: Path) -> AsyncGenerator[HomeAssistant]:
    """Yield a Home Assistant that writes to disk."""
    write_with_one_thread()
    (tmp_path / ".storage").mkdir()
    hass = HomeAssistant(str(tmp_path))
    yield hass
    await hass.async_stop(force=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the path of the file of the actions."""
    return tmp_path / ".storage" / "openai_compatible_conversation.house.schedule"


@pytest.fixture
def set_aside() -> list[str]:
    """Return where files are kept that could not be used."""
    return []


@pytest.fixture
async def store(disk_hass: HomeAssistant, set_aside: list[str]) -> ScheduleStore:
    """Return a loaded store with an action."""
    store = ScheduleStore(disk_hass, "house", lambda _, path: set_aside.append(path))
    await store.async_load()
    await store.async_add(create)
    return store


def create(action_id: str) -> ScheduledAction:
    """Return an action that is due."""
    return ScheduledAction(
        id=action_id, at=dt_util.utcnow(), tool="t", arguments={}, summary="T"
    )


def stored(file: Path) -> list[dict[str, Any]]:
    """Return the actions on disk."""
    if not file.exists():
        return []
    actions: list[dict[str, Any]] = json.loads(file.read_bytes())["data"]["actions"]
    return actions


@pytest.mark.parametrize("folder", [False, True])
async def test_failed_write(store: ScheduleStore, file: Path, folder: bool) -> None:
    """What cannot be written is not scheduled, and not cancelled, and not begun."""
    (action,) = store.actions
    with broken(file.parent if folder else file):
        with pytest.raises(HomeAssistantError, match="schedule_not_written"):
            await store.async_add(create)
        with pytest.raises(HomeAssistantError, match="schedule_not_written"):
            await store.async_cancel(action.id)
        with pytest.raises(HomeAssistantError, match="schedule_not_written"):
            await store.async_begin(action)
        assert store.actions == [action]
    assert await store.async_begin(action)
    assert [one["has_begun"] for one in stored(file)] == [True]
    with broken(file), pytest.raises(HomeAssistantError):
        await store.async_discard(store_actions(store))
    assert not await store.async_begin(action)


def store_actions(store: ScheduleStore) -> list[ScheduledAction]:
    """Return all actions of a store, also those that are begun."""
    return [*vars(store)["_actions"].values()]


async def test_failure_does_not_take_others_along(
    store: ScheduleStore, file: Path
) -> None:
    """Of changes at the same time, what was refused is not written by another one."""
    with broken(file):
        results = await asyncio.gather(
            *(store.async_add(create) for _ in range(5)), return_exceptions=True
        )
    assert all(isinstance(result, HomeAssistantError) for result in results)
    added = await store.async_add(create)
    assert [one["id"] for one in stored(file)] == [store.actions[0].id, added.id]


async def test_cancelled_caller(store: ScheduleStore, file: Path) -> None:
    """Who is cancelled meanwhile leaves what was begun to be written."""
    async with slow_disk():
        task = asyncio.ensure_future(store.async_add(create))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await store.async_add(create)
    assert len(stored(file)) == 3


async def test_removed(store: ScheduleStore, file: Path) -> None:
    """Nothing is promised or written once the entry is removed."""
    await store.async_remove()
    with pytest.raises(ScheduleError, match="removed"):
        await store.async_add(create)
    assert not list(file.parent.glob("*.schedule"))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("null", 0),
        ('{"version": 1, "data": 7}', 0),
        ("[VALID, 7, {}]", 1),
    ],
)
async def test_damaged_file(
    disk_hass: HomeAssistant,
    store: ScheduleStore,
    file: Path,
    set_aside: list[str],
    text: str,
    left: int,
) -> None:
    """A damaged file is kept for the user, and what is valid in it goes on."""
    if "VALID" in text:
        text = text.replace("VALID", json.dumps(stored(file)[0]))
        text = document(text)
    write(file, text)
    reloaded = ScheduleStore(disk_hass, "house", lambda _, path: set_aside.append(path))
    await reloaded.async_load()
    assert len(reloaded.actions) == left
    assert [*map(read, set_aside)] == [text]
    again = ScheduleStore(disk_hass, "house", lambda _, path: set_aside.append(path))
    await reloaded.async_add(create)
    await again.async_load()
    assert len(again.actions) == left + 1
    assert len(set_aside) == 1


def document(actions: str) -> str:
    """Return the text of a file with some actions."""
    head = '{"version": 1, "minor_version": 1, "key": "", "data": {"actions": '
    return f"{head}{actions}}}}}"


def write(file: Path, text: str) -> None:
    """Write a file."""
    file.write_text(text)


def read(path: str) -> str:
    """Return the text of a file."""
    return Path(path).read_text()


@pytest.mark.timeout(120)
async def test_no_fault(tmp_path: Path) -> None:
    """Without a fault, the process writes no more often than the faults cover."""
    (tmp_path / ".storage").mkdir()
    code, steps = await run(main, str(tmp_path), "99", "before")
    assert code == 0
    assert [step for step in steps if not step.startswith("write")] == [
        *("scheduled one", "scheduled two", "cancelled one", "run two", "over")
    ]
    assert len(steps) == 5 + WRITES


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "fault",
    [
        ("run",),
        *((str(n), when) for n in range(1, WRITES + 1) for when in ("before", "after")),
    ],
    ids=" ".join,
)
async def test_kill(tmp_path: Path, file: Path, fault: tuple[str, ...]) -> None:
    """After a kill, nothing is run twice, and what was promised is run or told."""
    (tmp_path / ".storage").mkdir()
    code, first = await run(main, str(tmp_path), *fault)
    assert code == -signal.SIGKILL
    code, second = await run(main, str(tmp_path))
    assert code == 0
    steps = [*first, *second]
    assert "set aside" not in steps
    for name in ("one", "two"):
        runs = steps.count(f"run {name}")
        assert runs <= 1
        is_told = f"told interrupted {name}" in second
        if f"scheduled {name}" in first:
            is_cancelled = f"cancelled {name}" in first
            # Its cancellation was written, and nobody was told.
            is_cancelled |= name == "one" and fault == ("3", "after")
            assert runs or is_told or is_cancelled
        if f"cancelled {name}" in first:
            assert not runs
            assert not is_told
    assert stored(file) == []


async def test_time(store: ScheduleStore) -> None:
    """The next action comes first."""
    sooner = dt_util.utcnow() - timedelta(days=1)

    def create_sooner(action_id: str) -> ScheduledAction:
        return ScheduledAction(
            id=action_id, at=sooner, tool="t", arguments={}, summary="T"
        )

    added = await store.async_add(create_sooner)
    assert store.actions[0] == added
