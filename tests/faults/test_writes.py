"""Tests that a kill at any write loses neither learned facts nor utterances."""

from collections.abc import AsyncGenerator
import json
from pathlib import Path

import pytest

from testbed.replies import say
from testbed.server import ModelServer

from .entry_process import LEARNED, UTTERANCE, main
from .processes import run

WRITES = 6
FACT = {"category": "preferences", "key": "tea", "value": "green"}
ANSWER = json.dumps({"facts": [{"quote": "my tea has to be green", **FACT}]})
KEY = "openai_compatible_conversation.house"

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def server() -> AsyncGenerator[ModelServer]:
    """Yield a model server whose model extracts the fact."""
    async with ModelServer(lambda _: say(ANSWER)) as server:
        yield server


def facts_and_pending(folder: Path) -> tuple[set[tuple[str, str, str]], str]:
    """Return the facts on disk, and the pending transcripts and session as text."""
    facts, pending = set(), ""
    if (file := folder / ".storage" / KEY).exists():
        data = json.loads(file.read_text())["data"]
        facts = {(f["category"], f["key"], f["value"]) for f in data["facts"]}
        pending += json.dumps(data["pending"])
    if (file := folder / ".storage" / f"{KEY}.session").exists():
        pending += file.read_text()
    return facts, pending


def is_queued(folder: Path) -> bool:
    """Return whether a transcript waits on disk."""
    file = folder / ".storage" / KEY
    return file.exists() and bool(json.loads(file.read_text())["data"]["pending"])


async def test_no_fault(tmp_path: Path, server: ModelServer) -> None:
    """Without a fault, the process writes no more often than the faults cover."""
    (tmp_path / ".storage").mkdir()
    code, steps = await run(main, str(tmp_path), server.base_url, "99", "before")
    assert code == 0
    assert steps[-1] == "extracted"
    assert 3 <= sum(line.startswith("write") for line in steps) <= WRITES


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, WRITES + 1))
async def test_fault(
    tmp_path: Path, server: ModelServer, number: int, when: str
) -> None:
    """Finished steps are on disk after a kill, and the rest is done after a restart."""
    (tmp_path / ".storage").mkdir()
    code, steps = await run(main, str(tmp_path), server.base_url, str(number), when)
    facts, pending = facts_and_pending(tmp_path)
    if "learned" in steps:
        assert LEARNED in facts
    if "said" in steps and tuple(FACT.values()) not in facts:
        assert UTTERANCE in pending
    if "extracted" in steps:
        assert tuple(FACT.values()) in facts
    is_extracted = tuple(FACT.values()) in facts
    is_only_in_session = UTTERANCE in pending and not is_queued(tmp_path)
    is_all_to_do = not (tmp_path / ".storage" / KEY).exists()
    # After a restart without a fault, nothing is missing, nor queued once more.
    code, later = await run(main, str(tmp_path), server.base_url)
    assert code == 0
    assert later.count("queued") == (
        is_all_to_do or (is_only_in_session and not is_extracted)
    )
    facts, pending = facts_and_pending(tmp_path)
    if "learned" in steps:
        assert LEARNED in facts
    if "said" in steps:
        assert tuple(FACT.values()) in facts
        assert UTTERANCE not in pending
