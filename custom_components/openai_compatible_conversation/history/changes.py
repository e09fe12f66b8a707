"""When the state of an entity changed, how often, and how long it lasted.

Does not depend on Home Assistant.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MAX_CHANGES = 8
"""Changes that are told, the last ones."""

MAX_STATES = 6
"""Different states that are counted, the longest ones."""


@dataclass(frozen=True, slots=True)
class Change:
    """A state, and since when an entity has it."""

    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of an entity's state in a time."""

    now: str
    last: tuple[Change, ...]
    """The last changes in the time, the newest first; the first known state is none."""
    count: int
    """Number of all changes."""
    times: dict[str, int]
    """How often the entity came to be in a state."""
    lasted: dict[str, timedelta]
    """For how long it was in a state, the longest first."""


def changes_of(
    states: Sequence[Change], start: datetime, end: datetime
) -> Changes | None:
    """Return the changes between two times, None if nothing is known of it.

    `states` are in order, with that at the beginning first if it is known. A state that
    is written again is no change.
    """
    known: list[Change] = []
    for change in states:
        if not known or change.state != known[-1].state:
            known.append(change)
    if not known:
        return None
    lasted: dict[str, timedelta] = defaultdict(timedelta)
    ends = [change.at for change in known[1:]] + [end]
    for change, until in zip(known, ends, strict=True):
        lasted[change.state] += max(until - max(change.at, start), timedelta(0))
    # What came before the first one is not known.
    changes = known[1:]
    times: dict[str, int] = defaultdict(int)
    for change in changes:
        times[change.state] += 1
    longest = sorted(lasted, key=lambda state: -lasted[state])[:MAX_STATES]
    return Changes(
        now=known[-1].state,
        last=tuple(reversed(changes[-MAX_CHANGES:])),
        count=len(changes),
        times={state: times[state] for state in longest if state in times},
        lasted={state: lasted[state] for state in longest},
    )


def since_when(states: Sequence[Change], state: str) -> datetime | None:
    """Return since when an entity is in a state, None if it is not the last one."""
    since = None
    for change in reversed(states):
        if change.state != state:
            break
        since = change.at
    return since


def duration_text(duration: timedelta) -> str:
    """Return a duration in hours and minutes, or in seconds if it is short."""
    seconds = round(duration.total_seconds())
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
