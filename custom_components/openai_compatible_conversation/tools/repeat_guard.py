"""Which repeated calls of a turn are run, and which are answered without running them.

Pure: it knows neither tools nor Home Assistant, only how a tool behaves. What acts is
run again if the model insists, because "press the chime three times" is meant so. What
failed the same way before, or can bring nothing new, is not.
"""

from dataclasses import dataclass, field
from enum import Enum

MAX_FAILURES = 2
"""Failures of one call with the same error, until it is refused."""

MAX_UNCHANGED = 2
"""Consecutive runs of one call that can bring nothing new, until it is refused."""

type Signature = tuple[str, str]
"""A tool's name and its arguments as JSON."""


class Verdict(Enum):
    """What to do with a call."""

    RUN = "run"
    DONE = "done"
    """It succeeded in an earlier round: say so, and run it if it comes once more."""
    FAILED = "failed"
    """It failed before, each time with the same error."""
    UNCHANGED = "unchanged"
    """It was just run, and its result would be the same."""


@dataclass(slots=True)
class _Record:
    """What came of the calls with one signature."""

    done_in: int = 0
    """The round in which it last succeeded, 0 if in none."""
    reminded: bool = False
    """Whether the model was told that it is done."""
    error: str | None = None
    failures: int = 0


@dataclass(slots=True)
class RepeatGuard:
    """The calls of one turn, round by round."""

    _round: int = 0
    _records: dict[Signature, _Record] = field(default_factory=dict)
    _last: Signature | None = None
    _consecutive: int = 0

    def next_round(self) -> None:
        """Begin a round: another response of the model."""
        self._round += 1

    def check(self, call: Signature, *, acts: bool, idempotent: bool) -> Verdict:
        """Return what to do with a call, which is taken to follow the ones before."""
        record = self._records.setdefault(call, _Record())
        self._consecutive = self._consecutive + 1 if call == self._last else 1
        self._last = call
        if record.failures >= MAX_FAILURES:
            return Verdict.FAILED
        if idempotent or not acts:
            unchanged = self._consecutive > MAX_UNCHANGED and record.done_in > 0
            return Verdict.UNCHANGED if unchanged else Verdict.RUN
        if 0 < record.done_in < self._round and not record.reminded:
            record.reminded = True
            return Verdict.DONE
        return Verdict.RUN

    def succeeded(self, call: Signature, *, acts: bool) -> None:
        """Record that a call succeeded; what failed before may succeed after an act."""
        record = self._records.setdefault(call, _Record())
        record.done_in, record.reminded = self._round, False
        if acts:
            for other in self._records.values():
                other.error, other.failures = None, 0

    def failed(self, call: Signature, error: str) -> None:
        """Record that a call failed with an error."""
        record = self._records.setdefault(call, _Record())
        record.failures = record.failures + 1 if error == record.error else 1
        record.error = error
