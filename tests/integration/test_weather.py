"""Tests of the weather tool."""

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
    """A weather entity with fixed values."""

    _attr_native_temperature_unit = "°C"
    _attr_native_wind_speed_unit = "km/h"
    _attr_native_precipitation_unit = "mm"

    def __init__(self, name: str, features: Feature, condition: str | None) -> None:
        """Initialize with the supported forecasts; unavailable without a condition."""
        self._attr_name = self._attr_unique_id = name
        self._attr_supported_features = features
        self._attr_condition = condition
        self._attr_native_temperature = 7.5
        self._attr_humidity = 80
        self._attr_available = condition is not None

    async def async_forecast_hourly(self) -> list[weather.Forecast]:
        """Return more hours than the tool returns."""
        return [
            weather.Forecast(
                datetime=f"2026-11-{21 + n // 24}T{n % 24:02}:00:00+00:00",
                condition="rainy",
                native_temperature=n,
            )
            for n in range(48)
        ]

    async def async_forecast_daily(self) -> list[weather.Forecast]:
        """Return a day."""
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
    """Return a function that sets up weather entities and exposes them to Assist."""

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
            """A config flow that is never started."""

        mock_platform(hass, "sky.config_flow", built_in=False)
        # A custom integration may return True, as 2026.10 requires; 2026.11 refuses
        # it of built-in ones.
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
def call_tool(server: ModelServer, say: Say) -> Callable[..., Any]:
    """Return a function that calls the tool and returns the result as sent."""

    async def _call_tool(device_id: str | None = None, **arguments: Any) -> Any:
        server.script(reply(calls=[Call("get_weather", arguments)]), reply("So."))
        await say("Weather?", device_id=device_id)
        return json.loads(server.bodies[-1]["messages"][-1]["content"])

    return _call_tool


async def test_now(call_tool: Callable[..., Any], sky: Callable[..., Any]) -> None:
    """The current weather has the home's units; empty arguments are ignored."""
    await sky(Sky("Home", Feature(0), "sunny"))
    result = await call_tool(name="", forecast=None)
    assert result["place"] == "Home"
    assert result["now"] == {"condition": "sunny", "temperature": 7.5, "humidity": 80}
    assert result["units"]["temperature"] == "°C"
    assert next(iter(result)) == "summary"
    assert result["summary"] == "sunny, 7.5 °C"


async def test_hourly(call_tool: Callable[..., Any], sky: Callable[..., Any]) -> None:
    """The hourly forecast covers a day, in the home's time zone."""
    await sky(Sky("Home", Feature.FORECAST_HOURLY, "sunny"))
    result = await call_tool(forecast="hourly")
    assert result["time_zone"] == "US/Pacific"
    assert len(result["forecast"]) == 24
    assert result["forecast"][0] == {
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
    call_tool: Callable[..., Any],
    sky: Callable[..., Any],
    feature: Feature,
    row: dict[str, Any],
) -> None:
    """The daily forecast falls back to days and nights."""
    await sky(Sky("Home", feature, "sunny"))
    assert (await call_tool(forecast="daily"))["forecast"] == [row]


async def test_name_or_area(
    hass: HomeAssistant, call_tool: Callable[..., Any], sky: Callable[..., Any]
) -> None:
    """A weather entity is found by its name or its area."""
    await sky(
        Sky("Home", Feature(0), None),
        Sky("Cabin", Feature(0), "foggy"),
        Sky("Beach", Feature(0), "sunny"),
    )
    area = ar.async_get(hass).async_create("Seaside")
    er.async_get(hass).async_update_entity("weather.beach", area_id=area.id)
    assert (await call_tool())["place"] == "Cabin"
    assert (await call_tool(name="Beach"))["place"] == "Beach"
    assert (await call_tool(name="seaside"))["place"] == "Beach"
    assert (await call_tool(name="Mars")) == {
        "error": "NoWeather",
        "error_text": "No weather is known for Mars. There is: Cabin, Beach, Home.",
    }
    assert "not available" in (await call_tool(name="Home"))["error_text"]


async def test_name_of_something_else(
    hass: HomeAssistant, call_tool: Callable[..., Any], sky: Callable[..., Any]
) -> None:
    """What is of the home, and has no weather itself, has the weather of the home."""
    await sky(Sky("Home", Feature(0), "sunny"))
    hass.states.async_set(
        "sensor.out", "7", {"friendly_name": "Outside", "unit_of_measurement": "°C"}
    )
    async_expose_entity(hass, conversation.DOMAIN, "sensor.out", should_expose=True)
    result = await call_tool(name="Outside")
    assert (result["Outside"], result["place"]) == ("7 °C", "Home")
    async_expose_entity(hass, conversation.DOMAIN, "sensor.out", should_expose=False)
    assert "Outside" not in await call_tool(name="Outside")


@pytest.mark.parametrize("name", ["weather", "Wetter", "home", "the current weather"])
async def test_name_of_no_place(
    call_tool: Callable[..., Any], sky: Callable[..., Any], name: str
) -> None:
    """A model that fills in a word for a name gets the weather of the home."""
    await sky(Sky("Cabin", Feature(0), "sunny"))
    assert (await call_tool(name=name))["place"] == "Cabin"


async def test_no_exposed_entity(
    call_tool: Callable[..., Any], sky: Callable[..., Any]
) -> None:
    """Without an exposed weather entity, an error says what to do."""
    assert "no weather entity is exposed" in (await call_tool())["error_text"]
    await sky(Sky("Home", Feature(0), "sunny"), exposed=False)
    assert "no weather entity is exposed" in (await call_tool())["error_text"]


async def test_no_forecast(
    call_tool: Callable[..., Any], sky: Callable[..., Any]
) -> None:
    """A missing forecast and an invalid kind of forecast are errors."""
    await sky(Sky("Home", Feature(0), "sunny"))
    assert (await call_tool(forecast="hourly"))["error"] == "NoForecast"
    assert (await call_tool(forecast="daily"))["error"] == "NoForecast"
    assert "Invalid" in (await call_tool(forecast="yearly"))["error"]
