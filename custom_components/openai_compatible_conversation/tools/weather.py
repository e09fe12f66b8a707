"""The tool for the current weather and forecasts."""

from collections.abc import Iterable, Mapping
import re
from typing import Any, override

import probatio

from homeassistant.components import conversation
from homeassistant.components.weather import (
    DOMAIN as WEATHER,
    SERVICE_GET_FORECASTS,
    WeatherEntityFeature,
)
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import intent, llm
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType, JsonValueType

from ..const import DOMAIN
from .result import error_result
from .target_names import words_of

NOW, HOURLY, DAILY = "now", "hourly", "daily"

HOURS = 24
DAYS = 7
MAX_ROWS = {HOURLY: HOURS, DAILY: DAYS, "twice_daily": 2 * DAYS}

CURRENT = (
    *("temperature", "apparent_temperature", "humidity", "pressure", "wind_speed"),
    *("wind_gust_speed", "cloud_coverage", "uv_index", "visibility", "dew_point"),
)
FORECAST = (
    *("condition", "temperature", "templow", "precipitation"),
    *("precipitation_probability", "wind_speed", "humidity"),
)

_AT_HOME = re.compile(
    r"weather|forecast|wetter|vorhersage|meteo|prevision|clima|tiempo|weer"
    r"|home|house|here|outside|outdoors?|current|today|tomorrow|local"
)
"""Words that name no place, as small models fill in the name."""


class WeatherTool(llm.Tool):
    """Tool for the weather of the weather entities exposed to Assist."""

    name = "get_weather"
    title = "Get weather"
    description = (
        "Tells the weather at home, or at another place that the house knows: now, "
        "for the next hours, or for the next days (forecast: temperature, rain, wind)."
    )
    parameters = probatio.Schema(
        {
            probatio.Optional(
                "forecast", description="now, the next hours, or the next days."
            ): probatio.In([NOW, HOURLY, DAILY]),
            probatio.Optional(
                "name",
                description="Name of a weather entity or an area. Seldom needed.",
            ): str,
        },
        extra=probatio.REMOVE_EXTRA,
    )
    annotations = llm.ToolAnnotations(
        read_only=True, destructive=False, idempotent=True, open_world=False
    )
    integration = DOMAIN

    @override
    async def async_call(
        self,
        hass: HomeAssistant,
        tool_input: llm.ToolInput,
        llm_context: llm.LLMContext,
    ) -> llm.ToolResult:
        """Return the weather, or an error result; raises `probatio.Invalid`."""
        # Small models send null or an empty text for arguments that they omit.
        args = {name: value for name, value in tool_input.tool_args.items() if value}
        args = self.parameters(args)
        state = _find_entity(hass, args.get("name"), llm_context)
        if isinstance(state, str):
            return error_result("NoWeather", state)
        kind: str = args.get("forecast", NOW)
        data: JsonObjectType = {"place": state.name, "units": _units(state)}
        if kind == NOW:
            # What comes first is what a small model says.
            others = _other_values(hass, args.get("name"))
            data = {**others, "summary": _summary(state), **data}
            data["now"] = _pick(state.attributes, CURRENT, condition=state.state)
        else:
            data |= await _async_forecast(hass, state, kind, llm_context)
        return llm.ToolResult(data=data, error="error" in data)


def _find_entity(
    hass: HomeAssistant, name: str | None, llm_context: llm.LLMContext
) -> State | str:
    """Return the requested weather entity, or the text of an error."""
    preferences = llm.async_get_match_preferences(hass, llm_context)

    def matched(**constraints: Any) -> list[State]:
        """Return the matching exposed weather entities, available ones first."""
        found = intent.async_match_targets(
            hass,
            intent.MatchTargetsConstraints(
                domains=[WEATHER],
                assistant=llm_context.assistant,
                allow_duplicate_names=True,
                **constraints,
            ),
            preferences,
        )
        return sorted(found.states if found.is_match else [], key=_is_unavailable)

    if not (states := matched()):
        return (
            "No weather is known: no weather entity is exposed to Assist. "
            "The user can add and expose one in Home Assistant."
        )
    if name:
        names = ", ".join(state.name for state in states)
        named = matched(name=name) or matched(area_name=name)
        is_at_home = all(map(_AT_HOME.fullmatch, words_of(name)))
        if not (named or is_at_home or _named_states(hass, name)):
            return f"No weather is known for {name}. There is: {names}."
        states = named or states
    if _is_unavailable(states[0]):
        return f"The weather of {states[0].name} is not available at the moment."
    return states[0]


