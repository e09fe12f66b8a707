"""Whenever the process ends, what was told is remembered, and what was said is not lost."""

import asyncio
from collections.abc import AsyncGenerator
import json
from pathlib import Path
import signal
import sys

import pytest

from testbed.replies import say
from testbed.server import ModelServer

from .entry_process import SAID, TOLD

WRITES = 6
FACT = {"category": "preferences", "key": "tea", "value": "green"}
ANSWER = json.dumps({"facts": [{"quote": "my tea has to be green", **FACT}]})
KEY = "openai_compatible_conversation.house"

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def server() -> AsyncGenerator[ModelServer]:
    """Return a model that finds the fact."""
    async with ModelServer(lambda _: say(ANSWER)) as server:
        yield server


async def live(folder: Path, url: str, *fault: str) -> tuple[int, list[str]]:
    """Let a household live in a process; return how it ended, and what it told."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.faults.entry_process", str(folder), url, *fault),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    told, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode in (0, -signal.SIGKILL), errors.decode()[-2000:]
    return process.returncode, told.decode().splitlines()


def remembered(folder: Path) -> tuple[set[tuple[str, str, str]], str]:
    """Return the facts on disk, and all that waits or is still in the session."""
    facts, waiting = set(), ""
    if (file := folder / ".storage" / KEY).exists():
        data = json.loads(file.read_text())["data"]
        facts = {(f["category"], f["key"], f["value"]) for f in data["facts"]}
        waiting += json.dumps(data["pending"])
    if (file := folder / ".storage" / f"{KEY}.session").exists():
        waiting += file.read_text()
    return facts, waiting


async def test_no_fault(tmp_path: Path, server: ModelServer) -> None:
    """Without a fault the household writes as often as the faults assume."""
    (tmp_path / ".storage").mkdir()
    code, told = await live(tmp_path, server.base_url, "99", "before")
    assert code == 0
    assert told[-1] == "extracted"
    assert 3 <= sum(line.startswith("write") for line in told) <= WRITES


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, WRITES + 1))
async def test_fault(
    tmp_path: Path, server: ModelServer, number: int, when: str
) -> None:
    """What was certain before the end is on disk, and the rest goes on after a start."""
    (tmp_path / ".storage").mkdir()
    code, told = await live(tmp_path, server.base_url, str(number), when)
    facts, waiting = remembered(tmp_path)
    if "learned" in told:
        assert TOLD in facts
    if "said" in told and tuple(FACT.values()) not in facts:
        assert SAID in waiting
    if "extracted" in told:
        assert tuple(FACT.values()) in facts
    # And after a start without a fault nothing is missing.
    code, _ = await live(tmp_path, server.base_url)
    assert code == 0
    facts, waiting = remembered(tmp_path)
    if "learned" in told:
        assert TOLD in facts
    if "said" in told:
        assert tuple(FACT.values()) in facts
        assert SAID not in waiting
