"""Holds calls until the user has said yes, and runs them then.

Decision record: docs/decisions/0027-a-yes-before-it-is-done.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm
from homeassistant.helpers.json import json_dumps_sorted
from homeassistant.util import dt as dt_util

from ..confirmation.wording import Harm
from ..schedule.scheduled_action import ScheduleError
from .schedule_action import ScheduleAction
from .schema import wire_name
from .sensitivity import harms_in
from .turn_questions import Decision, HeldCall, TurnQuestions
from .withheld_calls import WithheldCalls

_CHANGED = (
    "Nothing was done: what this would do has changed since the user was asked. Call "
    "the tool for what they want. They are asked again."
)


@dataclass(frozen=True, slots=True)
class CallApproval:
    """Decides which calls of a turn are run, which are asked for, and which are neither."""

    hass: HomeAssistant
    llm_context: llm.LLMContext
    withheld: WithheldCalls
    questions: TurnQuestions

    def is_run(
        self, tool: llm.Tool, given: Mapping[str, Any], call: llm.ToolInput
    ) -> bool:
        """Return whether a call is run now; if not, it has another result.

        `given` are its arguments as the model gave them.
        """
        is_asked_first = self.withheld.take_asked_first(call.id)
        if self.withheld.is_refused(call.id):
            return False
        name = wire_name(tool.name)
        identity = _identity(name, call.tool_args)
        if not (
            is_asked_first
            or self.questions.asks_first
            or self.questions.is_known(identity)
        ):
            return True
        harms, time = self._harms(tool, given, call.tool_args)
        if not harms:
            return True
        held = HeldCall(
            tool=name,
            integration=tool.integration,
            arguments=call.tool_args,
            identity=identity,
            harms=harms,
            time=time,
        )
        self._apply(call.id, self.questions.hold(held))
        return False

    def confirmed(
        self, call: llm.ToolInput, tools: Mapping[str, llm.Tool]
    ) -> tuple[llm.Tool, llm.ToolInput] | None:
        """Return the tool and the call that the user said yes to.

        None if nothing is to be run; then the result of `call` says why. `tools` are
        those of the turn, by wire name.
        """
        decision = self.questions.confirm(call.tool_args)
        if (question := decision.question) is None:
            self._apply(call.id, decision)
            return None
        tool = tools.get(question.tool)
        if tool is None or tool.integration != question.integration:
            text = f"{question.tool} is not available now."
            self.withheld.refuse(call.id, "NotAvailable", text)
            return None
        arguments = dict(question.arguments)
        if self._harms(tool, arguments, arguments)[0] != question.harms:
            self.withheld.refuse(call.id, "NotConfirmed", _CHANGED)
            return None
        return tool, llm.ToolInput(tool.name, arguments, call.id, call.external)

    def _apply(self, call_id: str, decision: Decision) -> None:
        """Have a call answered as it was decided."""
        match decision.verdict:
            case "ask" if decision.question:
                asked = decision.question.text
                self.withheld.ask(call_id, {"question": asked, "note": decision.text})
            case "tell":
                self.withheld.tell(call_id, decision.text)
            case "done":
                self.withheld.remind(call_id, decision.text)
            case "not_asked":
                self.withheld.refuse_unasked(call_id, decision.text)
            case _:
                self.withheld.refuse(call_id, "NotConfirmed", decision.text)

    def _harms(
        self, tool: llm.Tool, given: Mapping[str, Any], repaired: Mapping[str, Any]
    ) -> tuple[tuple[Harm, ...], str]:
        """Return what a call can do, and when if that is later.

        What cannot be scheduled can do nothing: running it tells what is wrong.
        """
        time = ""
        if isinstance(tool, ScheduleAction):
            try:
                planned = tool.plan(self.hass, repaired, self.llm_context)
            except ScheduleError:
                return (), ""
            tool, given = planned.call.tool, planned.call.given
            repaired = planned.arguments
            at = dt_util.as_local(planned.at)
            is_today = at.date() == dt_util.now().date()
            time = f"{at:%H:%M}" if is_today else f"{at:%Y-%m-%d %H:%M}"
        return harms_in(self.hass, tool, given, repaired, self.llm_context), time


def _identity(name: str, arguments: Mapping[str, Any]) -> str:
    """Return what calls that do the same have in common."""
    return f"{name} {json_dumps_sorted(arguments)}".casefold()
