"""Which repeated calls of a turn are run, and which are answered without running them.

Pure: it knows neither tools nor Home Assistant, only how a tool behaves. What acts is
run again if the model insists, because "press the chime three times" is meant so. What
failed the same way before, or can bring nothing new, is not.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum
import re

MAX_FAILURES = 2
"""Failures of one call with the same error, until it is refused."""

MAX_UNCHANGED = 2
"""Consecutive runs of one call that can bring nothing new, until it is refused."""

_QUOTE = re.compile(r'\s*"\s*')

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
class _Failures:
    """The failures of the calls with one signature."""

    error: str | None = None
    count: int = 0


@dataclass(slots=True)
class _Done:
    """The rounds of the calls that differ by nothing but case and spaces."""

    done_in: int = 0
    """The round in which it last succeeded, 0 if in none."""
    reminded_in: int = 0
    """The round in which the model was told that it is done, 0 if in none."""


@dataclass(slots=True)
class RepeatGuard:
    """The calls of one turn, round by round."""

    _round: int = 0
    _done: defaultdict[Signature, _Done] = field(
        default_factory=lambda: defaultdict(_Done)
    )
    _failures: defaultdict[Signature, _Failures] = field(
        default_factory=lambda: defaultdict(_Failures)
    )
    _last: Signature | None = None
    _consecutive: int = 0

    def next_round(self) -> None:
        """Begin a round: another response of the model."""
        self._round += 1

    def check(self, call: Signature, *, acts: bool, idempotent: bool) -> Verdict:
        """Return what to do with a call, which is taken to follow the ones before."""
        done = self._done[_folded(call)]
        self._consecutive = self._consecutive + 1 if call == self._last else 1
        self._last = call
        if self._failures[call].count >= MAX_FAILURES:
            return Verdict.FAILED
        if idempotent or not acts:
            unchanged = self._consecutive > MAX_UNCHANGED and done.done_in > 0
            return Verdict.UNCHANGED if unchanged else Verdict.RUN
        if 0 < done.done_in < self._round and done.reminded_in in (0, self._round):
            # The model reads it only after this round.
            done.reminded_in = self._round
            return Verdict.DONE
        return Verdict.RUN

    def was_done(self, call: Signature) -> bool:
        """Return whether a call succeeded in an earlier round."""
        return 0 < self._done[_folded(call)].done_in < self._round

    def has_failed(self, call: Signature) -> bool:
        """Return whether a call failed before."""
        return self._failures[call].count > 0

    def succeeded(self, call: Signature, *, acts: bool) -> None:
        """Record that a call succeeded; what failed before may succeed after an act."""
        self._done[_folded(call)] = _Done(done_in=self._round)
        if acts:
            self._failures.clear()

    def failed(self, call: Signature, error: str) -> None:
        """Record that a call failed with an error."""
        failures = self._failures[call]
        failures.count = failures.count + 1 if error == failures.error else 1
        failures.error = error


def _folded(call: Signature) -> Signature:
    """Return a signature without case, and without spaces around texts."""
    name, arguments = call
    return name, _QUOTE.sub('"', arguments.casefold())
