"""Transcripts of ended sessions, from which facts are still to be extracted.

A transcript that fails for a week is given up: it is not tried again before a user says
so. Only failures of its own count, not those of a server that is down.

Decision record: docs/decisions/0008-memory-quotes-its-source.md.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any, Self

from ..facts.said_line import SaidLine

MAX_PENDING = 100
"""Maximum number of transcripts pending extraction."""

PATIENCE = 7 * 86400
"""Seconds of failures after which a transcript is given up."""

MAX_TIME = 253_402_300_800
"""The end of the year 9999, in seconds since 1970: no date is later."""

MIN_FAILURES = 6
"""Minimum failures for that, however late the clock says it is."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why the extraction from a transcript fails, and for how long."""

    reason: str
    """The translation key of the last error."""
    detail: str
    """What the message of this error adds, without private text."""
    since: float
    """When it failed first, in seconds since 1970."""
    count: int = 1
    is_final: bool = False
    """Whether the transcript is given up."""

    def next(self, reason: str, detail: str, now: float) -> Self:
        """Return the failure after a further one."""
        count = self.count + 1
        return replace(
            self,
            reason=reason,
            detail=detail,
            count=count,
            is_final=count >= MIN_FAILURES and now - self.since >= PATIENCE,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the failure as JSON-serializable data."""
        return {
            "reason": self.reason,
            "detail": self.detail,
            "since": self.since,
            "count": self.count,
            "given_up": self.is_final,
        }


@dataclass(frozen=True, slots=True)
class PendingTranscript:
    """What users said in a session, pending fact extraction."""

    id: str
    lines: list[SaidLine]
    attempts: int = 0
    """Number of failed attempts to extract facts, whatever the cause."""
    failure: Failure | None = None

    @property
    def is_given_up(self) -> bool:
        """Return whether it is not tried again before a user says so."""
        return self.failure is not None and self.failure.is_final

    def to_json(self) -> dict[str, Any]:
        """Return the transcript as JSON-serializable data."""
        texts = [line.text for line in self.lines]
        data = {"id": self.id, "lines": texts, "attempts": self.attempts}
        if any(said := [line.details() for line in self.lines]):
            data["said"] = said
        return data | ({"failure": self.failure.to_json()} if self.failure else {})


class PendingTranscripts:
    """The pending transcripts of an entry, the oldest first."""

    def __init__(self) -> None:
        """Initialize without transcripts."""
        self._pending: dict[str, PendingTranscript] = {}

    def __iter__(self) -> Iterator[PendingTranscript]:
        """Iterate over the transcripts, the oldest first."""
        return iter(list(self._pending.values()))

    def add(self, transcripts: Iterable[PendingTranscript]) -> int:
        """Add transcripts; return how many old ones were dropped to make room."""
        self._pending |= {pending.id: pending for pending in transcripts}
        dropped = list(self._pending)[:-MAX_PENDING]
        self.discard(dropped)
        return len(dropped)

    def discard(self, ids: Iterable[str]) -> bool:
        """Remove transcripts; return whether there were any."""
        dropped = [self._pending.pop(id_, None) for id_ in ids]
        return any(dropped)

    def replace(self, id_: str, transcripts: Iterable[PendingTranscript]) -> bool:
        """Put transcripts in the place of one; return whether it is still there."""
        items = list(self._pending.items())
        index = next((n for n, (other, _) in enumerate(items) if other == id_), None)
        if index is None:
            return False
        items[index : index + 1] = [(pending.id, pending) for pending in transcripts]
        self._pending = dict(items)
        return True

    def get(self, id_: str) -> PendingTranscript | None:
        """Return the transcript with an id, None if it is gone."""
        return self._pending.get(id_)

    def fail(self, id_: str, now: float, reason: str | None, detail: str) -> bool:
        """Count a failed attempt; return whether the transcript is still there.

        `reason` is the translation key of the error, None if it says nothing about the
        transcript. `now` is in seconds since 1970.
        """
        if (pending := self._pending.get(id_)) is None:
            return False
        failure = pending.failure
        if reason:
            failure = (
                failure.next(reason, detail, now)
                if failure
                else Failure(reason, detail, now)
            )
        self._pending[id_] = replace(
            pending, attempts=pending.attempts + 1, failure=failure
        )
        return True

    def retry(self, ids: Collection[str]) -> bool:
        """Have transcripts tried as if they had never failed; return whether any is."""
        known = [self._pending[id_] for id_ in ids if id_ in self._pending]
        for pending in known:
            self._pending[pending.id] = PendingTranscript(pending.id, pending.lines)
        return bool(known)

    def to_json(self) -> list[dict[str, Any]]:
        """Return the transcripts as JSON-serializable data."""
        return [pending.to_json() for pending in self]

    @classmethod
    def from_json(cls, data: object) -> tuple[Self, int]:
        """Return the transcripts from stored data, and the number of items lost."""
        transcripts = cls()
        if data is None:
            return transcripts, 0
        if not isinstance(data, list):
            return transcripts, 1
        items = [_pending(item) for item in data]
        known = {item.id: item for item in items if item}
        transcripts._pending = known
        return transcripts, len(items) - len(known)


def _pending(data: object) -> PendingTranscript | None:
    """Return a transcript from stored data, None if it is invalid."""
    match data:
        case {
            "id": str() as id_,
            "lines": [*lines],
            "attempts": int() as attempts,
            **others,
        }:
            if all(isinstance(line, str) for line in lines):
                said = _said(lines, others.get("said"))
                failure = _failure(others.get("failure"))
                return PendingTranscript(id_, said, max(attempts, 0), failure)
    return None


def _said(lines: list[str], said: object) -> list[SaidLine]:
    """Return lines with their stored details, without any if these do not fit them."""
    details = said if isinstance(said, list) and len(said) == len(lines) else []
    return [SaidLine.of(*pair) for pair in zip_longest(lines, details)]


def _failure(data: object) -> Failure | None:
    """Return a failure from stored data, None if it is invalid."""
    match data:
        case {
            "reason": str() as reason,
            "detail": str() as detail,
            "since": int() | float() as since,
            "count": int() as count,
        } if isinstance(data, Mapping) and 0 <= since < MAX_TIME:
            is_final = data.get("given_up") is True
            return Failure(reason, detail, float(since), count, is_final)
    return None
