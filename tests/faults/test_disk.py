"""Tests of the fact store on a failing disk: nothing is lost, and errors are raised."""

from pathlib import Path

import pytest

from custom_components.openai_compatible_conversation.memory.facts.said_line import (
    SaidLine,
)
from custom_components.openai_compatible_conversation.memory.store.fact_store import (
    FactStore,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .fact_files import broken, new_fact_store, stored

CAT = ("family_members", "cat", "Amy")
TEA = ("preferences", "tea", "green")


@pytest.fixture
async def fact_store(disk_hass: HomeAssistant) -> FactStore:
    """Return a loaded fact store with a fact."""
    fact_store = new_fact_store(disk_hass)
    await fact_store.async_load()
    await fact_store.async_learn(*CAT)
    return fact_store


@pytest.mark.parametrize("folder", [False, True])
async def test_failed_write_is_raised(
    fact_store: FactStore, file: Path, folder: bool
) -> None:
    """An error is raised if a fact cannot be written, whatever the disk error is."""
    with (
        broken(file.parent if folder else file),
        pytest.raises(HomeAssistantError, match="memory_not_written"),
    ):
        await fact_store.async_learn(*TEA)
    assert [fact["key"] for fact in stored(file)["facts"]] == ["cat"]
    await fact_store.async_learn(*TEA)
    assert [fact["key"] for fact in stored(file)["facts"]] == ["cat", "tea"]


async def test_forget_is_written_after_failed_write(
    fact_store: FactStore, file: Path
) -> None:
    """Forgetting a fact again writes it if the first write failed."""
    with broken(file), pytest.raises(HomeAssistantError):
        await fact_store.async_forget(*CAT[:2])
    assert stored(file)["facts"]
    assert not await fact_store.async_forget(*CAT[:2])
    assert not stored(file)["facts"]


async def test_transcript_is_enqueued_once(fact_store: FactStore, file: Path) -> None:
    """A transcript that is enqueued again after failed writes is pending once."""
    with broken(file):
        for _ in range(3):
            with pytest.raises(HomeAssistantError):
                await fact_store.async_enqueue([[SaidLine("I like tea")]])
    await fact_store.async_enqueue([[SaidLine("I like tea")]])
    assert [item["lines"] for item in stored(file)["pending"]] == [["I like tea"]]


async def test_split_is_written_after_failed_write(
    fact_store: FactStore, file: Path
) -> None:
    """A transcript is whole on disk until its parts are, and then it is not any more."""
    await fact_store.async_enqueue([[SaidLine("I like tea"), SaidLine("Hi")]])
    (whole,) = fact_store.pending
    with broken(file), pytest.raises(HomeAssistantError):
        await fact_store.async_split(whole, [[line] for line in whole.lines])
    assert [item["lines"] for item in stored(file)["pending"]] == [["I like tea", "Hi"]]
    await fact_store.async_learn(*TEA)
    assert [item["lines"] for item in stored(file)["pending"]] == [
        ["I like tea"],
        ["Hi"],
    ]


async def test_load_is_retried(
    disk_hass: HomeAssistant, fact_store: FactStore, file: Path
) -> None:
    """A file that cannot be read at first is neither ignored nor overwritten."""
    reloaded = new_fact_store(disk_hass)
    with broken(file), pytest.raises(HomeAssistantError):
        await reloaded.async_load()
    await reloaded.async_load()
    await reloaded.async_learn(*TEA)
    assert [fact["key"] for fact in stored(file)["facts"]] == ["cat", "tea"]


@pytest.fixture
def foreign_json(file: Path, request: pytest.FixtureRequest) -> str:
    """Write JSON to the file that is not in the storage format, and return it."""
    text: str = request.param
    file.write_text(text)
    return text


@pytest.mark.parametrize(
    "foreign_json",
    [
        *("null", "7", "[]", '"facts"', '{"version": 1}'),
        *('{"version": "1", "data": {}}', '{"version": 1, "data": 7}'),
    ],
    indirect=True,
)
async def test_foreign_json_is_set_aside(
    disk_hass: HomeAssistant, file: Path, foreign_json: str
) -> None:
    """JSON that is not in the storage format is set aside; the store starts empty."""
    fact_store = new_fact_store(disk_hass)
    await fact_store.async_load()
    await fact_store.async_learn(*CAT)
    assert [fact["key"] for fact in stored(file)["facts"]] == ["cat"]
    (aside,) = file.parent.glob("*.damaged.*")
    assert aside.read_text() == foreign_json
