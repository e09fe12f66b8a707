"""What the assistant costs: tokens in total, and seconds until it begins to answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.sensor import (
    RestoreSensor,
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfTime
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .agent.metrics import RequestMetrics
from .data import OpenAICompatibleConfigEntry
from .entity import OpenAICompatibleEntity

PARALLEL_UPDATES = 0

type Value = float | int | None


@dataclass(frozen=True, kw_only=True)
class MetricsSensorDescription(SensorEntityDescription):
    """What a sensor shows of the requests."""

    after: Callable[[Value, RequestMetrics], Value]
    """Returns the value after a request, from that before it."""


def _total(
    key: str, count: Callable[[RequestMetrics], int]
) -> MetricsSensorDescription:
    """Return the description of a total of tokens."""
    return MetricsSensorDescription(
        key=key,
        translation_key=key,
        state_class=SensorStateClass.TOTAL_INCREASING,
        suggested_display_precision=0,
        after=lambda value, cost: (value or 0) + count(cost),
    )


def _first_token(value: Value, cost: RequestMetrics) -> Value:
    """Return the seconds to the first token of the last turn."""
    return (
        cost.time_to_first_token
        if cost.is_first_of_turn and cost.time_to_first_token
        else value
    )


SENSORS = (
    _total("prompt_tokens", lambda cost: cost.usage.prompt_tokens),
    _total("cached_tokens", lambda cost: cost.usage.cached_tokens),
    _total("completion_tokens", lambda cost: cost.usage.completion_tokens),
    MetricsSensorDescription(
        key="time_to_first_token",
        translation_key="time_to_first_token",
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_display_precision=2,
        after=_first_token,
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
    """Something that requests cost."""

    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_should_poll = False
    entity_description: MetricsSensorDescription

    def __init__(
        self, entry: OpenAICompatibleConfigEntry, description: MetricsSensorDescription
    ) -> None:
        """Initialize the sensor that a description is of."""
        super().__init__(entry, description.key)
        self.entity_description = description

    @override
    async def async_added_to_hass(self) -> None:
        """Go on from the value before a restart."""
        await super().async_added_to_hass()
        if (last := await self.async_get_last_sensor_data()) and isinstance(
            last.native_value, int | float
        ):
            self._attr_native_value = last.native_value
        statistics = self.entry.runtime_data.metrics
        self.async_on_remove(statistics.async_listen(self._take))

    @callback
    def _take(self, cost: RequestMetrics) -> None:
        """Take a request into account."""
        before = self._attr_native_value
        value = before if isinstance(before, int | float) else None
        self._attr_native_value = self.entity_description.after(value, cost)
        self.async_write_ha_state()
