"""Stateful test of scheduled actions, which looks for what is done twice or never."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Generator
from datetime import datetime, timedelta
from typing import Any, override

from freezegun.api import FrozenDateTimeFactory
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_get_persistent_notifications,
    mock_storage,
)

from custom_components.openai_compatible_conversation.const import DOMAIN
from custom_components.openai_compatible_conversation.schedule.notices import Notices
from custom_components.openai_compatible_conversation.schedule.schedule_store import (
    ScheduleStore,
)
from custom_components.openai_compatible_conversation.schedule.scheduled_action import (
    MAX_LATE,
    ScheduledAction,
    ScheduleError,
)
from custom_components.openai_compatible_conversation.schedule.scheduler import (
    Scheduler,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from .scheduled import set_clock

SECONDS = st.sampled_from([1, 59, 60, 61, 300, 599, 600, 601, 3600])
NUMBERS = st.integers(0, 9)


class Disk(dict[str, Any]):
    """A disk that may be full."""

    is_full = False

    @override
    def __setitem__(self, key: str, value: Any) -> None:
        """Write a file, if there is room."""
        if self.is_full and key.endswith(".schedule"):
            raise OSError(28, "No space left on device")
        super().__setitem__(key, value)


class ScheduleMachine(RuleBasedStateMachine):
    """Runs operations on scheduled actions in any order, from outside the event loop."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    disk: Disk
    machines = 0

    def __init__(self) -> None:
        """Initialize with nothing scheduled."""
        super().__init__()
        ScheduleMachine.machines += 1
        self.disk.is_full = False
        self.entry = MockConfigEntry(title="T", entry_id=f"e{ScheduleMachine.machines}")
        self.count = 0
        self.promised: dict[str, datetime] = {}
        """The actions that the model was told are scheduled, by their summary."""
        self.refused: set[str] = set()
        self.cancelled: set[str] = set()
        self.runs: Counter[str] = Counter()
        self.open: list[tuple[asyncio.Event, str]] = []
        """The calls of this process that run."""
        self.interrupted: set[str] = set()
        """What ran when the process was killed."""
        self.finished: set[str] = set()
        """What came to its end, and could be written."""
        self.told: Counter[tuple[str, str]] = Counter()
        self.life = [True]
        self.start()

    def run[ResultT](self, coroutine: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Run a coroutine in Home Assistant's event loop and return its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.hass.loop).result(10)

    def start(self) -> None:
        """Start the scheduler of a new process."""

        async def _start() -> None:
            self.store = ScheduleStore(self.hass, self.entry.entry_id, self.set_aside)
            await self.store.async_load()
            self.scheduler = self.new_scheduler()
            await asyncio.sleep(0)

        self.run(_start())
        self.settle()

    def new_scheduler(self) -> Scheduler:
        """Return a scheduler of the store that runs."""
        life = self.life
        notices = Notices(self.hass, self.entry)

        async def _run(action: ScheduledAction) -> str | None:
            if not life[0]:
                # The process was killed before it came to this.
                await asyncio.Event().wait()
            self.runs[action.summary] += 1
            go_on = asyncio.Event()
            self.open.append((go_on, action.summary))
            await go_on.wait()
            return None

        scheduler = Scheduler(self.hass, self.store, _run, notices)
        scheduler.async_start()
        return scheduler

    def set_aside(self, content: str, path: str) -> None:
        """Fail: what was written can be read."""
        raise AssertionError(f"{content}: {path}")

    def settle(self, *, fire_all: bool = False) -> None:
        """Let happen what is due, and collect what is told."""

        async def _settle() -> None:
            async_fire_time_changed(self.hass, fire_all=fire_all)
            for _ in range(20):
                await asyncio.sleep(0)

        self.run(_settle())
        notifications = async_get_persistent_notifications(self.hass)
        for key, notification in list(notifications.items()):
            outcome = key.split("_")[-2]
            for line in notification["message"].splitlines():
                if line.startswith("- `"):
                    self.told[outcome, line.split("`")[1]] += 1
        notifications.clear()

    @rule(seconds=SECONDS)
    def schedule(self, seconds: int) -> None:
        """Schedule an action; it is promised only if it is on disk."""
        self.count += 1
        summary = f"action {self.count}"
        at = dt_util.utcnow() + timedelta(seconds=seconds)

        def create(action_id: str) -> ScheduledAction:
            return ScheduledAction(
                id=action_id, at=at, tool="t", arguments={}, summary=summary
            )

        try:
            self.run(self.store.async_add(create))
        except HomeAssistantError, ScheduleError:
            self.refused.add(summary)
        else:
            self.promised[summary] = at

    @rule(which=NUMBERS)
    def cancel(self, which: int) -> None:
        """Cancel an action; it is cancelled only if that is on disk."""
        if not (actions := self.store.actions):
            return
        action = actions[which % len(actions)]
        try:
            if self.run(self.store.async_cancel(action.id)):
                self.cancelled.add(action.summary)
        except HomeAssistantError:
            assert self.disk.is_full

    @rule(seconds=st.sampled_from([1, 61, 300]))
    def due_on_full_disk(self, seconds: int) -> None:
        """Let an action be due while nothing can be written."""
        self.disk.is_full = False
        self.schedule(seconds)
        self.disk.is_full = True
        self.wait(seconds)
        self.disk.is_full = False
        self.wait(20)

    @rule(which=NUMBERS)
    def cancel_on_full_disk(self, which: int) -> None:
        """Cancel an action in vain."""
        was_full, self.disk.is_full = self.disk.is_full, True
        self.cancel(which)
        self.disk.is_full = was_full

    @rule(seconds=st.sampled_from([1, 59, 60, 61, 300, 601]))
    def wait(self, seconds: int) -> None:
        """Let time pass, with timers that fire each minute at least."""
        while seconds > 0:
            step = min(seconds, 60)
            self.freezer.tick(timedelta(seconds=step))
            self.settle()
            seconds -= step

    @rule(seconds=st.sampled_from([-86400, -3600, -60, -1, 1, 60, 540, 900, 86400]))
    def set_clock(self, seconds: int) -> None:
        """Set the clock of the wall, and let the timers of a minute fire."""

        async def _set() -> None:
            set_clock(self.hass, self.freezer, timedelta(seconds=seconds))

        self.run(_set())
        self.settle()

    @rule()
    def finish(self) -> None:
        """Let all running calls end."""
        for go_on, summary in self.open:
            self.hass.loop.call_soon_threadsafe(go_on.set)
            if not self.disk.is_full:
                self.finished.add(summary)
        self.open = []
        self.settle()

    @rule(is_full=st.booleans())
    def fill_disk(self, is_full: bool) -> None:
        """Fill the disk, or make room."""
        self.disk.is_full = is_full

    @rule()
    def reload(self) -> None:
        """Reload the entry; running calls go on."""

        async def _reload() -> None:
            self.scheduler.async_stop()
            self.scheduler = self.new_scheduler()

        self.run(_reload())
        self.settle()

    @rule(seconds=SECONDS)
    def kill(self, seconds: int) -> None:
        """Kill Home Assistant, and start it again after some time."""

        async def _stop() -> None:
            self.scheduler.async_stop()

        self.run(_stop())
        self.life[0] = False
        self.interrupted |= {summary for _, summary in self.open}
        self.open = []
        self.life = [True]
        self.freezer.tick(timedelta(seconds=seconds))
        self.start()

    @invariant()
    def never_twice(self) -> None:
        """Check that nothing was begun twice, against a promise, or too early."""
        for summary, count in self.runs.items():
            assert count == 1, summary
            assert summary not in self.cancelled, summary
            assert summary not in self.refused, summary
        assert not {s for _, s in self.told} & self.cancelled

    @override
    def teardown(self) -> None:
        """Check that each promised action was run, or told as what became of it."""
        self.disk.is_full = False
        self.finish()
        if self.promised:
            last = max(self.promised.values()) + timedelta(seconds=20)
            self.freezer.move_to(max(last, dt_util.utcnow() + timedelta(seconds=20)))
            self.settle(fire_all=True)
            self.settle(fire_all=True)
            self.finish()
        self.never_twice()
        for summary in self.promised:
            fates = (
                summary in self.cancelled,
                self.runs[summary] > 0,
                self.told["missed", summary] > 0,
                # It was noted as begun, and nobody knows more.
                self.told["interrupted", summary] > 0,
            )
            assert any(fates), summary
            assert sum(fates[:3]) <= 1, (summary, fates)
        interrupted = {s for outcome, s in self.told if outcome == "interrupted"}
        assert interrupted >= self.interrupted
        assert not interrupted & self.finished
        assert self.store.actions == []

        async def _stop() -> None:
            self.scheduler.async_stop()
            await self.store.async_remove()

        self.run(_stop())


@pytest.fixture
def hass_storage() -> Generator[Disk]:
    """Return a disk that may be full, on which Home Assistant writes."""
    disk = Disk()
    with mock_storage(disk):
        yield disk


@pytest.mark.timeout(300)
async def test_any_order(
    hass: HomeAssistant, hass_storage: Disk, freezer: FrozenDateTimeFactory
) -> None:
    """Under any order of operations, nothing is done twice, and nothing is lost."""
    assert timedelta(minutes=10) == MAX_LATE
    ScheduleMachine.hass, ScheduleMachine.freezer = hass, freezer
    ScheduleMachine.disk = hass_storage
    # Otherwise the first notice waits for a thread, while time goes on.
    await async_get_translations(hass, hass.config.language, "exceptions", [DOMAIN])
    await hass.async_add_executor_job(
        lambda: run_state_machine_as_test(
            ScheduleMachine,
            settings=settings(
                max_examples=40,
                stateful_step_count=25,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    )
