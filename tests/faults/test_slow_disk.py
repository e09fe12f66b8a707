"""Tests of a session on a slow disk: no turn waits, and nothing else is lost."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
import json
from pathlib import Path
import signal
import sys
from typing import Any

import pytest

from custom_components.openai_compatible_conversation.completions.messages import (
    AssistantMessage,
    UserMessage,
)
from custom_components.openai_compatible_conversation.session.session import Session
from custom_components.openai_compatible_conversation.session.session_state import (
    MAX_TURNS,
)
from custom_components.openai_compatible_conversation.session.turns import Turn
from homeassistant.components import conversation
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from testbed.limits import limits

from .fact_files import broken
from .slow_disk import slow_disk, write_with_one_thread

MOMENT = 0.2


@pytest.fixture
async def disk_hass(tmp_path: Path) -> AsyncGenerator[HomeAssistant]:
    """Yield a Home Assistant that writes to disk with a single thread."""
    write_with_one_thread()
    (tmp_path / ".storage").mkdir()
    hass = HomeAssistant(str(tmp_path))
    yield hass
    await hass.async_stop(force=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the path of the session's file."""
    return tmp_path / ".storage" / "openai_compatible_conversation.house.session"


class House:
    """A session, and what was retained of it."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize an empty session."""
        self.hass = hass
        self.retained: list[str] = []
        self.may_retain = asyncio.Event()
        self.may_retain.set()
        self.on_retain: Callable[[], None] = lambda: None
        self.session = Session(
            hass,
            "house",
            lambda: 600,
            self.async_retain,
            limits=limits,
            on_set_aside=self.set_aside,
        )

    async def async_retain(self, turns: Sequence[Turn]) -> None:
        """Record turns that left the session."""
        await self.may_retain.wait()
        self.on_retain()
        self.retained += said(turns)

    def set_aside(self, content: str, path: str) -> None:
        """Fail: what a session wrote, it can read."""
        raise AssertionError(f"{content}: {path}")

    async def say(self, text: str) -> None:
        """Run a turn."""
        content: list[conversation.Content] = [
            conversation.SystemContent(""),
            conversation.UserContent(text),
        ]
        chat_log = conversation.ChatLog(self.hass, text, content)
        async with self.session.async_begin_turn(chat_log) as turn:
            turn.new_messages += [UserMessage(text), AssistantMessage("Ok.")]


def said(turns: Sequence[Turn]) -> list[str]:
    """Return what users said in turns."""
    return [m.text for t in turns for m in t.messages if isinstance(m, UserMessage)]


def stored(file: Path) -> list[str]:
    """Return what users said, as it is on disk."""
    data: dict[str, Any] = json.loads(file.read_bytes())["data"]
    return [messages[0]["user"] for messages in data["turns"]]


def is_stored(file: Path) -> bool:
    """Return whether a session is on disk."""
    return file.exists()


@pytest.fixture
async def house(disk_hass: HomeAssistant) -> AsyncGenerator[House]:
    """Yield a house with a session of one turn."""
    house = House(disk_hass)
    await house.session.async_load()
    house.session.async_start()
    await house.say("one")
    await house.session.async_flush()
    yield house
    house.session.async_stop()


async def test_result_comes_first(house: House, file: Path) -> None:
    """A turn ends although it cannot be written, and is written later."""
    async with slow_disk() as release:
        await asyncio.wait_for(house.say("two"), 5)
        assert stored(file) == ["one"]
        release.set()
        await house.session.async_flush()
    assert stored(file) == ["one", "two"]


async def test_two_turns_at_once(house: House, file: Path) -> None:
    """Turns that end while the disk is busy are all written, in their order."""
    async with slow_disk() as release:
        turns = [house.say(text) for text in ("two", "three", "four")]
        await asyncio.wait_for(asyncio.gather(*turns), 5)
        release.set()
        await house.session.async_flush()
    assert stored(file) == ["one", "two", "three", "four"]


async def test_end_waits(house: House, file: Path) -> None:
    """A session that is ended by a user is gone from disk before that is answered."""
    async with slow_disk() as release:
        await house.say("two")
        end = asyncio.ensure_future(house.session.async_end_now())
        done, _ = await asyncio.wait({end}, timeout=MOMENT)
        assert not done
        assert is_stored(file)
        release.set()
        assert await asyncio.wait_for(end, 5) == 2
        assert not is_stored(file)
    assert house.retained == ["one", "two"]


async def test_stop_waits(house: House, file: Path) -> None:
    """Home Assistant stops once the turn is on disk."""
    async with slow_disk() as release:
        await house.say("two")
        stop = asyncio.ensure_future(house.hass.async_stop(force=True))
        await asyncio.sleep(MOMENT)
        release.set()
        await asyncio.wait_for(stop, 30)
    assert stored(file) == ["one", "two"]


async def test_turn_after_a_failed_write(house: House, file: Path) -> None:
    """A turn ends if it cannot be written, and is written with the next one."""
    with broken(file):
        await house.say("two")
        await house.session.async_flush()
    assert stored(file) == ["one"]
    await house.say("three")
    await house.session.async_flush()
    assert stored(file) == ["one", "two", "three"]


async def test_failed_end(house: House, file: Path) -> None:
    """An error is raised if the session is still on disk, until it can be deleted."""
    with (
        broken(file.parent),
        pytest.raises(HomeAssistantError, match="session_not_written"),
    ):
        await house.session.async_end_now()
    assert stored(file) == ["one"]
    await house.session.async_end_now()
    assert not is_stored(file)


async def test_evicted_while_others_are_retained(house: House, file: Path) -> None:
    """No turn leaves the file before it is retained, however many leave at once."""
    for number in range(MAX_TURNS - 1):
        await house.say(str(number))
    await house.session.async_flush()
    before = stored(file)
    house.on_retain = lambda: on_disk.append(stored(file))
    on_disk: list[list[str]] = []
    house.may_retain.clear()
    for number in range(MAX_TURNS):
        await house.say(f"later {number}")
    assert house.retained == []
    house.may_retain.set()
    await house.session.async_flush()
    assert len(house.retained) > MAX_TURNS // 2
    assert on_disk
    assert all(seen == before for seen in on_disk)
    now = stored(file)
    assert [*house.retained, *now] == [
        *before,
        *(f"later {number}" for number in range(MAX_TURNS)),
    ]


@pytest.mark.timeout(120)
async def test_kill_between_result_and_file(tmp_path: Path, file: Path) -> None:
    """A kill before a turn is written costs this turn alone."""
    (tmp_path / ".storage").mkdir()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.faults.killed_process", str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    output, _ = await asyncio.wait_for(process.communicate(), 110)
    assert process.returncode == -signal.SIGKILL
    assert output.decode().split() == ["one", "two"]
    assert stored(file) == ["one"]
    house = House(HomeAssistant(str(tmp_path)))
    await house.session.async_load()
    house.session.async_start()
    await house.say("three")
    await house.session.async_flush()
    assert stored(file) == ["one", "three"]
    house.session.async_stop()
    await house.hass.async_stop(force=True)
