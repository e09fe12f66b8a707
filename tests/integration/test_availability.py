"""Tests of an entry whose server is down, at its set-up or later."""

from datetime import timedelta
import logging

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from testbed.replies import Reply, failure, raw
from testbed.server import ModelServer

from .conftest import AGENT, Say, failed, speech

BUSY = failure(503, {"error": {"message": "Nightingale"}}, Retry_After="60")


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged at warning or above about the server."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.WARNING
        and record.getMessage().startswith("Scripted is")
    ]


async def test_down_at_start(
    hass: HomeAssistant,
    server: ModelServer,
    agent: str,
    entry: MockConfigEntry,
    say: Say,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """With the server down at start, a turn says which one; facts can be edited."""
    await server.stop()
    for _ in range(2):
        assert await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
        states = {state.entity_id: state.state for state in hass.states.async_all()}
        assert AGENT in states
        assert "unavailable" not in states.values()
        result = await say("Hello")
        assert failed(result)
        assert "I cannot reach the server" in speech(result)
        assert f"127.0.0.1:{server.port}" in speech(result)
    await hass.services.async_call(
        "todo",
        "add_item",
        {"entity_id": "todo.scripted_memory", "item": "cat: Amy"},
        blocking=True,
    )
    (down,) = warnings(caplog)
    assert "I cannot reach the server" in down
    assert f"127.0.0.1:{server.port}" in down
    await server.start(server.port)
    for _ in range(2):
        assert speech(await say("Hello")) == "Hello there."
    assert warnings(caplog) == [down, "Scripted is available again"]


@pytest.mark.parametrize(
    "models", [BUSY, failure(500), failure(418), failure(429, Retry_After="60")]
)
async def test_error_at_start(
    hass: HomeAssistant,
    server: ModelServer,
    entry: MockConfigEntry,
    say: Say,
    models: Reply,
) -> None:
    """An entry that was loaded before is loaded whatever its server answers."""
    server.models_reply = models
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert speech(await say("Hello")) == "Hello there."


async def test_first_set_up_is_retried(
    hass: HomeAssistant,
    components: None,
    server: ModelServer,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An entry that was never loaded waits for its server, which is logged once."""
    await server.stop()
    await hass.config_entries.async_setup(entry.entry_id)

    async def wait(seconds: int) -> ConfigEntryState:
        freezer.tick(timedelta(seconds=seconds))
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)
        return entry.state

    for _ in range(3):
        assert await wait(120) is ConfigEntryState.SETUP_RETRY
    (down,) = warnings(caplog)
    assert "I cannot reach the server" in down
    await server.start(server.port)
    assert await wait(300) is ConfigEntryState.LOADED
    assert warnings(caplog) == [down, "Scripted is available again"]


async def test_down_later(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A server that dies after set-up is logged once, and once when it is back."""
    server.script(*[BUSY] * 3)
    for _ in range(2):
        assert failed(await say("Hello"))
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call(
            "ai_task",
            "generate_data",
            {
                "task_name": "Cats",
                "entity_id": "ai_task.scripted_ai_task",
                "instructions": "Count them.",
            },
            blocking=True,
            return_response=True,
        )
    (down,) = warnings(caplog)
    assert down.startswith("Scripted is unavailable: ")
    assert f"127.0.0.1:{server.port}" in down
    # The server's words may quote what it was sent.
    assert "Nightingale" not in down
    for _ in range(2):
        assert not failed(await say("Hello"))
    assert warnings(caplog) == [down, "Scripted is available again"]


@pytest.mark.parametrize("answer", [failure(402), failure(418), raw(b"data: [DONE]")])
async def test_error_is_no_outage(
    server: ModelServer,
    say: Say,
    caplog: pytest.LogCaptureFixture,
    answer: Reply,
) -> None:
    """A server that refuses a request, or has no answer, is not logged as down."""
    server.script(*[answer] * 5)
    assert failed(await say("Hello"))
    assert not warnings(caplog)
