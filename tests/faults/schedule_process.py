"""Scheduled actions in a separate process that is killed at a given write.

`main(FOLDER, "3", "before")` runs with a config folder, and kills the process just
before (or after) its third write; `run` instead of a number kills it while a call runs.
Each step is printed on its own line once it has succeeded.
"""

import asyncio
from datetime import timedelta
import os
from pathlib import Path
import signal
from typing import Any

from custom_components.openai_compatible_conversation.schedule.notices import Notices
from custom_components.openai_compatible_conversation.schedule.schedule_store import (
    ScheduleStore,
)
from custom_components.openai_compatible_conversation.schedule.scheduled_action import (
    ScheduledAction,
)
from custom_components.openai_compatible_conversation.schedule.scheduler import (
    Scheduler,
)
from homeassistant import loader
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.util import dt as dt_util

from .killing import kill_at, report

CODE = Path(__file__).parents[2] / "custom_components"


class Told(Notices):
    """Notices that are printed."""

    async def async_tell(self, outcome: Any, actions: Any, error: str = "") -> None:
        """Print what became of actions."""
        report(f"told {outcome} {' '.join(action.summary for action in actions)}")


async def main(folder: str, *fault: str) -> None:
    """Schedule two actions, cancel one, and run the other; the second time, none."""
    if len(fault) > 1:
        kill_at(int(fault[0]), fault[1])
    hass = HomeAssistant(folder)
    loader.async_setup(hass)
    entry: Any = ConfigEntry.__new__(ConfigEntry)
    object.__setattr__(entry, "entry_id", "house")
    object.__setattr__(entry, "title", "House")
    store = ScheduleStore(hass, "house", lambda *_: report("set aside"))
    await store.async_load()
    done = asyncio.Event()

    async def async_run(action: ScheduledAction) -> str | None:
        report(f"run {action.summary}")
        if fault == ("run",):
            os.kill(os.getpid(), signal.SIGKILL)
        done.set()
        return None

    is_new = not Path(folder, "lived").exists()  # noqa: ASYNC240
    Path(folder, "lived").touch()  # noqa: ASYNC240
    hass.set_state(CoreState.running)
    scheduler = Scheduler(hass, store, async_run, Told(hass, entry))
    scheduler.async_start()
    if is_new:
        ids = []
        for summary in ("one", "two"):
            at = dt_util.utcnow() + timedelta(seconds=0.5)

            def create(
                action_id: str, summary: str = summary, at: Any = at
            ) -> ScheduledAction:
                return ScheduledAction(
                    id=action_id, at=at, tool="t", arguments={}, summary=summary
                )

            ids.append((await store.async_add(create)).id)
            report(f"scheduled {summary}")
        assert await store.async_cancel(ids[0])
        report("cancelled one")
    for _ in range(200):
        await asyncio.sleep(0.02)
        if not store.actions and not store.interrupted and not is_new:
            break
        if done.is_set() and not store.actions:
            break
    await hass.async_block_till_done()
    scheduler.async_stop()
    report("over")
    await hass.async_stop(force=True)
