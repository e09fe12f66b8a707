"""The tool calls of a turn that are running, and for how long they are waited for.

Decision record: docs/decisions/0025-no-gap-in-speech.md.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm

STILL_RUNNING = "Still running. The answer follows in another message."
"""What a chat log has in the place of a result that comes later."""


class RunningCalls:
    """The running tool calls of one turn.

    `patience` returns the seconds for which the next call is waited for, None for as
    long as it takes. What takes longer goes on, and is waited for with `async_join`.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize with unlimited patience."""
        self.patience: Callable[[], float | None] = lambda: None
        self._hass = hass
        self._late: list[asyncio.Task[llm.ToolResult]] = []

    @property
    def are_late(self) -> bool:
        """Return whether a call is no longer waited for."""
        return bool(self._late)

    async def async_result(
        self, call: Coroutine[Any, Any, llm.ToolResult]
    ) -> llm.ToolResult:
        """Return the result of a call, or that it is still running."""
        if (seconds := self.patience()) is None:
            return await call
        task = self._hass.async_create_task(call)
        try:
            await asyncio.wait([task], timeout=seconds)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if task.done():
            return task.result()
        self._late.append(task)
        return llm.ToolResult(data={"note": STILL_RUNNING})

    async def async_join(self) -> None:
        """Wait for all calls that were not waited for."""
        late, self._late = self._late, []
        await asyncio.gather(*late)
