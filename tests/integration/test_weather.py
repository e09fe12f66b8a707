"""The model tells the weather that the house knows."""

from collections.abc import Callable
import json
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    MockPlatform,
    mock_config_flow,
    mock_integration,
    mock_platform,
)

from homeassistant.components import conversation, weather
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.config_entries import ConfigEntry, ConfigFlow
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar, entity_registry as er
from homeassistant.helpers.entity_platform import AddEntitiesCallback
from homeassistant.setup import async_setup_component
from testbed.replies import Call, say as reply
from testbed.server import ModelServer

from .conftest import Say

Feature = weather.WeatherEntityFeature


class Sky(weather.WeatherEntity):
    """A weather that is as it was made."""

    _attr_native_temperature_unit = "°C"
    _attr_native_wind_speed_unit = "km/h"
    _attr_native_precipitation_unit = "mm"

    def __init__(self, name: str, features: Feature, condition: str | None) -> None:
        """Initialize with what it can tell."""
        self._attr_name = self._attr_unique_id = name
        self._attr_supported_features = features
        self._attr_condition = condition
        self._attr_native_temperature = 7.5
        self._attr_humidity = 80
        self._attr_available = condition is not None

    async def async_forecast_hourly(self) -> list[weather.Forecast]:
        """Return more hours than anybody wants."""
        return [
            weather.Forecast(
                datetime=f"2026-11-{21 + n // 24}T{n % 24:02}:00:00+00:00",
                condition="rainy",
                native_temperature=n,
            )
            for n in range(48)
        ]

    async def async_forecast_daily(self) -> list[weather.Forecast]:
        """Return two days."""
        return [
            weather.Forecast(
                datetime="2026-11-22T08:00:00+00:00",
                condition="snowy",
                native_temperature=1,
                native_templow=-3,
            )
        ]

    async def async_forecast_twice_daily(self) -> list[weather.Forecast]:
        """Return a night."""
        night = weather.Forecast(
            datetime="2026-11-22T05:00:00+00:00", native_templow=-3, is_daytime=False
        )
        return [night]


@pytest.fixture
async def sky(hass: HomeAssistant, components: None) -> Callable[..., Any]:
    """Return what sets up weather entities that are exposed to Assist."""

    async def set_up(*entities: Sky, exposed: bool = True) -> None:
        async def setup_entry(
            hass: HomeAssistant,
            entry: ConfigEntry,
            add: AddEntitiesCallback,
        ) -> None:
            add(entities)

        async def forward(hass: HomeAssistant, entry: ConfigEntry) -> bool:
            await hass.config_entries.async_forward_entry_setups(entry, ["weather"])
            return True

        class Flow(ConfigFlow):
            """A flow that nobody starts."""

        mock_platform(hass, "sky.config_flow", built_in=False)
        # As a custom one it may return what 2026.10 wants and 2026.11 does not.
        module = MockModule("sky", async_setup_entry=forward)
        mock_integration(hass, module, built_in=False)
        platform = MockPlatform(async_setup_entry=setup_entry)
        mock_platform(hass, "sky.weather", platform, built_in=False)
        assert await async_setup_component(hass, "weather", {})
        with mock_config_flow("sky", Flow):
            entry = MockConfigEntry(domain="sky")
            entry.add_to_hass(hass)
            assert await hass.config_entries.async_setup(entry.entry_id)
            await hass.async_block_till_done()
        for state in hass.states.async_all("weather"):
            async_expose_entity(
                hass, conversation.DOMAIN, state.entity_id, should_expose=exposed
            )

    return set_up


@pytest.fixture
def ask(server: ModelServer, say: Say) -> Callable[..., Any]:
    """Return what asks the tool, and returns what the model is shown."""

    async def _ask(device_id: str | None = None, **arguments: Any) -> Any:
        server.script(reply(calls=[Call("get_weather", arguments)]), reply("So."))
        await say("Weather?", device_id=device_id)
        return json.loads(server.bodies[-1]["messages"][-1]["content"])

    return _ask


async def test_now(ask: Callable[..., Any], sky: Callable[..., Any]) -> None:
    """The weather as it is, with the home's units; what is null or empty is left out."""
    await sky(Sky("Home", Feature(0), "sunny"))
    told = await ask(name="", forecast=None)
    assert told["place"] == "Home"
    assert told["now"] == {"condition": "sunny", "temperature": 7.5, "humidity": 80}
    assert told["units"]["temperature"] == "°C"


async def test_hourly(ask: Callable[..., Any], sky: Callable[..., Any]) -> None:
    """A day's hours, in the home's time zone."""
    await sky(Sky("Home", Feature.FORECAST_HOURLY, "sunny"))
    told = await ask(forecast="hourly")
    assert told["time_zone"] == "US/Pacific"
    assert len(told["forecast"]) == 24
    assert told["forecast"][0] == {
        "time": "Friday 2026-11-20 16:00",
        "condition": "rainy",
        "temperature": 0,
    }


@pytest.mark.parametrize(
    ("feature", "row"),
    [
        (
            Feature.FORECAST_DAILY | Feature.FORECAST_TWICE_DAILY,
            {
                "time": "Sunday 2026-11-22",
                "condition": "snowy",
                "temperature": 1,
                "templow": -3,
            },
        ),
        (
            Feature.FORECAST_TWICE_DAILY,
            {"time": "Saturday 2026-11-21 night", "templow": -3},
        ),
    ],
)
async def test_daily(
    ask: Callable[..., Any],
    sky: Callable[..., Any],
    feature: Feature,
    row: dict[str, Any],
) -> None:
    """The next days, or days and nights where there is no more."""
    await sky(Sky("Home", feature, "sunny"))
    assert (await ask(forecast="daily"))["forecast"] == [row]


async def test_which(
    hass: HomeAssistant, ask: Callable[..., Any], sky: Callable[..., Any]
) -> None:
    """A place is found by the name of its weather or of its area."""
    await sky(
        Sky("Home", Feature(0), None),
        Sky("Cabin", Feature(0), "foggy"),
        Sky("Beach", Feature(0), "sunny"),
    )
    area = ar.async_get(hass).async_create("Seaside")
    er.async_get(hass).async_update_entity("weather.beach", area_id=area.id)
    assert (await ask())["place"] == "Cabin"
    assert (await ask(name="Beach"))["place"] == "Beach"
    assert (await ask(name="seaside"))["place"] == "Beach"
    assert (await ask(name="Mars")) == {
        "error": "NoWeather",
        "error_text": "No weather is known for Mars. There is: Cabin, Beach, Home.",
    }
    assert "not available" in (await ask(name="Home"))["error_text"]


async def test_none(ask: Callable[..., Any], sky: Callable[..., Any]) -> None:
    """Without an exposed weather the model is told so, and what to do."""
    assert "no weather entity is exposed" in (await ask())["error_text"]
    await sky(Sky("Home", Feature(0), "sunny"), exposed=False)
    assert "no weather entity is exposed" in (await ask())["error_text"]


async def test_no_forecast(ask: Callable[..., Any], sky: Callable[..., Any]) -> None:
    """A weather without a forecast says so; a forecast that is none is an error."""
    await sky(Sky("Home", Feature(0), "sunny"))
    assert (await ask(forecast="hourly"))["error"] == "NoForecast"
    assert (await ask(forecast="daily"))["error"] == "NoForecast"
    assert "Invalid" in (await ask(forecast="yearly"))["error"]
