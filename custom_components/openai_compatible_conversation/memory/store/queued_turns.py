"""The turns whose words were queued for fact extraction, so that each is queued once.

A session's file loses a turn only after its words are stored here. If the process is
killed in between, the turn is still there after a restart, and leaves once more.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

from collections.abc import Collection, Iterable
from typing import Self


class QueuedTurns:
    """The ids of queued turns, for as long as the file of a session may hold them."""

    def __init__(self, ids: Iterable[str] = ()) -> None:
        """Initialize with ids."""
        self._ids = dict.fromkeys(ids)

    def __contains__(self, id_: str) -> bool:
        """Return whether a turn was queued."""
        return id_ in self._ids

    def add(self, ids: Iterable[str], held: Collection[str]) -> None:
        """Add turns; `held` are the ids of all turns that sessions hold now."""
        known = [id_ for id_ in self._ids if id_ in held]
        self._ids = dict.fromkeys([*known, *ids])

    def discard(self, ids: Iterable[str]) -> None:
        """Remove turns that could not be queued."""
        for id_ in ids:
            self._ids.pop(id_, None)

    def to_json(self) -> list[str]:
        """Return the ids as JSON-serializable data."""
        return list(self._ids)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Return the turns from stored data; what is invalid is ignored."""
        items = data if isinstance(data, list) else []
        return cls(item for item in items if isinstance(item, str))
