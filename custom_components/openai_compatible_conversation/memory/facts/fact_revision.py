"""What becomes of a fact when it is learned again, with another value or the same one.

Decision record: docs/decisions/0023-a-memory-forgets-and-corrects.md.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from ..words.normalization import fold
from .fact import MAX_PAST, Fact, PastValue
from .fact_json import moment
from .secrets import asks_not_to_tell, is_secret


def revised(old: Fact, new: Fact, said_at: str = "") -> Fact:
    """Return a fact after it was learned again; `old` itself if nothing changes.

    `said_at` is when an extracted fact was said, in ISO 8601, empty if that is not
    known. What was said before the current value was learned does not replace it, and
    a fact that was told is replaced only by what is known to be said later.
    """
    is_same = fold(old.value) == fold(new.value)
    if new.source == "extracted":
        said, known = moment(said_at), moment(old.updated_at)
        is_later = bool(said and known and said > known)
        is_earlier = bool(said and known and said < known)
        if is_earlier or (old.source == "told" and (is_same or not is_later)):
            return old
    if (old.value, old.source) == (new.value, new.source):
        return old
    # What is said again without words still comes from the words of before.
    origin = old if is_same and not new.quote else new
    return replace(
        new,
        key=old.key,
        subject=old.subject,
        created_at=old.created_at,
        told_by=origin.told_by,
        channel=origin.channel,
        quote=old.quote if _stays_secret(old, new) else origin.quote,
        past=old.past if is_same else _past_after(old, new),
    )


def _stays_secret(old: Fact, new: Fact) -> bool:
    """Return whether a fact was told as a secret, which a correction does not repeat."""
    return asks_not_to_tell(old.quote) and not is_secret(new)


def had_before(fact: Fact, value: str, said_at: str) -> bool:
    """Return whether a fact had a value that was said before it got another one.

    `said_at` is when it was said; where that is not known, it may have been before.
    """
    said = moment(said_at)
    return any(
        fold(past.value) == fold(value) and (not said or said <= _moment(past.until))
        for past in fact.past
    )


def time_said(said_at: str, now: str) -> str:
    """Return when something was said, at the latest now, in ISO 8601 in UTC."""
    said, latest = moment(said_at), moment(now)
    return said.isoformat() if said and latest and said < latest else now


def merged(one: Fact, other: Fact) -> Fact:
    """Return one fact for two of the same identity, of which nothing was forgotten.

    A told fact wins, then the newer one. The value of the other one is a former value.
    """
    loser, winner = sorted((one, other), key=_precedence)
    past = [*winner.past, *loser.past]
    if _moment(loser.updated_at) < _moment(winner.updated_at):
        past.append(PastValue(loser.value, winner.updated_at))
    past.sort(key=lambda value: _moment(value.until), reverse=True)
    return replace(
        winner,
        created_at=min(one.created_at, other.created_at, key=_moment),
        past=_distinct(past, winner.value),
    )


def _past_after(old: Fact, new: Fact) -> tuple[PastValue, ...]:
    """Return the former values once a fact has another value."""
    return _distinct([PastValue(old.value, new.updated_at), *old.past], new.value)


def _distinct(past: Iterable[PastValue], current: str) -> tuple[PastValue, ...]:
    """Return the newest former values, each once and none that is true again."""
    values: dict[str, PastValue] = {}
    for value in past:
        values.setdefault(fold(value.value), value)
    values.pop(fold(current), None)
    return tuple(values.values())[:MAX_PAST]


def _precedence(fact: Fact) -> tuple[bool, datetime]:
    """Return the sort key by which the greater of two facts wins."""
    return fact.source == "told", _moment(fact.updated_at)


def _moment(time: str) -> datetime:
    """Return the time of a fact, the earliest one if it is invalid."""
    return moment(time) or datetime.min.replace(tzinfo=UTC)
