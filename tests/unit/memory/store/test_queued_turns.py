"""Tests of the turns that were queued for fact extraction."""

from typing import Any

import pytest

from custom_components.openai_compatible_conversation.memory.store.queued_turns import (
    QueuedTurns,
)


def test_kept_while_held() -> None:
    """A turn is known for as long as a session holds it, also after a restart."""
    queued = QueuedTurns()
    queued.add(["a", "b"], {"a", "b", "c"})
    queued.add(["c"], {"b", "c"})
    assert [id_ in queued for id_ in "abc"] == [False, True, True]
    restored = QueuedTurns.from_json(queued.to_json())
    assert [id_ in restored for id_ in "abc"] == [False, True, True]
    restored.add([], ())
    assert restored.to_json() == []


def test_discard() -> None:
    """A turn that could not be queued is not known."""
    queued = QueuedTurns(["a", "b"])
    queued.discard(["b", "unknown"])
    assert queued.to_json() == ["a"]


@pytest.mark.parametrize("data", [None, 7, "abc", {"a": 1}, [1, None, ["a"]]])
def test_invalid(data: Any) -> None:
    """What is no list of ids is ignored."""
    assert QueuedTurns.from_json(data).to_json() == []
