"""The arguments of Home Assistant's timer intents, without what a model made up.

Does not depend on Home Assistant.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
import re
from typing import Any

from .argument_repair import Repaired
from .user_words import UserWords

START = "HassStartTimer"
FINDING = frozenset(
    {
        "HassCancelTimer",
        "HassDecreaseTimer",
        "HassIncreaseTimer",
        "HassPauseTimer",
        "HassTimerStatus",
        "HassUnpauseTimer",
    }
)
"""Intents that find a timer, among others by how long it was when it was started."""

_CHANGING = frozenset({"HassDecreaseTimer", "HassIncreaseTimer"})
"""Those of them that say another length, too."""

_START = "start_"
_FOUND_BY = tuple(f"{_START}{unit}" for unit in ("hours", "minutes", "seconds"))
_TIME = re.compile(
    r"\d|min|sec|sek|seg|hour|stund|heure|hora|uur|quarter|viertel|quart|cuarto|kwart",
    re.IGNORECASE,
)
"""What is said with a time in English, German, French, Spanish and Dutch."""
_COMMAND = "conversation_command"
_OF_THE_TIMER = re.compile(
    r"(?:(?:start|set|begin|create|make|run|stelle?|starte|lance|mets|inicia|pon|zet"
    r"|an?|the|my|new|for|of|einen?|un|una|le|een|\w*timer|minuteur|temporizador"
    r"|\d+|hours?|minutes?|seconds?|stunden?|minuten?|sekunden?)\b\W*)+",
    re.IGNORECASE,
)
"""A command that is nothing but that for the timer itself."""

_TIMER = re.compile(r"timer|minuteur|temporizador", re.IGNORECASE)

_UNITS = {
    "hours": re.compile(
        r"\b(?:hours?|hrs?|stunden?|heures?|horas?|uur|uren)\b", re.IGNORECASE
    ),
    "minutes": re.compile(r"\bmin(?:s|\.|u\w+)?(?!\w)", re.IGNORECASE),
    "seconds": re.compile(r"\bse[cgk](?:s|\.|[ou]\w+)?(?!\w)", re.IGNORECASE),
}
"""What is said with a length in these units, the longest first."""

_TOLD_BEFORE = timedelta(minutes=5)
"""How long before a call its model was told the time, at most."""

_MAX_CONVERTED = 3
"""Hours as which a model may write minutes: "ninety minutes"."""


def repair_timer(
    intent_type: str,
    arguments: Mapping[str, Any],
    said: UserWords,
    *,
    now: datetime,
    running: Sequence[str | None],
) -> Repaired:
    """Return the arguments of an intent without those that cannot be meant.

    No timer has a length of 0, and none is named or placed by a word that was not said.
    A command that repeats the whole request would start another timer for ever.
    Minutes that were said are no hours. `running` are the names of the timers, None
    for one without: if it is the only one, it is meant, whatever it is called. `now` is
    the local time, which small models take for the length of a timer.
    """
    notes: list[str] = []
    dropped: set[str] = set()
    lengths = {name: arguments[name] for name in _FOUND_BY if name in arguments}
    if (
        intent_type in FINDING
        and lengths
        and (reason := _why_not_meant(intent_type, arguments, lengths, said, now))
    ):
        dropped |= lengths.keys()
        notes.append(reason)
    if intent_type in FINDING | {START}:
        invented = {
            name for name in ("name", "area") if said.is_invented(arguments.get(name))
        }
        if invented:
            dropped |= invented
            notes.append(f"the user did not say {' or '.join(sorted(invented))}")
    if (
        intent_type in FINDING
        and "name" in {*arguments} - dropped
        and _is_only(running)
    ):
        dropped.add("name")
        notes.append("the only timer has no name")
    if intent_type == START and _is_for_itself(arguments.get(_COMMAND), said):
        dropped.add(_COMMAND)
        notes.append(f"{_COMMAND} is what to do afterwards, and nothing is")
    kept = {name: value for name, value in arguments.items() if name not in dropped}
    if intent_type == START and (units := _units_said(kept, said)):
        notes.append(f"{units[0]} were read as {units[1]}, as the user said")
        kept = _shorter(kept)
    return Repaired(kept, tuple(notes))


def _why_not_meant(
    intent_type: str,
    arguments: Mapping[str, Any],
    lengths: Mapping[str, Any],
    said: UserWords,
    now: datetime,
) -> str | None:
    """Return why no timer has the length by which one is looked for, None if it may."""
    if not any(lengths.values()):
        return "no timer has a length of 0"
    if _is_time_of_day(arguments, now):
        return f"{' and '.join(lengths)} are the time of day"
    if said.is_known and intent_type not in _CHANGING and not said.match(_TIME):
        return "the user did not say how long the timer was"
    changes = {name: arguments.get(name.removeprefix(_START), 0) for name in lengths}
    if lengths == changes:
        # "Five minutes more" does not say how long the timer was.
        return f"{' and '.join(lengths)} only repeat the change"
    return None


def _is_time_of_day(arguments: Mapping[str, Any], now: datetime) -> bool:
    """Return whether a timer is looked for by the time that it is."""
    match [arguments.get(name) for name in _FOUND_BY]:
        case [int() as hours, int() | None as minutes, 0 | None] if (
            0 < hours <= 23 and 0 <= (minutes or 0) <= 59
        ):
            told = now.replace(hour=hours, minute=minutes or 0)
            return timedelta(minutes=-1) < now - told < _TOLD_BEFORE
    return False


def _is_only(running: Sequence[str | None]) -> bool:
    """Return whether one timer is running, and has no name."""
    return len(running) == 1 and not running[0]


def _is_for_itself(command: object, said: UserWords) -> bool:
    """Return whether a command would start the timer that is just started.

    So would one of which not a word was said.
    """
    if not isinstance(command, str):
        return False
    return (
        said.is_repeated_by(command)
        or said.is_invented(command)
        or _OF_THE_TIMER.fullmatch(command) is not None
        or (_TIMER.search(command) is not None and said.says_all_of(command))
    )


def _units_said(
    arguments: Mapping[str, Any], said: UserWords
) -> tuple[str, str] | None:
    """Return a unit that was not said and the one that was, of a length; None if it fits."""
    names = list(_UNITS)
    longest = next((name for name in names if arguments.get(name)), None)
    spoken = next((name for name in names if said.match(_UNITS[name])), None)
    if not longest or not spoken or names.index(longest) + 1 != names.index(spoken):
        return None
    value = arguments[longest]
    is_said = said.match(re.compile(rf"(?<!\d){re.escape(str(value))}(?!\d)"))
    if is_said or (isinstance(value, int | float) and value > _MAX_CONVERTED):
        return longest, spoken
    return None


def _shorter(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a timer with each part of its length one unit shorter."""
    names = list(_UNITS)
    rest = {name: value for name, value in arguments.items() if name not in names}
    return rest | {
        short: arguments[long] for long, short in pairwise(names) if arguments.get(long)
    }
