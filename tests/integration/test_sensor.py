"""Tests for token usage and latency in the sensors and the conversation trace."""

from collections.abc import Callable
from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.openai_compatible_conversation.const import DOMAIN
from homeassistant.components import ai_task, conversation
from homeassistant.components.conversation import trace
from homeassistant.core import HomeAssistant
from testbed.replies import Call, Pause, failure, say as reply
from testbed.server import ModelServer

from .conftest import AGENT, Say

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


def purposes(hass: HomeAssistant, key: str) -> dict[str, int]:
    """Return what a sensor counts for each purpose."""
    state = hass.states.get(f"{SENSOR}{key}")
    assert state is not None
    keys = ("turns", "tasks", "extraction", "prewarming")
    return {key: state.attributes[key] for key in keys if key in state.attributes}


async def test_all_requests_are_counted(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    entry: MockConfigEntry,
    set_options: Callable[..., None],
) -> None:
    """Tasks, prewarming and extraction are counted as well, and shown apart."""
    set_options(enable_fact_learning=True)
    server.script(
        reply("One", usage=(5, 1, 0)),
        reply(Pause(0.2), "Yes.", usage=(100, 10, 60)),
        reply("A cat.", usage=(1000, 20, 0)),
        reply('{"facts": []}', usage=(4000, 4, 3)),
    )
    await conversation.async_prepare_agent(hass, AGENT, "en")
    await hass.async_block_till_done(wait_background_tasks=True)
    await say("My cat is called Amy")
    seconds = values(hass)["time_to_first_token"]
    assert float(seconds) >= 0.2
    await ai_task.async_generate_data(
        hass,
        task_name="Test",
        entity_id="ai_task.scripted_ai_task",
        instructions="Describe it.",
    )
    await hass.services.async_call(
        DOMAIN,
        "end_session",
        {"config_entry_id": entry.entry_id},
        blocking=True,
        return_response=True,
    )
    await server.wait_for_completions(4)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert purposes(hass, "prompt_tokens") == {
        "turns": 100,
        "tasks": 1000,
        "extraction": 4000,
        "prewarming": 5,
    }
    assert purposes(hass, "completion_tokens")["tasks"] == 20
    assert purposes(hass, "cached_tokens")["extraction"] == 3
    assert purposes(hass, "time_to_first_token") == {}
    assert float(values(hass)["prompt_tokens"]) == 5105
    # Nobody has waited for the others.
    assert values(hass)["time_to_first_token"] == seconds
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert purposes(hass, "prompt_tokens")["tasks"] == 1000
    server.script(reply("Yes.", usage=(7, 1, 0)))
    await say("Hi")
    assert purposes(hass, "prompt_tokens")["turns"] == 107


async def test_purposes_are_not_recorded(hass: HomeAssistant, agent: str) -> None:
    """The attributes change with each request, and the recorder has the totals."""
    for state in hass.states.async_all("sensor"):
        info = state.state_info
        assert info is not None
        assert {"turns", "tasks", "extraction", "prewarming"} <= info[
            "unrecorded_attributes"
        ]


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
