"""Tests that a kill at any write loses nothing told, and brings nothing forgotten back."""

from pathlib import Path
import signal

import pytest

from .fact_files import KEY, stored
from .memory_process import CAT, DOG, TEA, main
from .processes import run

WRITES = 7

pytestmark = pytest.mark.timeout(120)


async def test_no_fault(tmp_path: Path) -> None:
    """Without a fault, the process writes as often as the faults cover."""
    (tmp_path / ".storage").mkdir()
    code, steps = await run(main, str(tmp_path), "99", "before")
    assert (code, steps[-1]) == (0, "everything forgotten")
    assert sum(line.startswith("write") for line in steps) == WRITES


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, WRITES + 1))
async def test_fault(tmp_path: Path, number: int, when: str) -> None:
    """Finished steps hold after a kill, and after what waits is extracted."""
    (tmp_path / ".storage").mkdir()
    code, steps = await run(main, str(tmp_path), str(number), when)
    assert code == -signal.SIGKILL
    assert (await run(main, str(tmp_path)))[0] == 0
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
