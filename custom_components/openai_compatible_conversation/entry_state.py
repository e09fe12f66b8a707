"""State of an entry that outlives its reload: sessions, facts, and what is scheduled.

Decision record: docs/decisions/0008-memory-quotes-its-source.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .agent.late_answers import LateAnswers
from .agent.token_budget import TokenBudget
from .completions.availability import Availability
from .confirmation.open_questions import OpenQuestions
from .const import DOMAIN
from .issues import Issues
from .memory.extraction.turn_queue import async_queue_turns, is_forget_request
from .memory.store.fact_store import FactStore
from .options import Options
from .schedule.schedule_store import ScheduleStore
from .session.sessions import Sessions
from .session.turns import Turn
from .tools.fact_tool import FORGET

DATA_ENTRY_STATES: HassKey[dict[str, EntryState]] = HassKey(f"{DOMAIN}_entry_states")


@dataclass(slots=True)
class EntryState:
    """What an entry has to keep: facts, scheduled actions, sessions, and what is known.

    Created at the first set-up and kept until the entry is removed: a turn may
    outlast a reload, and what it learns must go to the store that is in use after it.
    """

    fact_store: FactStore
    schedule: ScheduleStore
    sessions: Sessions
    availability: Availability
    budget: TokenBudget
    """The limits of what is sent to the server."""
    questions: OpenQuestions = field(
        default_factory=lambda: OpenQuestions(lambda: dt_util.utcnow().timestamp())
    )
    """What waits for a yes. It is in memory alone."""
    late_answers: LateAnswers = field(default_factory=LateAnswers)
    """The answers that are heard later than their turns."""

    async def async_start(self) -> None:
        """Load the facts and the scheduled actions, and resume the sessions."""
        await self.fact_store.async_load()
        await self.schedule.async_load()
        await self.sessions.async_start()

    async def async_remove(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Delete sessions, facts and scheduled actions, also from disk."""
        hass.data[DATA_ENTRY_STATES].pop(entry.entry_id, None)
        await self.sessions.async_remove()
        await self.fact_store.async_remove()
        await self.schedule.async_remove()


@callback
def async_get_entry_state(hass: HomeAssistant, entry: ConfigEntry) -> EntryState:
    """Return the state of an entry, created if there is none yet."""
    states = hass.data.setdefault(DATA_ENTRY_STATES, {})
    if (state := states.get(entry.entry_id)) is None:
        state = states[entry.entry_id] = _create(hass, entry)
    return state


def _create(hass: HomeAssistant, entry: ConfigEntry) -> EntryState:
    """Return a new state of an entry, with nothing loaded."""
    issues = Issues(hass, entry)
    fact_store = FactStore(hass, entry.entry_id, issues)

    async def async_retain(turns: Sequence[Turn]) -> None:
        """Queue what users said in evicted turns for fact extraction."""
        if Options.of(entry.options).enable_fact_learning:
            # What is said to have something forgotten is not to be learned.
            kept = [turn for turn in turns if not is_forget_request(turn, FORGET)]
            await async_queue_turns(fact_store, kept, sessions.turn_ids)

    def timeout() -> float:
        """Return the current session timeout in seconds."""
        return Options.of(entry.options).conversation_timeout

    budget = TokenBudget(entry)
    sessions = Sessions(
        hass,
        entry.entry_id,
        timeout,
        async_retain,
        limits=budget.limits,
        on_set_aside=issues.create_set_aside,
    )
    fact_store.async_listen_forgotten(sessions.async_forget)
    schedule = ScheduleStore(hass, entry.entry_id, issues.create_set_aside)
    availability = Availability(hass.loop.time)
    state = EntryState(fact_store, schedule, sessions, availability, budget)
    fact_store.async_listen_forgotten(state.late_answers.async_forget)
    return state
