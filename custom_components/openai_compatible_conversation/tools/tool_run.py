"""One run of a tool: for how long it is waited for, and what becomes of what it raises.

Decision record: docs/decisions/0002-tools-are-one-api.md.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import logging

import probatio

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import llm

from ..completions.messages import ImagePart
from .foreign_errors import cause_of, raise_if_ours
from .result import ResultFocus, error_result, readable

_LOGGER = logging.getLogger(__name__)

_CANCELLED = "The tool was cancelled before it gave a result. What was called may have been done."

type Run = Callable[[llm.ToolInput], Awaitable[llm.ToolResult]]


@dataclass(frozen=True, slots=True)
class ToolRun:
    """What came of a run: a result that can be read, and the pictures in it."""

    result: llm.ToolResult
    pictures: tuple[ImagePart, ...] = ()
    is_finished: bool = True
    """Whether the tool has ended; one that has not keeps running."""


async def async_run_tool(
    hass: HomeAssistant,
    seconds: float,
    call: llm.ToolInput,
    run: Run,
    focus: ResultFocus,
) -> ToolRun:
    """Run a call, and wait for it for some seconds.

    Raises the errors that are meant for the model; any others become error results.
    `focus` decides what is kept of a long result.
    """
    task = hass.async_create_task(_async_await(run(call)), f"tool {call.tool_name}")
    try:
        # The call is not cancelled: a script stopped half-way could do harm.
        done, _ = await asyncio.wait([task], timeout=seconds)
    finally:
        if not task.done():
            task.add_done_callback(_log_late_failure)
    if not done:
        text = f"Still running after {seconds:g} s; no result yet."
        return ToolRun(error_result("Timeout", text), is_finished=False)
    try:
        return ToolRun(*readable(task.result(), focus))
    except HomeAssistantError, probatio.Invalid:
        raise
    # Tools of other integrations may raise anything, and groups of it.
    except BaseException as err:
        raise_if_ours(err)
        _LOGGER.exception("The tool %s failed", call.tool_name)
        cause = cause_of(err)
        if isinstance(cause, asyncio.CancelledError):
            return ToolRun(error_result("Cancelled", _CANCELLED))
        return ToolRun(error_result(type(cause).__name__, str(cause)))


async def _async_await(run: Awaitable[llm.ToolResult]) -> llm.ToolResult:
    """Return the result of a call, as a coroutine that a task can run."""
    return await run


def _log_late_failure(task: asyncio.Task[llm.ToolResult]) -> None:
    """Log the failure of a tool call whose result is no longer awaited."""
    if not task.cancelled() and (err := task.exception()):
        _LOGGER.warning(
            "A tool failed after its turn had gone on: %s", type(err).__name__
        )
