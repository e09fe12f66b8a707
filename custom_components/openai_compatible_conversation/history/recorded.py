"""What the recorder knows of an entity, as values for the model."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from homeassistant.components.recorder import get_instance, history, statistics
from homeassistant.components.sensor import ATTR_STATE_CLASS
from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.translation import async_translate_state
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType

from .changes import Change, changes_of, duration_text, since_when
from .measurements import Measurement, Summary, measurements_of, summary_of

ALL_STATES = timedelta(days=3)
"""How far back each measured value is read; before that, the means of hours."""

LAST_STATES = 20
"""States that are read back to where the present one began."""

_UNKNOWN = frozenset({STATE_UNAVAILABLE, STATE_UNKNOWN})
_DIGITS = 2


async def async_history(
    hass: HomeAssistant, state: State, start: datetime, end: datetime
) -> JsonObjectType:
    """Return what an entity did between two times in UTC, nothing if it is not known.

    Numbers with a unit are summed up as `statistics`, all else is told as `changes`.
    """
    if is_measured(state):
        return await _async_statistics(hass, state, start, end)
    return await _async_changes(hass, state, start, end)


def is_measured(state: State) -> bool:
    """Return whether an entity measures a number."""
    return ATTR_UNIT_OF_MEASUREMENT in state.attributes or (
        ATTR_STATE_CLASS in state.attributes
    )


async def _async_changes(
    hass: HomeAssistant, state: State, start: datetime, end: datetime
) -> JsonObjectType:
    """Return the changes of an entity's state."""
    known = _known(await _async_states(hass, state.entity_id, start, end))
    if (found := changes_of(known, start, end)) is None:
        return {}
    since = (
        found.last[0].at
        if found.last
        else await _async_since(hass, state.entity_id, found.now)
    )

    def text(value: str) -> str:
        """Return a state as users see it."""
        return _state_text(hass, state, value)

    result: JsonObjectType = {"state": text(found.now)}
    if since:
        result["since"] = time_text(since)
    result["changes"] = [
        {"state": text(change.state), "at": time_text(change.at)}
        for change in found.last
    ]
    if found.count > len(found.last):
        result["earlier_changes"] = found.count - len(found.last)
    result["times"] = {text(value): times for value, times in found.times.items()}
    result["lasted"] = {
        text(value): duration_text(lasted) for value, lasted in found.lasted.items()
    }
    if known[0].at > start:
        result["known_since"] = time_text(known[0].at)
    return result


async def _async_statistics(
    hass: HomeAssistant, state: State, start: datetime, end: datetime
) -> JsonObjectType:
    """Return the lowest, highest and mean value of an entity."""
    measured: list[Measurement] = []
    if end - start > ALL_STATES:
        measured = await _async_hours(hass, state.entity_id, start, end)
    if not measured:
        recorded = await _async_states(hass, state.entity_id, start, end)
        values = [(one.state, one.last_changed) for one in recorded]
        measured = measurements_of(values, start, end)
    if (summary := summary_of(measured)) is None:
        return {}
    result: JsonObjectType = {"state": state.state}
    if unit := state.attributes.get(ATTR_UNIT_OF_MEASUREMENT):
        result["unit"] = str(unit)
    result["statistics"] = _summary_texts(summary)
    if measured[0].start > start + timedelta(hours=1):
        result["known_since"] = time_text(measured[0].start)
    return result


def _summary_texts(summary: Summary) -> JsonObjectType:
    """Return a summary with local times."""
    return {
        "lowest": round(summary.lowest, _DIGITS),
        "lowest_at": time_text(summary.lowest_at),
        "highest": round(summary.highest, _DIGITS),
        "highest_at": time_text(summary.highest_at),
        "mean": round(summary.mean, _DIGITS),
    }


async def _async_states(
    hass: HomeAssistant, entity_id: str, start: datetime, end: datetime
) -> list[State]:
    """Return the recorded states, with that at the beginning first."""
    found = await get_instance(hass).async_add_executor_job(
        lambda: history.state_changes_during_period(
            hass, start, end, entity_id, no_attributes=True
        )
    )
    return _with_present(hass, found.get(entity_id, []), end)


def _with_present(
    hass: HomeAssistant, recorded: list[State], end: datetime
) -> list[State]:
    """Return recorded states with the present one, which is written some seconds later."""
    if not recorded or (state := hass.states.get(recorded[-1].entity_id)) is None:
        return recorded
    is_newer = recorded[-1].last_changed < state.last_changed <= end
    return [*recorded, state] if is_newer else recorded


async def _async_since(
    hass: HomeAssistant, entity_id: str, state: str
) -> datetime | None:
    """Return when the present state began, None if the recorder does not know."""
    found = await get_instance(hass).async_add_executor_job(
        history.get_last_state_changes, hass, LAST_STATES, entity_id
    )
    return since_when(_known(found.get(entity_id, [])), state)


def _known(states: Iterable[State]) -> list[Change]:
    """Return states without those that say nothing, as after a restart."""
    return [
        Change(state.state, state.last_changed)
        for state in states
        if state.state not in _UNKNOWN
    ]


async def _async_hours(
    hass: HomeAssistant, entity_id: str, start: datetime, end: datetime
) -> list[Measurement]:
    """Return what was measured in each hour, as far as there are statistics."""
    found = await get_instance(hass).async_add_executor_job(
        lambda: statistics.statistics_during_period(
            hass, start, end, {entity_id}, "hour", None, {"mean", "min", "max"}
        )
    )
    return [
        Measurement(
            dt_util.utc_from_timestamp(row["start"]),
            dt_util.utc_from_timestamp(row["end"]),
            mean,
            lowest,
            highest,
        )
        for row in found.get(entity_id, [])
        if (mean := row.get("mean")) is not None
        and (lowest := row.get("min")) is not None
        and (highest := row.get("max")) is not None
    ]


def _state_text(hass: HomeAssistant, state: State, value: str) -> str:
    """Return a state as users see it: a door that is `on` is open."""
    entry = er.async_get(hass).async_get(state.entity_id)
    device_class: Any = state.attributes.get(ATTR_DEVICE_CLASS)
    return async_translate_state(
        hass,
        value,
        state.domain,
        entry.platform if entry else None,
        entry.translation_key if entry else None,
        device_class,
    )


def time_text(time: datetime) -> str:
    """Return the local time, with the day."""
    return dt_util.as_local(time).strftime("%A %Y-%m-%d %H:%M")
