"""What a memory does whose disk fails for a while: nothing is lost, and nobody is told otherwise."""

from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.openai_compatible_conversation.issues import Issues
from custom_components.openai_compatible_conversation.memory.fact_store import FactStore
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

CAT = ("family_members", "cat", "Amy")
TEA = ("preferences", "tea", "green")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[HomeAssistant]:
    """Return a Home Assistant that writes to a disk."""
    (tmp_path / ".storage").mkdir()
    hass = HomeAssistant(str(tmp_path))
    yield hass
    await hass.async_stop(force=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the file of the memory."""
    return tmp_path / ".storage" / "openai_compatible_conversation.house"


@pytest.fixture
async def memory(house: HomeAssistant) -> FactStore:
    """Return a memory that was loaded and has a fact."""
    memory = forgetful(house)
    await memory.async_load()
    await memory.async_learn(*CAT)
    return memory


def forgetful(hass: HomeAssistant) -> FactStore:
    """Return a memory that was not loaded."""
    entry: Any = ConfigEntry.__new__(ConfigEntry)
    object.__setattr__(entry, "entry_id", "house")
    object.__setattr__(entry, "title", "House")
    return FactStore(hass, "house", Issues(hass, entry))


@contextmanager
def broken(path: Path) -> Generator[None]:
    """Have something in the place of a file or a folder that can be neither."""
    aside = path.parent.parent / "aside"
    path.rename(aside)
    path.mkdir() if aside.is_file() else path.touch()
    try:
        yield
    finally:
        path.rmdir() if aside.is_file() else path.unlink()
        aside.rename(path)


def stored(file: Path) -> dict[str, Any]:
    """Return what is on disk."""
    data: dict[str, Any] = json.loads(file.read_bytes())["data"]
    return data


@pytest.mark.parametrize("folder", [False, True])
async def test_not_written(memory: FactStore, file: Path, folder: bool) -> None:
    """Who tells something hears that it cannot be written, whatever the disk's error is."""
    with (
        broken(file.parent if folder else file),
        pytest.raises(HomeAssistantError, match="memory_not_written"),
    ):
        await memory.async_learn(*TEA)
    assert [fact["key"] for fact in stored(file)["facts"]] == ["cat"]
    await memory.async_learn(*TEA)
    assert [fact["key"] for fact in stored(file)["facts"]] == ["cat", "tea"]


async def test_forgotten_later(memory: FactStore, file: Path) -> None:
    """What is said to be forgotten is gone from the disk, also after that had failed."""
    with broken(file), pytest.raises(HomeAssistantError):
        await memory.async_forget(*CAT[:2])
    assert stored(file)["facts"]
    assert not await memory.async_forget(*CAT[:2])
    assert not stored(file)["facts"]


async def test_waits_once(memory: FactStore, file: Path) -> None:
    """A transcript that could not be written, and is given again, waits once."""
    with broken(file):
        for _ in range(3):
            with pytest.raises(HomeAssistantError):
                await memory.async_enqueue([["I like tea"]])
    await memory.async_enqueue([["I like tea"]])
    assert [item["lines"] for item in stored(file)["pending"]] == [["I like tea"]]


async def test_not_read(house: HomeAssistant, memory: FactStore, file: Path) -> None:
    """What could not be read at first is not taken for nothing, nor overwritten."""
    again = forgetful(house)
    with broken(file), pytest.raises(HomeAssistantError):
        await again.async_load()
    await again.async_load()
    await again.async_learn(*TEA)
    assert [fact["key"] for fact in stored(file)["facts"]] == ["cat", "tea"]


@pytest.fixture
def strange(file: Path, request: pytest.FixtureRequest) -> str:
    """Return what is in the file, and nothing that the memory wrote."""
    text: str = request.param
    file.write_text(text)
    return text


@pytest.mark.parametrize(
    "strange",
    [
        *("null", "7", "[]", '"facts"', '{"version": 1}'),
        *('{"version": "1", "data": {}}', '{"version": 1, "data": 7}'),
    ],
    indirect=True,
)
async def test_no_file_of_ours(house: HomeAssistant, file: Path, strange: str) -> None:
    """JSON of another kind is set aside, and the memory begins anew."""
    memory = forgetful(house)
    await memory.async_load()
    await memory.async_learn(*CAT)
    assert [fact["key"] for fact in stored(file)["facts"]] == ["cat"]
    (aside,) = file.parent.glob("*.damaged.*")
    assert aside.read_text() == strange
