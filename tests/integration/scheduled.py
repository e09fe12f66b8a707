"""What the tests of scheduled actions have in common."""

from datetime import timedelta
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_get_persistent_notifications,
)

from custom_components.openai_compatible_conversation.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from homeassistant.util.async_ import get_scheduled_timer_handles
from testbed.replies import Call, say as reply
from testbed.server import ModelServer

from .conftest import Say

SCHEDULE = "schedule_action"
QUERY = "query_scheduled_actions"
CANCEL = "cancel_scheduled_action"


def names(body: dict[str, Any]) -> list[str]:
    """Return the names of the tools in a request."""
    return [tool["function"]["name"] for tool in body.get("tools", [])]


def result_of(server: ModelServer) -> dict[str, Any]:
    """Return the last tool result that the model was sent."""
    results = [m for m in server.bodies[-1]["messages"] if m["role"] == "tool"]
    data: dict[str, Any] = json.loads(results[-1]["content"])
    return data


class Model:
    """A model that calls one tool in a turn."""

    def __init__(self, server: ModelServer, say: Say) -> None:
        """Initialize with the server, and a function that runs a turn."""
        self._server = server
        self._say = say

    async def call(
        self,
        tool: str,
        arguments: dict[str, Any] | None = None,
        text: str = "Do it later",
        **fields: Any,
    ) -> dict[str, Any]:
        """Run a turn in which the model calls a tool; return its result."""
        self._server.script(reply(calls=[Call(tool, arguments or {})]), reply("Well."))
        await self._say(text, **fields)
        return result_of(self._server)

    async def schedule(
        self, tool: str, arguments: Any = None, minutes: float = 20, **fields: Any
    ) -> str:
        """Schedule a call of a tool; return the id of the action."""
        given = {"tool": tool, "arguments": arguments or {}, "in_minutes": minutes}
        result = await self.call(SCHEDULE, given, **fields)
        assert set(result["scheduled"]) == {"id", "at", "tool", "arguments"}
        action_id: str = result["scheduled"]["id"]
        return action_id


def set_clock(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, change: timedelta
) -> None:
    """Set the clock of the wall, and run the timers that fire within a minute."""
    within = hass.loop.time() + 60
    timers = [t for t in get_scheduled_timer_handles(hass.loop) if t.when() <= within]
    freezer.move_to(dt_util.utcnow() + change)
    for timer in timers:
        if not timer.cancelled():
            timer._run()  # noqa: SLF001
            timer.cancel()


class Clock:
    """The clocks of Home Assistant: that of the wall, and that of its event loop."""

    def __init__(self, hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
        """Initialize with the clocks as they are."""
        self._hass = hass
        self._freezer = freezer

    def move_to(self, time: str) -> None:
        """Set the clock of the wall, and nothing else."""
        self._freezer.move_to(time)

    def hurry(self, seconds: float) -> None:
        """Let some seconds pass, and wait for nothing."""
        self._freezer.tick(seconds)
        async_fire_time_changed(self._hass)

    async def set(self, change: timedelta) -> None:
        """Set the clock of the wall, and let the timers run that a minute brings."""
        set_clock(self._hass, self._freezer, change)
        await self._hass.async_block_till_done()

    async def tick(self, seconds: float) -> None:
        """Let some seconds pass, and wait for what is done by then."""
        self._freezer.tick(seconds)
        async_fire_time_changed(self._hass)
        await self._hass.async_block_till_done()


def notifications(hass: HomeAssistant) -> list[str]:
    """Return the texts of the notifications that are shown."""
    return [n["message"] for n in async_get_persistent_notifications(hass).values()]


def stored(hass_storage: dict[str, Any], entry: MockConfigEntry) -> list[Any]:
    """Return the scheduled actions of an entry on disk."""
    file = hass_storage.get(f"{DOMAIN}.{entry.entry_id}.schedule")
    actions: list[Any] = file["data"]["actions"] if file else []
    return actions
