"""Runs the tool calls of a turn; every call gets a result, whatever happens."""

from collections.abc import Sequence

import probatio

from homeassistant.const import MAJOR_VERSION, MINOR_VERSION
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import llm
from homeassistant.helpers.json import json_dumps_sorted

from ..completions.messages import ImagePart
from .call_repair import with_notes
from .outcome import Outcome, subject_of, targets_of
from .repeat_guard import RepeatGuard, Signature, Verdict
from .result import NO_FOCUS, ResultFocus, error_result, result_text
from .runtime import ToolRuntime
from .schema import wire_name
from .tool_run import Run, async_run_tool
from .withheld_calls import WithheldCalls

_FAILED_TWICE = (
    "This call failed twice in the same way, and was not made again. "
    "Change its arguments, or tell the user what failed."
)
_UNCHANGED = (
    "This call was just made twice with the same arguments. "
    "Its result will not change: answer with what you have."
)
_DONE = "This was done. Call it again only if it is meant to be done again."

_TELLS_WHICH_FAILED = (MAJOR_VERSION, MINOR_VERSION) >= (2026, 11)
"""Whether an intent knows for which of its targets it failed: 2026.10 mixes them up."""


class CallRunner:
    """Runs calls for one turn, and keeps what came of them.

    A call may be withheld; a repeated one may be answered without running it.
    """

    def __init__(self, runtime: ToolRuntime) -> None:
        """Initialize for a turn in which no tool was called."""
        self.outcome = Outcome()
        self.withheld = WithheldCalls(self.outcome)
        self.results: dict[str, llm.ToolResult] = {}
        """Results of the calls so far, by call id."""
        self.pictures: dict[str, tuple[ImagePart, ...]] = {}
        """The pictures in these results, by call id."""
        self._runtime = runtime
        self._repeats = RepeatGuard()
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
        result = self.withheld.take_answer(call.id)
        if result is None:
            try:
                result = await (
                    self._async_guarded(call, tool, run, focus) if tool else run(call)
                )
            except (HomeAssistantError, probatio.Invalid) as err:
                # The shape of Home Assistant's own error results.
                result = error_result(type(err).__name__, str(err))
        if self.withheld.is_unasked(call.id):
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
            result = await self._async_run(call, run, focus)
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

    async def _async_run(
        self, call: llm.ToolInput, run: Run, focus: ResultFocus
    ) -> llm.ToolResult:
        """Run a call in time, and note its pictures, or that it is not finished."""
        runtime = self._runtime
        ran = await async_run_tool(runtime.hass, runtime.call_timeout, call, run, focus)
        self.pictures[call.id] = ran.pictures
        if not ran.is_finished:
            self._unfinished.add(_signature(call))
        return ran.result


def _signature(call: llm.ToolInput) -> Signature:
    """Return what makes two calls the same."""
    return wire_name(call.tool_name), json_dumps_sorted(call.tool_args)


def _subject(call: llm.ToolInput, tool: llm.Tool | None) -> str:
    """Return what a call is for, as the user calls it."""
    title = tool.title if tool and tool.title else call.tool_name
    return subject_of(call.tool_args, title)
