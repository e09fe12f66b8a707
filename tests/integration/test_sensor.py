"""Tests for token usage and latency in the sensors and the conversation trace."""

from collections.abc import Callable
from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.components.conversation import trace
from homeassistant.core import HomeAssistant
from testbed.replies import Call, Pause, failure, say as reply
from testbed.server import ModelServer

from .conftest import Say

SENSOR = "sensor.scripted_"


def values(hass: HomeAssistant) -> dict[str, str]:
    """Return the states of the sensors by key."""
    return {
        state.entity_id.removeprefix(SENSOR): state.state
        for state in hass.states.async_all("sensor")
    }


async def test_sensors(
    hass: HomeAssistant, server: ModelServer, say: Say, light: list[Any]
) -> None:
    """Tokens are totals of all requests, time to first token is of the last turn."""
    assert set(values(hass).values()) == {"unknown"}
    call = Call("intent__HassTurnOn", {"name": "Lamp"})
    server.script(
        reply(Pause(0.2), calls=[call], usage=(100, 10, 60)),
        reply("It is on.", usage=(120, 5, 110)),
    )
    await say("Turn on the lamp")
    states = values(hass)
    assert float(states["prompt_tokens"]) == 220
    assert float(states["completion_tokens"]) == 15
    assert float(states["cached_tokens"]) == 170
    assert 0.2 <= float(states["time_to_first_token"]) < 5
    server.script(failure(402), reply("Fast.", usage=(1, 1, 0)))
    await say("Again")
    await say("Again")
    assert float(values(hass)["prompt_tokens"]) == 221
    assert float(values(hass)["time_to_first_token"]) < 0.2


async def test_restored(
    hass: HomeAssistant, server: ModelServer, say: Say, entry: MockConfigEntry
) -> None:
    """Totals are restored after a reload."""
    server.script(reply("Yes.", usage=(100, 10, 60)), reply("Yes.", usage=(1, 1, 1)))
    await say("Hi")
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert float(values(hass)["prompt_tokens"]) == 100
    await say("Hi")
    assert float(values(hass)["prompt_tokens"]) == 101
    assert float(values(hass)["cached_tokens"]) == 61


async def test_trace(
    server: ModelServer, say: Say, set_options: Callable[..., None]
) -> None:
    """The conversation trace of a turn has its tokens and durations."""
    set_options(enable_fact_learning=True, tool_discovery="always")
    server.script(reply("Yes.", usage=(7, 3, 2)))
    await say("Hi")
    newest = trace.async_get_traces()[-1].as_dict()
    (stats,) = [
        event["data"]["stats"]
        for event in newest["events"]
        if "stats" in (event["data"] or {})
    ]
    assert stats["input_tokens"] == 7
    assert stats["cached_input_tokens"] == 2
    assert stats["output_tokens"] == 3
    assert 0 < stats["seconds_to_first_token"] <= stats["seconds"]
