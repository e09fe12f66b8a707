"""Tests that a kill while a fact is forgotten neither loses words nor brings it back."""

import json
from pathlib import Path

import pytest

from .entry_process import LEARNED
from .forgetting_process import OTHER, TOLD, main
from .processes import run
from .test_writes import KEY

WRITES = 5
VALUE = LEARNED[2]

pytestmark = pytest.mark.timeout(120)


async def live(folder: Path, *fault: str) -> list[str]:
    """Run the process; return its output lines."""
    _, lines = await run(main, str(folder), *fault)
    return lines


def stored(folder: Path, key: str) -> str:
    """Return a file as text, empty if there is none."""
    file = folder / ".storage" / key
    return json.dumps(json.loads(file.read_text())["data"]) if file.exists() else ""


async def test_no_fault(tmp_path: Path) -> None:
    """Without a fault, the process writes as often as the faults cover."""
    (tmp_path / ".storage").mkdir()
    steps = await live(tmp_path, "99", "before")
    assert steps[-1] == "forgotten"
    assert sum(line.startswith("write") for line in steps) == WRITES


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, WRITES + 1))
async def test_fault(tmp_path: Path, number: int, when: str) -> None:
    """No words outlive the fact that they tell, and the rest of what was said stays."""
    (tmp_path / ".storage").mkdir()
    steps = await live(tmp_path, str(number), when)
    facts, session = stored(tmp_path, KEY), stored(tmp_path, f"{KEY}.session")
    if VALUE in session:
        assert VALUE in facts
    if "learned" in steps and f"said {OTHER}" not in steps:
        assert VALUE in facts
    if f"said {OTHER}" in steps:
        assert OTHER in session
    # After a restart without a fault, it can be forgotten.
    assert (await live(tmp_path))[-1] == "forgotten"
    files = stored(tmp_path, KEY) + stored(tmp_path, f"{KEY}.session")
    assert TOLD not in files
    assert VALUE not in files
    if OTHER in session:
        assert OTHER in files
