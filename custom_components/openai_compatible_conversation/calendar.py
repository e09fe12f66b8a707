"""Calendar platform: the scheduled actions, to view and delete."""

from datetime import datetime, timedelta
from typing import override

from homeassistant.components.calendar import (
    CalendarEntity,
    CalendarEntityFeature,
    CalendarEvent,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .data import OpenAICompatibleConfigEntry
from .entity import OpenAICompatibleEntity
from .schedule.scheduled_action import ScheduledAction

PARALLEL_UPDATES = 0

SHOWN_FOR = timedelta(minutes=1)
"""The duration of an entry: an action itself has none."""


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OpenAICompatibleConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the calendar of a config entry."""
    async_add_entities([ScheduleCalendar(entry)])


class ScheduleCalendar(OpenAICompatibleEntity, CalendarEntity):
    """The scheduled actions that everybody at home may see."""

    _attr_translation_key = "scheduled_actions"
    _attr_should_poll = False
    # Entities with a category are not exposed to (cloud) assistants by default.
    _attr_entity_category = EntityCategory.CONFIG
    _attr_supported_features = CalendarEntityFeature.DELETE_EVENT

    def __init__(self, entry: OpenAICompatibleConfigEntry) -> None:
        """Initialize the calendar of a config entry."""
        super().__init__(entry, "scheduled_actions")
        self._schedule = entry.runtime_data.entry_state.schedule

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to changes of the scheduled actions."""
        await super().async_added_to_hass()
        self.async_on_remove(self._schedule.async_listen(self.async_write_ha_state))

    @callback
    @override
    def async_entity_id_changed(self, old_entity_id: str) -> None:
        """Keep the subscriptions: none of them depends on the entity_id."""
        super().async_entity_id_changed(old_entity_id)

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the next action."""
        return next(map(_event, self._schedule.visible_to(None)), None)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the actions within a time, the first one first."""
        return [
            _event(action)
            for action in self._schedule.visible_to(None)
            if action.at < end_date and action.at + SHOWN_FOR > start_date
        ]

    @override
    async def async_delete_event(
        self,
        uid: str,
        recurrence_id: str | None = None,
        recurrence_range: str | None = None,
    ) -> None:
        """Cancel an action. Raises `ServiceValidationError` if there is none."""
        if not await self._schedule.async_cancel(uid):
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="no_such_scheduled_action"
            )


def _event(action: ScheduledAction) -> CalendarEvent:
    """Return an action as an entry of a calendar."""
    start = dt_util.as_local(action.at)
    return CalendarEvent(
        start=start,
        end=start + SHOWN_FOR,
        summary=action.summary,
        description="\n".join(f"{k}: {v}" for k, v in action.arguments.items()),
        uid=action.id,
    )
