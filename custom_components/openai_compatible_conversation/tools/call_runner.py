"""Runs the tool calls of a turn; every call gets a result, whatever happens."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
import logging

import probatio

from homeassistant.const import MAJOR_VERSION, MINOR_VERSION
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import llm
from homeassistant.helpers.json import json_dumps_sorted
from homeassistant.util.json import JsonObjectType

from ..completions.messages import ImagePart
from .call_repair import with_notes
from .foreign_errors import cause_of, raise_if_ours
from .outcome import Outcome, subject_of, targets_of
from .repeat_guard import RepeatGuard, Signature, Verdict
from .result import NO_FOCUS, ResultFocus, readable, result_text
from .runtime import ToolRuntime
from .schema import wire_name

_LOGGER = logging.getLogger(__name__)

_FAILED_TWICE = (
    "This call failed twice in the same way, and was not made again. "
    "Change its arguments, or tell the user what failed."
)
_UNCHANGED = (
    "This call was just made twice with the same arguments. "
    "Its result will not change: answer with what you have."
)
_CANCELLED = "The tool was cancelled before it gave a result. What was called may have been done."
_DONE = "This was done. Call it again only if it is meant to be done again."

_TELLS_WHICH_FAILED = (MAJOR_VERSION, MINOR_VERSION) >= (2026, 11)
"""Whether an intent knows for which of its targets it failed: 2026.10 mixes them up."""

type Run = Callable[[llm.ToolInput], Awaitable[llm.ToolResult]]


class CallRunner:
    """Runs calls for one turn, and keeps what came of them.

    A call may be refused beforehand; a repeated one may be answered without running it.
    """

    def __init__(self, runtime: ToolRuntime) -> None:
        """Initialize for a turn in which no tool was called."""
        self.outcome = Outcome()
        self.results: dict[str, llm.ToolResult] = {}
        """Results of the calls so far, by call id."""
        self.pictures: dict[str, tuple[ImagePart, ...]] = {}
        """The pictures in these results, by call id."""
        self._runtime = runtime
        self._repeats = RepeatGuard()
        self._refusals: dict[str, llm.ToolResult] = {}
        self._held: dict[str, llm.ToolResult] = {}
        """What calls are answered with that are not run, or not yet."""
        self._asked_first: set[str] = set()
        """The ids of calls that are run only after a yes."""
        self._unasked: set[str] = set()
        """The ids of calls that nobody asked for."""
        self._twins: dict[str, str] = {}
        self._stalled: set[str] = set()
        """The ids of calls that would bring nothing new."""
        self._failed_again: set[str] = set()
        """The ids of calls that failed before."""
        self._unfinished: set[Signature] = set()

    def next_round(self) -> None:
        """Begin a round: another response of the model."""
        self._repeats.next_round()
        self.outcome.next_round()

    def refuse(self, call_id: str, kind: str, text: str) -> None:
        """Have a call answered with an error instead of running it."""
        self._refusals[call_id] = error_result(kind, text)

    def refuse_unasked(self, call_id: str, text: str) -> None:
        """Have a call that nobody asked for answered with an error."""
        self._unasked.add(call_id)
        self.refuse(call_id, "NotAsked", text)

    def is_unasked(self, call_id: str) -> bool:
        """Return whether nobody asked for a call."""
        return call_id in self._unasked

    def is_refused(self, call_id: str) -> bool:
        """Return whether a call will be answered instead of running at once."""
        return call_id in self._refusals or call_id in self._asked_first

    def ask_first(self, call_id: str) -> None:
        """Have the user asked before a call is run."""
        self._asked_first.add(call_id)

    def take_asked_first(self, call_id: str) -> bool:
        """Return whether the user is asked before a call is run, and forget it."""
        is_asked_first = call_id in self._asked_first
        self._asked_first.discard(call_id)
        return is_asked_first

    def ask(self, call_id: str, data: JsonObjectType) -> None:
        """Have a call answered with what the user is asked before it is run."""
        self._held[call_id] = llm.ToolResult(data=data)
        self.outcome.asked()

    def tell(self, call_id: str, note: str) -> None:
        """Have a call answered with what the model has to do instead."""
        self._held[call_id] = llm.ToolResult(data={"note": note})

    def remind(self, call_id: str, note: str) -> None:
        """Have a call answered with a note that it is done already."""
        self._held[call_id] = llm.ToolResult(data={"done": True, "note": note})
        self.outcome.reminded()

    def share_result(self, call_id: str, other_id: str) -> None:
        """Have the result of a call stand for another one, too."""
        self._twins[call_id] = other_id
        if call_id in self.results:
            self._keep(call_id, self.results[call_id])

    def annotate(self, call_id: str, notes: Sequence[str]) -> llm.ToolResult:
        """Add notes on how a call was read to its result, and return it."""
        result = with_notes(self.results[call_id], notes)
        self._keep(call_id, result)
        return result

    async def async_run(
        self,
        call: llm.ToolInput,
        tool: llm.Tool | None,
        run: Run,
        focus: ResultFocus = NO_FOCUS,
    ) -> llm.ToolResult:
        """Return the result of a call; errors become error results.

        `tool` is the called tool, None if there is none: then `run` says so. `focus`
        decides what is kept of a long result.
        """
        self.pictures[call.id] = ()
        if refusal := self._refusals.pop(call.id, None):
            result = refusal
        elif held := self._held.pop(call.id, None):
            result = held
        else:
            try:
                result = await (
                    self._async_guarded(call, tool, run, focus) if tool else run(call)
                )
            except (HomeAssistantError, probatio.Invalid) as err:
                # The shape of Home Assistant's own error results.
                result = error_result(type(err).__name__, str(err))
        if call.id in self._unasked:
            self.outcome.stalled()
        elif result.error and _signature(call) in self._unfinished:
            self.outcome.left_unfinished()
        elif result.error and call.id not in self._stalled:
            is_repeated = call.id in self._failed_again
            self.outcome.failed(_subject(call, tool), is_repeated=is_repeated)
        self._keep(call.id, result)
        return result

    def _keep(self, call_id: str, result: llm.ToolResult) -> None:
        """Keep the result of a call."""
        for known in (call_id, self._twins.get(call_id)):
            if known:
                self.results[known] = result
                self.pictures[known] = self.pictures.get(call_id, ())

    async def _async_guarded(
        self, call: llm.ToolInput, tool: llm.Tool, run: Run, focus: ResultFocus
    ) -> llm.ToolResult:
        """Run a call unless it repeats others in vain; raises what tools raise."""
        signature = _signature(call)
        acts, idempotent = not tool.annotations.read_only, tool.annotations.idempotent
        if self._repeats.has_failed(signature):
            self._failed_again.add(call.id)
        match self._repeats.check(signature, acts=acts, idempotent=idempotent):
            case Verdict.DONE:
                self.outcome.reminded()
                return llm.ToolResult(data={"done": True, "note": _DONE})
            case Verdict.FAILED:
                return error_result("RepeatedCall", _FAILED_TWICE)
            case Verdict.UNCHANGED:
                self._stalled.add(call.id)
                self.outcome.stalled()
                return error_result("RepeatedCall", _UNCHANGED)
        try:
            result = await self._async_in_time(call, run, focus)
        except (HomeAssistantError, probatio.Invalid) as err:
            if self._repeats.was_done(signature):
                # What is paused cannot be paused once more.
                self.outcome.reminded()
                return llm.ToolResult(data={"done": True, "note": _DONE})
            self._repeats.failed(signature, str(err))
            raise
        if result.error:
            self._repeats.failed(signature, result_text(result))
            return result
        subject = _subject(call, tool)
        if isinstance(result.data, llm.IntentResponseDict):
            done, failed = targets_of(result.data)
            if failed:
                self._repeats.failed(signature, result_text(result))
                self._failed_in_part(subject, done, failed, acts=acts)
                return result
        # What acts is run again only if it is meant again, unless it is idempotent.
        is_repeated = self._repeats.was_done(signature) and (idempotent or not acts)
        self._repeats.succeeded(signature, acts=acts)
        self.outcome.succeeded(subject, acts=acts, is_repeated=is_repeated)
        return result

    def _failed_in_part(
        self, subject: str, done: list[str], failed: list[str], *, acts: bool
    ) -> None:
        """Record that an intent failed for some of its targets only."""
        for name in done:
            self.outcome.succeeded(name, acts=acts and _TELLS_WHICH_FAILED)
        for name in failed if _TELLS_WHICH_FAILED else [subject]:
            self.outcome.failed(name)

    async def _async_in_time(
        self, call: llm.ToolInput, run: Run, focus: ResultFocus
    ) -> llm.ToolResult:
        """Run a call; return an error result once the call timeout has passed.

        The result is one that can be read, whatever the tool returned.
        """
        limit = self._runtime.call_timeout
        task = self._runtime.hass.async_create_task(
            _async_await(run(call)), f"tool {call.tool_name}"
        )
        try:
            # The call is not cancelled: a script stopped half-way could do harm.
            done, _ = await asyncio.wait([task], timeout=limit)
        finally:
            if not task.done():
                task.add_done_callback(_log_late_failure)
        if not done:
            self._unfinished.add(_signature(call))
            return error_result(
                "Timeout", f"Still running after {limit:g} s; no result yet."
            )
        try:
            result, self.pictures[call.id] = readable(task.result(), focus)
        except HomeAssistantError, probatio.Invalid:
            raise
        # Tools of other integrations may raise anything, and groups of it.
        except BaseException as err:
            raise_if_ours(err)
            _LOGGER.exception("The tool %s failed", call.tool_name)
            cause = cause_of(err)
            if isinstance(cause, asyncio.CancelledError):
                return error_result("Cancelled", _CANCELLED)
            return error_result(type(cause).__name__, str(cause))
        return result


def error_result(kind: str, text: str) -> llm.ToolResult:
    """Return an error result in the shape of Home Assistant's own."""
    data: JsonObjectType = {"error": kind}
    if text:
        data["error_text"] = text
    return llm.ToolResult(data=data, error=True)


def _signature(call: llm.ToolInput) -> Signature:
    """Return what makes two calls the same."""
    return wire_name(call.tool_name), json_dumps_sorted(call.tool_args)


def _subject(call: llm.ToolInput, tool: llm.Tool | None) -> str:
    """Return what a call is for, as the user calls it."""
    title = tool.title if tool and tool.title else call.tool_name
    return subject_of(call.tool_args, title)


async def _async_await(run: Awaitable[llm.ToolResult]) -> llm.ToolResult:
    """Return the result of a call, as a coroutine that a task can run."""
    return await run


def _log_late_failure(task: asyncio.Task[llm.ToolResult]) -> None:
    """Log the failure of a tool call whose result is no longer awaited."""
    if not task.cancelled() and (err := task.exception()):
        _LOGGER.warning(
            "A tool failed after its turn had gone on: %s", type(err).__name__
        )
