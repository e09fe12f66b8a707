"""Sensors for token usage and latency."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.sensor import (
    RestoreSensor,
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfTime
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .agent.metrics import Purpose, RequestMetrics
from .data import OpenAICompatibleConfigEntry
from .entity import OpenAICompatibleEntity

PARALLEL_UPDATES = 0

type Value = float | int | None


@dataclass(frozen=True, kw_only=True)
class MetricsSensorDescription(SensorEntityDescription):
    """Description of a sensor that is updated after each request."""

    update_value: Callable[[Value, RequestMetrics], Value]
    """Returns the new value from the old value and the metrics of a request."""
    is_total: bool = False
    """Whether the value is a total, of which attributes show the purposes."""


def _total(
    key: str, count: Callable[[RequestMetrics], int]
) -> MetricsSensorDescription:
    """Return the description of a sensor for a total number of tokens."""
    return MetricsSensorDescription(
        key=key,
        translation_key=key,
        state_class=SensorStateClass.TOTAL_INCREASING,
        suggested_display_precision=0,
        update_value=lambda value, request: (value or 0) + count(request),
        is_total=True,
    )


def _first_token(value: Value, request: RequestMetrics) -> Value:
    """Return the time to first token of a turn, in seconds.

    Only the first request of a turn counts: it is the one that the user waits for.
    """
    is_awaited = request.purpose is Purpose.TURN and request.is_first
    return (
        request.time_to_first_token
        if is_awaited and request.time_to_first_token
        else value
    )


SENSORS = (
    _total("prompt_tokens", lambda request: request.usage.prompt_tokens),
    _total("cached_tokens", lambda request: request.usage.cached_tokens),
    _total("completion_tokens", lambda request: request.usage.completion_tokens),
    MetricsSensorDescription(
        key="time_to_first_token",
        translation_key="time_to_first_token",
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_display_precision=2,
        update_value=_first_token,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OpenAICompatibleConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of an entry."""
    async_add_entities(MetricsSensor(entry, description) for description in SENSORS)


class MetricsSensor(OpenAICompatibleEntity, RestoreSensor):
    """Sensor for a metric of the requests, restored after a restart."""

    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_should_poll = False
    # They change with each request, and the totals are recorded.
    _unrecorded_attributes = frozenset(Purpose)
    entity_description: MetricsSensorDescription

    def __init__(
        self, entry: OpenAICompatibleConfigEntry, description: MetricsSensorDescription
    ) -> None:
        """Initialize the sensor."""
        super().__init__(entry, description.key)
        self.entity_description = description
        if description.is_total:
            self._attr_extra_state_attributes = dict.fromkeys(Purpose, 0)

    @override
    async def async_added_to_hass(self) -> None:
        """Restore the last value and subscribe to the metrics."""
        await super().async_added_to_hass()
        if (last := await self.async_get_last_sensor_data()) and isinstance(
            last.native_value, int | float
        ):
            self._attr_native_value = last.native_value
        if state := await self.async_get_last_state():
            self._restore_purposes(state.attributes)
        metrics = self.entry.runtime_data.metrics
        self.async_on_remove(metrics.async_listen(self._handle_request))

    @callback
    @override
    def async_entity_id_changed(self, old_entity_id: str) -> None:
        """Keep the subscriptions: none of them depends on the entity_id."""
        super().async_entity_id_changed(old_entity_id)

    def _restore_purposes(self, attributes: Mapping[str, Any]) -> None:
        """Restore what was counted for each purpose."""
        counted = (
            self._attr_extra_state_attributes
            if self.entity_description.is_total
            else {}
        )
        for purpose in counted:
            if isinstance(count := attributes.get(purpose), int):
                counted[purpose] = count

    @callback
    def _handle_request(self, request: RequestMetrics) -> None:
        """Update the value with the metrics of a request."""
        last_value = self._attr_native_value
        value = last_value if isinstance(last_value, int | float) else None
        update = self.entity_description.update_value
        self._attr_native_value = update(value, request)
        if self.entity_description.is_total:
            counted = self._attr_extra_state_attributes
            purpose = request.purpose
            # A new object: the last state has the one before.
            self._attr_extra_state_attributes = {
                **counted,
                purpose: update(counted[purpose], request),
            }
        self.async_write_ha_state()
