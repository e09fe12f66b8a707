"""Runs scheduled actions at their time.

The time of an action is one of the wall clock, which may be set forth and back at any
moment. So the timer never waits for longer than a minute, and what is due is decided by
the wall clock each time. What has begun is never due again, whatever the clock says.

Decision record: docs/decisions/0024-an-action-for-later.md.
"""

from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
import logging
from typing import Any

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from .notices import Notices
from .schedule_store import ScheduleStore
from .scheduled_action import ScheduledAction

_LOGGER = logging.getLogger(__name__)

MAX_WAIT = 60
"""Seconds after which the wall clock is looked at again."""

RETRY = 10
"""Seconds after which an action is tried again that could not be noted as begun."""

type Run = Callable[[ScheduledAction], Awaitable[str | None]]
"""Runs an action; returns what went wrong in the words of the tool, None if nothing."""


class Scheduler:
    """Runs the actions of a store while its entry is loaded.

    Runs from `async_start` to `async_stop`. A call that has begun is not cancelled.
    """

    def __init__(
        self, hass: HomeAssistant, store: ScheduleStore, run: Run, notices: Notices
    ) -> None:
        """Initialize a scheduler that is not running yet."""
        self._hass = hass
        self._store = store
        self._run = run
        self._notices = notices
        self._handled: set[str] = set()
        """The ids of the actions that are being begun, or told as missed."""
        self._late: set[str] = set()
        """The ids of the actions that were due before they could be run."""
        self._retry_at = 0.0
        """The time of the event loop before which nothing is begun."""
        self._cancel_start: CALLBACK_TYPE | None = None
        self._cancel_listening: CALLBACK_TYPE | None = None
        self._cancel_timer: CALLBACK_TYPE | None = None

    @callback
    def async_start(self) -> None:
        """Run what is due, once Home Assistant has started and all tools are there."""
        self._cancel_start = async_at_started(self._hass, self._async_started)

    @callback
    def async_stop(self) -> None:
        """Begin nothing more."""
        for cancel in (self._cancel_start, self._cancel_listening, self._cancel_timer):
            if cancel:
                cancel()
        self._cancel_start = self._cancel_listening = self._cancel_timer = None

    async def _async_started(self, _hass: HomeAssistant) -> None:
        """Begin what is due, and tell what was being done when Home Assistant ended."""
        self._cancel_listening = self._store.async_listen(self._async_arm)
        now = dt_util.utcnow()
        self._late = {a.id for a in self._store.actions if a.is_due(now)}
        self._async_check(now)
        if interrupted := self._store.interrupted:
            await self._notices.async_tell("interrupted", interrupted)
            await self._async_discard(interrupted)

    @callback
    def _async_check(self, now: datetime) -> None:
        """Begin what is due, and wait for the next."""
        if self._hass.is_stopping:
            return
        is_refused = self._hass.loop.time() < self._retry_at
        missed = []
        for action in self._store.actions:
            if not action.is_due(now) or action.id in self._handled:
                continue
            if action.is_missed(now):
                self._handled.add(action.id)
                missed.append(action)
            elif not is_refused:
                self._handled.add(action.id)
                self._create_task(self._async_run(action))
        if missed:
            self._create_task(self._async_miss(missed))
        self._async_arm()

    @callback
    def _async_arm(self) -> None:
        """Set the timer for the next action, at most `MAX_WAIT` seconds from now."""
        if self._cancel_timer:
            self._cancel_timer()
            self._cancel_timer = None
        waiting = [a for a in self._store.actions if a.id not in self._handled]
        if not waiting or self._cancel_listening is None:
            return
        seconds = (waiting[0].at - dt_util.utcnow()).total_seconds()
        until_retry = self._retry_at - self._hass.loop.time()
        delay = min(max(seconds, until_retry, 0), MAX_WAIT)
        job = HassJob(self._async_check, "scheduled actions", cancel_on_shutdown=True)
        self._cancel_timer = async_call_later(self._hass, delay, job)

    async def _async_run(self, action: ScheduledAction) -> None:
        """Run an action once it is on disk that it has begun, and tell if it failed."""
        try:
            is_begun = await self._store.async_begin(action)
        except HomeAssistantError as err:
            _LOGGER.warning("A scheduled action waits for the disk: %s", err)
            self._retry_at = self._hass.loop.time() + RETRY
            is_begun = False
        finally:
            self._handled.discard(action.id)
            self._async_arm()
        if not is_begun:
            return
        if action.id in self._late:
            await self._notices.async_tell("late", [action])
        failure = await self._run(action)
        await self._async_discard([action])
        if failure is not None:
            await self._notices.async_tell("failed", [action], failure)

    async def _async_miss(self, missed: list[ScheduledAction]) -> None:
        """Tell what is too late to be run, and remove it."""
        try:
            await self._notices.async_tell("missed", missed)
            await self._async_discard(missed)
        finally:
            self._handled.difference_update(action.id for action in missed)

    async def _async_discard(self, actions: list[ScheduledAction]) -> None:
        """Remove actions that are over; they are not run again if that fails."""
        try:
            await self._store.async_discard(actions)
        except HomeAssistantError as err:
            _LOGGER.warning("What became of scheduled actions is not stored: %s", err)

    def _create_task(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine that an unload of the entry does not cancel."""
        _ = self._hass.async_create_task(coroutine, f"{DOMAIN} scheduled action")
