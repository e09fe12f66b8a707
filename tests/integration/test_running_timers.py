"""Tests for calls that look for a timer by what a model made up."""

import json
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.components.intent import (
    TimerEventType,
    TimerInfo,
    async_register_timer_handler,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
from testbed.replies import Answer, Call, say as reply
from testbed.server import ModelServer

from .conftest import Say

pytestmark = pytest.mark.usefixtures("components")

type Events = list[tuple[TimerEventType, int]]


@pytest.fixture
def satellite(hass: HomeAssistant) -> tuple[str, Events]:
    """Return the id of a device with timers, and what happens to them."""
    entry = MockConfigEntry(domain="test")
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("test", "satellite")}
    )
    events: Events = []

    def handle(event: TimerEventType, timer: TimerInfo) -> None:
        events.append((event, timer.created_seconds))

    async_register_timer_handler(hass, device.id, handle)
    return device.id, events


def _call(name: str, /, **arguments: object) -> Answer:
    """Return a response with one call of a timer's intent."""
    return reply(calls=[Call(f"intent__{name}", arguments)])


def _last_result(server: ModelServer) -> dict[str, Any]:
    """Return the result that the model was sent last."""
    result: dict[str, Any] = json.loads(server.bodies[-1]["messages"][-1]["content"])
    return result


async def test_only_timer_is_cancelled(
    server: ModelServer, say: Say, satellite: tuple[str, Events]
) -> None:
    """A sentence that is taken for the name of the only timer does not save it."""
    device_id, events = satellite
    server.script(_call("HassStartTimer", minutes=15), reply("Started."))
    await say("Set a timer for fifteen minutes", device_id=device_id)
    server.script(
        _call("HassCancelTimer", name="Dinner is ready", start_hours=0),
        reply("Stopped."),
    )
    await say("Stop the timer, dinner is ready", device_id=device_id)
    assert [event for event, _ in events] == [
        TimerEventType.STARTED,
        TimerEventType.CANCELLED,
    ]
    assert "the only timer has no name" in _last_result(server)["note"]


async def test_time_of_day_does_not_find_a_timer(
    server: ModelServer, say: Say, satellite: tuple[str, Events]
) -> None:
    """A model that looks for the timer of the present time lengthens the one there is."""
    device_id, events = satellite
    server.script(_call("HassStartTimer", minutes=10, name="Cake"), reply("Started."))
    await say("Ten minutes for the cake", device_id=device_id)
    now = dt_util.now()
    server.script(
        _call(
            "HassIncreaseTimer",
            minutes=5,
            start_hours=now.hour or 24,
            start_minutes=now.minute,
        ),
        reply("Five minutes more."),
    )
    await say("The cake needs five minutes more", device_id=device_id)
    assert events[-1][0] is (
        TimerEventType.UPDATED if now.hour else TimerEventType.STARTED
    )


async def test_named_timer_is_not_another(
    server: ModelServer, say: Say, satellite: tuple[str, Events]
) -> None:
    """The only timer is not cancelled under a name that is not its own."""
    device_id, events = satellite
    server.script(_call("HassStartTimer", minutes=5, name="Egg"), reply("Started."))
    await say("Five minutes for the egg", device_id=device_id)
    server.script(_call("HassCancelTimer", name="Pizza"), reply("There is none."))
    await say("Stop the pizza timer", device_id=device_id)
    assert [event for event, _ in events] == [TimerEventType.STARTED]
    assert _last_result(server)["error"] == "TimerNotFoundError"
