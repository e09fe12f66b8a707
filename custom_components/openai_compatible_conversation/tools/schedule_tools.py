"""The tools with which the model schedules a call, and lists and cancels what is scheduled.

They are shown only where they are needed: that to schedule when the user speaks of a time
to come, and all of them while something is scheduled, or when the home uses them. They
can always be found and called.

Decision record: docs/decisions/0024-an-action-for-later.md.
"""

from collections.abc import Callable, Iterator, Sequence

from homeassistant.helpers import llm

from ..schedule.later_words import speaks_of_later
from ..schedule.schedule_store import ScheduleStore
from .call_resolver import CallResolver
from .fact_tool import FactSource
from .schedule_action import ScheduleAction
from .schedule_tool import SCHEDULE_TOOLS
from .scheduled_actions import CancelScheduledAction, QueryScheduledActions
from .scheduled_call import SCHEDULE


def shown_tools(
    store: ScheduleStore, used: Sequence[str], said: str, language: str | None
) -> list[str]:
    """Return the names of the tools that a request needs.

    `used` are those of them that the home uses, and `said` is what the user just said.
    """
    if store.actions:
        return [*SCHEDULE_TOOLS]
    if speaks_of_later(said, language):
        return [SCHEDULE, *(name for name in used if name != SCHEDULE)]
    return [*used]


def schedule_tools(
    store: ScheduleStore,
    fact_source: FactSource,
    resolver: Callable[[], CallResolver],
    admin_tools: frozenset[str],
) -> Iterator[llm.Tool]:
    """Yield the tools for the actions of an entry.

    `fact_source` and `resolver` are those of the turn, and `admin_tools` the names of the
    tools for administrators.
    """
    yield ScheduleAction(store, fact_source, resolver, admin_tools)
    yield QueryScheduledActions(store, fact_source)
    yield CancelScheduledAction(store, fact_source)
