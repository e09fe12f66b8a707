"""Tools that are seldom needed, and sent only once they are.

They can be found and called all the same.
"""

from collections.abc import Callable, Iterable

from ..cameras.looking_words import asks_to_look
from ..history.past_words import asks_for_past
from ..schedule.schedule_store import ScheduleStore
from .history import HISTORY
from .named_camera import LOOK
from .schedule_tool import SCHEDULE_TOOLS
from .schedule_tools import shown_tools
from .turn_questions import CONFIRM

SELDOM_TOOLS = (*SCHEDULE_TOOLS, HISTORY, LOOK, CONFIRM)

_ASKED_FOR = {HISTORY: asks_for_past, LOOK: asks_to_look}
"""The tools that only read, and whether a text in a language asks for one."""


def shown_seldom(
    available: Iterable[str],
    schedule: ScheduleStore | None,
    usual: Callable[[list[str]], list[str]],
    said: str,
    language: str | None,
) -> list[str]:
    """Return those of the available tools that a request needs.

    `usual` returns those that the home uses, and `said` is what the user just said.
    """
    names = set(available)
    used = [name for name in usual([*SELDOM_TOOLS]) if name in names]
    shown = [
        name
        for name, asks in _ASKED_FOR.items()
        if name in used or (name in names and asks(said, language))
    ]
    if schedule is not None:
        later = [name for name in used if name in SCHEDULE_TOOLS]
        shown += shown_tools(schedule, later, said, language)
    # What is confirmed is shown while there is something to confirm, and to who uses it.
    return [*shown, *(name for name in used if name == CONFIRM)]
