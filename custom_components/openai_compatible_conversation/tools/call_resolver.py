"""What the model calls, as calls of tools: made properly or written as text.

A call gets the tool that it means and arguments that this understands. What is not
clear is asked back.

Decision record: docs/decisions/0017-what-a-small-model-means.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import intent, llm
from homeassistant.helpers.json import json_dumps

from ..completions.call_ids import new_call_id
from ..completions.events import ToolCall
from ..completions.tool_arguments import NOT_JSON
from ..schedule.scheduled_action import ScheduleError
from ..speech.tool_names import ToolNames
from .base import IntegrationTool
from .call_repair import RepairedCall, async_repair_call
from .fact_tool import FactSource
from .meant_invention import async_invented_call, async_list_item
from .meant_tool import async_meant_call, intent_of
from .said_later import async_scheduled_arguments, is_timed_command
from .scheduled_call import SCHEDULE, ScheduledCall, named_call
from .schema import wire_name
from .text_calls import TextCallCheck
from .user_words import UserWords
from .withheld_calls import WithheldCalls

_MEANT = "this tool was meant"
"""Names no tool: a call that is written again would be taken for a quotation."""


@dataclass(frozen=True, slots=True)
class CallResolver:
    """Resolves the calls of one turn."""

    hass: HomeAssistant
    llm_context: llm.LLMContext
    tools: Mapping[str, llm.Tool]
    """All tools, by wire name."""
    names: ToolNames
    fact_source: FactSource
    withheld: WithheldCalls
    text_calls: TextCallCheck
    definition: Callable[[str], dict[str, Any] | None]
    """Returns the function definition of a tool by its wire name."""
    _in_place: set[str] = field(default_factory=set)
    """The ids of calls that were made in place of others."""

    def name_of(self, name: str) -> str:
        """Return the wire name of a tool.

        Home Assistant's own agent names intents without their integration; such a
        name is resolved if exactly one tool has it.
        """
        return self.names.resolve(name) or wire_name(name)

    def from_call(self, call: ToolCall) -> llm.ToolInput:
        """Return a tool call as Home Assistant's `ToolInput`.

        If its arguments could not be parsed, running it returns an error result.
        """
        if call.problem:
            self.withheld.refuse(call.id, "InvalidArguments", call.problem)
        made = llm.ToolInput(tool_name=call.name, tool_args=call.arguments, id=call.id)
        tool = self._tool(call.name)
        return self._as_meant(tool, made, is_written=False)

    def from_text(self, name: str, arguments: dict[str, Any]) -> llm.ToolInput | None:
        """Return a tool call that the model wrote as text.

        None if no tool has the name, or the arguments cannot be serialized. Whether it
        is run is for the `TextCallCheck`.
        """
        if not _is_serializable(arguments):
            return None
        tool = self._tool(name)
        written = _written_call(tool.name if tool else name, arguments)
        call = self._later(written) if is_timed_command(name, arguments) else None
        if call is None:
            call = self._as_meant(tool, written, is_written=True)
            call = self._later(call) or call
        meant = self._tool(call.tool_name)
        if meant is None:
            return None
        given, repaired = call.tool_args, self.repaired(meant, call).arguments
        if meant.name == SCHEDULE:
            try:
                later = self.scheduled_call(given)
            except ScheduleError:
                # Running it tells the model what is wrong.
                return call
            meant, given = later.tool, dict(later.given)
            repaired = later.repaired.arguments
        self.text_calls.check(call, meant, given, repaired)
        return call

    def failed_from_text(
        self, text: str, written: Sequence[tuple[str, dict[str, Any]]]
    ) -> llm.ToolInput | None:
        """Return a call that can be nothing else, but cannot be run; None if unclear.

        `written` are the calls in the text. Running it tells the model what is wrong.
        """
        name, arguments = next(iter(written), (self.names.find(text) or "", {}))
        if (tool := self._tool(name)) is not None:
            call = _written_call(tool.name, {})
            self.withheld.refuse(call.id, "InvalidArguments", NOT_JSON)
            return call
        if not _is_serializable(arguments):
            arguments = {}
        return _written_call(name, arguments) if name else None

    def is_meant(self, name: str, arguments: dict[str, Any]) -> bool:
        """Return whether it is clear what a call of a tool that does not exist means."""
        found = async_invented_call(
            self.hass, self.llm_context, name, arguments, self._said
        )
        return found is not None and self._tool(found[0]) is not None

    def identity(self, call: llm.ToolInput) -> tuple[str, dict[str, Any]]:
        """Return what a call does: the wire name of its tool, and its repaired arguments."""
        name = self.name_of(call.tool_name)
        if (tool := self.tools.get(name)) is None:
            return name, call.tool_args
        return name, self.repaired(tool, call).arguments

    def repaired(self, tool: llm.Tool, call: llm.ToolInput) -> RepairedCall:
        """Return a call with arguments that its tool understands."""
        repaired = self._repaired(tool, call.tool_args)
        if call.id in self._in_place:
            return replace(repaired, notes=(_MEANT, *repaired.notes))
        return repaired

    def scheduled_call(self, args: Mapping[str, Any]) -> ScheduledCall:
        """Return the call that the arguments of `schedule_action` are for.

        It is resolved like one that is made now. Raises `ScheduleError`.
        """
        name, arguments = named_call(args)
        made = _written_call(name, arguments)
        call = self._as_meant(self._tool(name), made, is_written=False)
        if (tool := self._tool(call.tool_name)) is None:
            raise ScheduleError("no_tool", f"There is no tool {name}.")
        return ScheduledCall(tool, call.tool_args, self._repaired(tool, call.tool_args))

    def _as_meant(
        self, tool: llm.Tool | None, call: llm.ToolInput, *, is_written: bool
    ) -> llm.ToolInput:
        """Return a call as one of the tool that is meant; `tool` is the one it names."""
        intent_type = intent_of(tool) if tool else call.tool_name.rpartition("__")[2]
        arguments = call.tool_args
        repaired = self._repaired(tool, arguments).arguments if tool else arguments
        found = async_meant_call(
            self.hass,
            intent_type,
            repaired.get("name"),
            {**arguments, **repaired},
            said=self._said,
            is_written=is_written,
        )
        if intent_type == intent.INTENT_TURN_ON and is_written and found is None:
            found = async_list_item(self.hass, self.llm_context, arguments, self._said)
        if tool is None and found is None and is_written:
            found = async_invented_call(
                self.hass, self.llm_context, call.tool_name, arguments, self._said
            )
        meant_type, meant_arguments = found or ("", {})
        meant = self._tool(meant_type)
        if meant is None:
            return replace(call, tool_name=tool.name) if tool else call
        self._in_place.add(call.id)
        return replace(call, tool_name=meant.name, tool_args=meant_arguments)

    def _later(self, call: llm.ToolInput) -> llm.ToolInput | None:
        """Return the call that schedules another one, None if that is meant now."""
        tool, schedule = self._tool(call.tool_name), self._tool(SCHEDULE)
        later = async_scheduled_arguments(
            self.hass, self.llm_context, call, tool, self._said
        )
        if later is None or schedule is None:
            return None
        self._in_place.add(call.id)
        return replace(call, tool_name=schedule.name, tool_args=later)

    def _repaired(self, tool: llm.Tool, arguments: dict[str, Any]) -> RepairedCall:
        """Return a call with its arguments brought to the schema and what is exposed."""
        schema = (self.definition(wire_name(tool.name)) or {}).get("parameters", {})
        if not schema.get("properties") or isinstance(tool, IntegrationTool):
            # Nothing is known of what the tool takes, or it reads it by itself.
            return RepairedCall(arguments)
        return async_repair_call(
            self.hass, tool, arguments, schema, self.llm_context, said=self._said
        )

    @property
    def _said(self) -> UserWords:
        """Return what the user said."""
        return UserWords(self.fact_source.utterances)

    def _tool(self, written: str) -> llm.Tool | None:
        """Return the tool that a name means."""
        return self.tools.get(self.names.resolve(written) or "")


def _written_call(name: str, arguments: dict[str, Any]) -> llm.ToolInput:
    """Return a call from a text, to which no server gave an id."""
    return llm.ToolInput(tool_name=name, tool_args=arguments, id=new_call_id())


def _is_serializable(arguments: dict[str, Any]) -> bool:
    """Return whether arguments can be sent back to the model."""
    try:
        json_dumps(arguments)
    except TypeError:
        return False
    return True
