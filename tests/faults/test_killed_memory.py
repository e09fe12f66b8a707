"""Tests that a kill at any write loses nothing told, and brings nothing forgotten back."""

import asyncio
from pathlib import Path
import signal
import sys

import pytest

from .fact_files import KEY, stored
from .memory_process import CAT, DOG, TEA

WRITES = 7

pytestmark = pytest.mark.timeout(120)


async def live(folder: Path, *fault: str) -> tuple[int, list[str]]:
    """Run the process; return its exit code and its output lines."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.faults.memory_process", str(folder), *fault),
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert process.returncode in {0, -signal.SIGKILL}
    return process.returncode, output.decode().splitlines()


async def test_no_fault(tmp_path: Path) -> None:
    """Without a fault, the process writes as often as the faults cover."""
    (tmp_path / ".storage").mkdir()
    code, steps = await live(tmp_path, "99", "before")
    assert (code, steps[-1]) == (0, "everything forgotten")
    assert sum(line.startswith("write") for line in steps) == WRITES


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, WRITES + 1))
async def test_fault(tmp_path: Path, number: int, when: str) -> None:
    """Finished steps hold after a kill, and after what waits is extracted."""
    (tmp_path / ".storage").mkdir()
    code, steps = await live(tmp_path, str(number), when)
    assert code == -signal.SIGKILL
    assert (await live(tmp_path))[0] == 0
    file = tmp_path / ".storage" / KEY
    if "told" not in steps:
        return
    data = stored(file)
    facts = {(f["category"], f["key"], f["value"]) for f in data["facts"]}
    assert not data["pending"]
    renamed = (DOG[0], "Hund", DOG[2])
    match [step for step in steps if not step.startswith("write")][-1]:
        case "told":
            assert facts >= {CAT, DOG}
        case "said":
            # It may have been forgotten without saying so.
            assert facts >= {DOG, TEA}
        case "forgotten":
            assert CAT not in facts
            assert facts in ({DOG, TEA}, {renamed, TEA})
        case "renamed":
            assert facts - {CAT} == {renamed, TEA}
        case "told anew":
            # Everything may have been forgotten without saying so.
            assert facts in ({CAT, renamed, TEA}, set())
