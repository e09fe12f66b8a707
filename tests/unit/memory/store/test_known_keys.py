"""Tests of what is known of that lines may be about."""

from custom_components.openai_compatible_conversation.memory.store.fact_queries import (
    MAX_KNOWN,
    FactQueries,
)


class Facts(FactQueries):
    """Facts with some keys, the oldest first."""

    def __init__(self, *keys: str) -> None:
        """Initialize with the keys."""
        super().__init__()
        for number, key in enumerate(keys):
            now = f"2026-11-{number % 28 + 1:02}T12:00:00+00:00"
            self._facts.learn("preferences", key, "yes", "told", now)


def test_each_line_has_its_share() -> None:
    """One line about many facts does not take the room of another one."""
    known = Facts("rubbish", *(f"cat number {n}" for n in range(MAX_KNOWN)))
    keys = [fact.key for fact in known.known_keys(["The cats", "The rubbish"])]
    assert len(keys) == MAX_KNOWN
    assert "rubbish" in keys[:10]


def test_the_newest_follow() -> None:
    """What no line names is told as well, the newest first, each fact once."""
    known = Facts("tea", "rubbish", "bed")
    keys = [fact.key for fact in known.known_keys(["No, something else", "Rubbish"])]
    assert keys == ["rubbish", "bed", "tea"]