def _named_states(hass: HomeAssistant, name: str) -> list[State]:
    """Return the exposed entities of a name, whatever they are."""
    constraints = intent.MatchTargetsConstraints(
        name=name, assistant=conversation.DOMAIN, allow_duplicate_names=True
    )
    return intent.async_match_targets(hass, constraints).states


def _other_values(hass: HomeAssistant, name: str | None) -> dict[str, str]:
    """Return the states of named entities that have no weather, such as a sensor."""
    return {
        state.name: " ".join(
            (state.state, state.attributes.get("unit_of_measurement", ""))
        ).rstrip()
        for state in (_named_states(hass, name) if name else ())
        if state.domain != WEATHER
    }


def _is_unavailable(state: State) -> bool:
    """Return whether an entity is unavailable or has no state."""
    return state.state in (STATE_UNAVAILABLE, STATE_UNKNOWN)


def _units(state: State) -> JsonObjectType:
    """Return the units of the entity's values, by quantity."""
    suffix = "_unit"
    return {
        name.removesuffix(suffix): str(unit)
        for name, unit in state.attributes.items()
        if name.endswith(suffix)
    }


def _summary(state: State) -> str:
    """Return the condition and the temperature in a few words."""
    temperature = state.attributes.get("temperature")
    if temperature is None:
        return state.state
    unit = state.attributes.get("temperature_unit", "")
    return f"{state.state}, {temperature} {unit}".rstrip()


def _pick(
    values: Mapping[str, Any], names: Iterable[str], **others: JsonValueType
) -> JsonObjectType:
    """Return the values with the given names, except missing ones."""
    present = {name: values[name] for name in names if values.get(name) is not None}
    return {**others, **present}


async def _async_forecast(
    hass: HomeAssistant, state: State, kind: str, llm_context: llm.LLMContext
) -> JsonObjectType:
    """Return the forecast of an entity, with times in the home's time zone."""
    features = state.attributes.get("supported_features", 0)
    if kind == DAILY and not features & WeatherEntityFeature.FORECAST_DAILY:
        kind = "twice_daily"
    needed = WeatherEntityFeature[f"FORECAST_{kind.upper()}"]
    if not features & needed:
        return {
            "error": "NoForecast",
            "error_text": f"{state.name} has no such forecast.",
        }
    response = await hass.services.async_call(
        WEATHER,
        SERVICE_GET_FORECASTS,
        {"entity_id": state.entity_id, "type": kind},
        blocking=True,
        return_response=True,
        context=llm_context.context,
    )
    forecast: Any = (response or {}).get(state.entity_id) or {}
    rows = forecast.get("forecast") or []
    return {
        "time_zone": hass.config.time_zone,
        "forecast": [
            _pick(row, FORECAST, time=_time(row, kind))
            for row in rows[: MAX_ROWS[kind]]
        ],
    }


def _time(row: Mapping[str, Any], kind: str) -> str:
    """Return the local time of a forecast row as text."""
    when = dt_util.parse_datetime(str(row.get("datetime")))
    if when is None:
        return str(row.get("datetime"))
    local = dt_util.as_local(when)
    if kind == HOURLY:
        return local.strftime("%A %Y-%m-%d %H:%M")
    day = local.strftime("%A %Y-%m-%d")
    if kind == DAILY:
        return day
    return f"{day} {'day' if row.get('is_daytime') else 'night'}"
