"""Tests of files with valid JSON of another kind, with real files."""

from collections.abc import Callable
import json
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.openai_compatible_conversation.const import DOMAIN
from custom_components.openai_compatible_conversation.entry_state import (
    DATA_ENTRY_STATES,
)
from homeassistant.components import conversation
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from testbed.server import ModelServer

from .conftest import AGENT, speech

FILES = {
    "": "memory",
    ".schedule": "schedule",
    ".session": "session",
    ".session.ann": "session",
    ".dialects": "server",
    ".tools": "tools",
}


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Return a temporary config folder for Home Assistant."""
    return hass_tmp_config_dir


@pytest.fixture
def hass_storage() -> dict[str, Any]:
    """Disable the mocked storage, so that Home Assistant writes real files."""
    return {}


@pytest.fixture
def write(hass: HomeAssistant, entry: MockConfigEntry) -> Callable[[str, str], Path]:
    """Return a function that writes a text to a file of the entry."""

    def _write(end: str, text: str) -> Path:
        path = Path(hass.config.path(".storage", f"{DOMAIN}.{entry.entry_id}{end}"))
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return _write


def document(data: object, version: int = 1) -> str:
    """Return a storage file with some data."""
    return json.dumps({"version": version, "minor_version": 1, "key": "", "data": data})


def files_of(hass: HomeAssistant, part: str) -> list[str]:
    """Return the names of the storage files with a part in their name."""
    folder = Path(hass.config.path(".storage"))
    return [path.name for path in folder.glob(f"*{part}*")]


def kept_files(path: Path) -> dict[str, str]:
    """Return the names and texts of the files that were kept of a file."""
    return {
        str(kept): kept.read_text()
        for reason in ("damaged", "newer")
        for kept in path.parent.glob(f"{path.name}.{reason}.*")
    }


@pytest.mark.parametrize(
    "text",
    [
        *("null", "7", "[]", '"text"', '{"version": 1}', '{"version": "1"}'),
        *(document([]), document("text"), document({}, version=2)),
        document({}, version=0),
    ],
)
async def test_foreign_files(
    hass: HomeAssistant,
    components: None,
    server: ModelServer,
    entry: MockConfigEntry,
    write: Callable[[str, str], Path],
    issue_registry: ir.IssueRegistry,
    text: str,
) -> None:
    """Files of another kind are kept and told, and the agent works without them."""
    kept: dict[str, list[str]] = {}
    paths = [(content, write(end, text)) for end, content in FILES.items()]
    assert await hass.config_entries.async_setup(entry.entry_id)
    for content, path in paths:
        ((name, kept_text),) = kept_files(path).items()
        assert kept_text == text
        kept.setdefault(content, []).append(name)
    for content, names in kept.items():
        issue_id = f"{content}_set_aside_{entry.entry_id}"
        issue = issue_registry.async_get_issue(DOMAIN, issue_id)
        assert issue is not None
        assert issue.is_persistent
        assert issue.is_fixable
        assert issue.translation_placeholders is not None
        assert issue.translation_placeholders["path"].split("`, `") == names
    result = await conversation.async_converse(
        hass, "Hi", None, Context(user_id="ann"), agent_id=AGENT
    )
    assert speech(result) == "Hello there."
    # They are not set aside again.
    assert await hass.config_entries.async_unload(entry.entry_id)
    for _, path in paths:
        assert len(kept_files(path)) == 1
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert not files_of(hass, entry.entry_id)
    assert not issue_registry.issues


async def test_unreadable_files(
    hass: HomeAssistant,
    components: None,
    server: ModelServer,
    entry: MockConfigEntry,
    write: Callable[[str, str], Path],
    issue_registry: ir.IssueRegistry,
) -> None:
    """What cannot be read at all is moved away, but for the memory."""
    for end in (".session", ".dialects", ".tools"):
        path = write(end, "")
        path.unlink()
        path.mkdir()
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert len(files_of(hass, ".unreadable.")) == 3
    assert len(issue_registry.issues) == 3
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_invalid_facts_are_set_aside_once(
    hass: HomeAssistant,
    components: None,
    server: ModelServer,
    entry: MockConfigEntry,
    write: Callable[[str, str], Path],
    issue_registry: ir.IssueRegistry,
) -> None:
    """A memory with invalid items is told once, and not again after a restart."""
    path = write("", document({"facts": [{"key": 1}], "pending": "none"}))
    for number in range(2):
        assert await hass.config_entries.async_setup(entry.entry_id)
        issue_id = f"memory_set_aside_{entry.entry_id}"
        assert bool(issue_registry.async_get_issue(DOMAIN, issue_id)) is (number == 0)
        ir.async_delete_issue(hass, DOMAIN, issue_id)
        assert await hass.config_entries.async_unload(entry.entry_id)
        hass.data[DATA_ENTRY_STATES].clear()
    assert len(kept_files(path)) == 1


async def test_forget_server_fails(
    hass: HomeAssistant,
    components: None,
    server: ModelServer,
    entry: MockConfigEntry,
    write: Callable[[str, str], Path],
) -> None:
    """What was learned of the server is not reported as forgotten if it is on disk."""
    write(".tools", document({}))
    assert await hass.config_entries.async_setup(entry.entry_id)
    path = write(".dialects", "")
    path.unlink()
    path.mkdir()
    with pytest.raises(HomeAssistantError) as error:
        await hass.services.async_call(
            DOMAIN,
            "forget_server",
            {"config_entry_id": entry.entry_id},
            blocking=True,
        )
    assert error.value.translation_key == "server_not_written"
    path.rmdir()
    assert await hass.config_entries.async_unload(entry.entry_id)
