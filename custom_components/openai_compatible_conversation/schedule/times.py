"""The time that a model gives for an action, as a time in UTC.

A local time that a clock skips when summer begins is taken as the clock before it would
show it, which is one hour later on the wall. One that a clock shows twice when summer
ends is the first that is still to come.

Does not depend on Home Assistant.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
import math
import re

from .scheduled_action import MAX_AHEAD, ScheduleError

_SHORT_HOUR = re.compile(r"(^|[T ])(\d)(?=:\d\d)")
_HALF_DAY = re.compile(
    r"(?P<time>\d{1,2}(?::\d\d)?) ?(?P<half>[ap])\.?m\.?$", re.IGNORECASE
)
_DATE = re.compile(r"\d{4}-?\d\d-?\d\d$")

_EXPECTED = (
    "Give the local time as 2026-01-31T07:00, or as 07:00 for the next time it is seven. "
    "An action is done once: what is to be repeated is an automation, which the user can "
    "create in Home Assistant under Settings, Automations."
)


def time_of(in_minutes: object, at: object, now: datetime) -> datetime:
    """Return the time of an action in UTC.

    One of `in_minutes` and `at` has to be given; the other is None. `now` is the local
    time. Raises `ScheduleError`.
    """
    if (in_minutes is None) == (at is None):
        raise ScheduleError("bad_time", "Give either in_minutes or at.")
    found = _in_minutes(in_minutes, now) if at is None else _at(at, now)
    if found - now > MAX_AHEAD:
        raise ScheduleError("too_far", "This is more than a year ahead.")
    return found


def _in_minutes(value: object, now: datetime) -> datetime:
    """Return the time in some minutes from now."""
    try:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValueError  # noqa: TRY301, TRY004
        minutes = float(value)
    except (ValueError, OverflowError) as err:
        raise ScheduleError("bad_time", "in_minutes must be a number.") from err
    if not (minutes > 0 and math.isfinite(minutes)):
        raise ScheduleError("bad_time", "in_minutes must be a number above 0.")
    # An hour more than allowed is told as too far; much more could not be added.
    longest = (MAX_AHEAD + timedelta(hours=1)).total_seconds()
    seconds = min(max(minutes * 60, 1), longest)
    return now.astimezone(UTC) + timedelta(seconds=seconds)


def _at(value: object, now: datetime) -> datetime:
    """Return the time that a text means."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if _DATE.match(text):
        raise ScheduleError("bad_time", f"{text} has no time of day. {_EXPECTED}")
    if (found := _read(text)) is None:
        raise ScheduleError("bad_time", f"at cannot be read. {_EXPECTED}")
    if isinstance(found, time):
        return _next(found, now)
    try:
        times = [found.astimezone(UTC)] if found.tzinfo else [*_local(found, now)]
    except (OverflowError, ValueError) as err:
        raise ScheduleError("bad_time", f"at cannot be read. {_EXPECTED}") from err
    for candidate in times:
        if candidate > now:
            return candidate
    shown = now.isoformat(timespec="minutes")
    raise ScheduleError("bad_time", f"{text} is past: it is {shown} now.")


def _read(text: str) -> datetime | time | None:
    """Return the time, or the time of day, that a text has in ISO form."""
    if (half := _HALF_DAY.search(text)) and (hour := half["time"].partition(":")[0]):
        if not 1 <= int(hour) <= 12:
            return None
        minutes = half["time"].partition(":")[2] or "00"
        moved = int(hour) % 12 + (12 if half["half"] in "pP" else 0)
        text = f"{text[: half.start()]}{moved:02}:{minutes}"
    text = _SHORT_HOUR.sub(r"\g<1>0\2", text)
    if text.count(":") or "T" in text:
        for kind in (time, datetime):
            try:
                return kind.fromisoformat(text)
            except ValueError:
                continue
    return None


def _next(wanted: time, now: datetime) -> datetime:
    """Return the next time after now at which it is a time of day."""
    local = now.astimezone(wanted.tzinfo) if wanted.tzinfo else now
    # What is skipped tomorrow may come a day later; the day before, it is still on.
    for days in (-1, 0, 1, 2):
        day = local.date() + timedelta(days=days)
        for candidate in _local(datetime.combine(day, wanted), local):
            if candidate > now:
                return candidate
    raise ScheduleError("bad_time", f"at cannot be read. {_EXPECTED}")


def _local(naive: datetime, now: datetime) -> Iterator[datetime]:
    """Yield the times in UTC at which a local clock shows a time, the first one first."""
    zone = naive.tzinfo or now.tzinfo
    naive = naive.replace(tzinfo=None)
    first = naive.replace(tzinfo=zone, fold=0).astimezone(UTC)
    yield first
    second = naive.replace(tzinfo=zone, fold=1).astimezone(UTC)
    # In a gap, the second would be before the first.
    if second > first:
        yield second
