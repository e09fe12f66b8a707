"""Fact stores on a real disk, which can fail."""

from collections.abc import Generator
from contextlib import contextmanager
import json
from pathlib import Path
from typing import Any

from custom_components.openai_compatible_conversation.issues import Issues
from custom_components.openai_compatible_conversation.memory.store.fact_store import (
    FactStore,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

KEY = "openai_compatible_conversation.house"


def new_fact_store(hass: HomeAssistant) -> FactStore:
    """Return a fact store that is not loaded."""
    entry: Any = ConfigEntry.__new__(ConfigEntry)
    object.__setattr__(entry, "entry_id", "house")
    object.__setattr__(entry, "title", "House")
    return FactStore(hass, "house", Issues(hass, entry))


async def restarted(hass: HomeAssistant) -> FactStore:
    """Return a fact store loaded from what is on disk."""
    fact_store = new_fact_store(hass)
    await fact_store.async_load()
    return fact_store


@contextmanager
def broken(path: Path) -> Generator[None]:
    """Make a file or folder unusable by putting one of the other kind in its place."""
    aside = path.parent.parent / "aside"
    path.rename(aside)
    path.mkdir() if aside.is_file() else path.touch()
    try:
        yield
    finally:
        path.rmdir() if aside.is_file() else path.unlink()
        aside.rename(path)


def stored(file: Path) -> dict[str, Any]:
    """Return the data on disk."""
    data: dict[str, Any] = json.loads(file.read_bytes())["data"]
    return data
