"""The arguments of Home Assistant's timer intents, without what a model made up.

Does not depend on Home Assistant.
"""

from collections.abc import Mapping
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


def repair_timer(
    intent_type: str, arguments: Mapping[str, Any], said: UserWords
) -> Repaired:
    """Return the arguments of an intent without those that cannot be meant.

    No timer has a length of 0, and none is named or placed by a word that was not said.
    A command that repeats the whole request would start another timer for ever.
    """
    notes: list[str] = []
    dropped: set[str] = set()
    if intent_type in FINDING:
        lengths = {name: arguments[name] for name in _FOUND_BY if name in arguments}
        if lengths and not any(lengths.values()):
            dropped |= lengths.keys()
            notes.append("no timer has a length of 0")
        elif (
            lengths
            and said.is_known
            and intent_type not in _CHANGING
            and not said.match(_TIME)
        ):
            dropped |= lengths.keys()
            notes.append("the user did not say how long the timer was")
        elif any(lengths.values()) and lengths == {
            name: arguments.get(name.removeprefix(_START), 0) for name in lengths
        }:
            # "Five minutes more" does not say how long the timer was.
            dropped |= lengths.keys()
            notes.append(f"{' and '.join(lengths)} only repeat the change")
    if intent_type in FINDING | {START}:
        invented = {
            name for name in ("name", "area") if said.is_invented(arguments.get(name))
        }
        if invented:
            dropped |= invented
            notes.append(f"the user did not say {' or '.join(sorted(invented))}")
    if intent_type == START and said.is_repeated_by(arguments.get(_COMMAND)):
        dropped.add(_COMMAND)
        notes.append(f"{_COMMAND} is what to do afterwards, and nothing is")
    kept = {name: value for name, value in arguments.items() if name not in dropped}
    return Repaired(kept, tuple(notes))
