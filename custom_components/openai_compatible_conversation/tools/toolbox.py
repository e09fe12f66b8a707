"""An LLM API over those that the user selected: checks, bounds and guards each call."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
import logging
from typing import Any, override

import probatio

from homeassistant.components.intent import async_device_supports_timers
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, llm
from homeassistant.helpers.json import json_dumps
from homeassistant.util.json import JsonObjectType

from ..completions.events import ToolCall
from ..const import DOMAIN
from .schema import function_definition, wire_name

_LOGGER = logging.getLogger(__name__)

MAX_IN_A_ROW = 2
"""How often the same call with the same arguments is run in succession."""

TOOL_TIMEOUT = 60
"""Seconds after which a turn goes on without a tool's result."""


class Toolbox(llm.API):
    """The APIs that the user selected, as far as the speaker may use them."""

    def __init__(
        self, hass: HomeAssistant, selected: Callable[[], Sequence[str]]
    ) -> None:
        """Initialize with what returns the ids of the APIs that are selected."""
        super().__init__(hass=hass, id=DOMAIN, name="OpenAI-Compatible Conversation")
        self._selected = selected
        self._warned: set[str] = set()

    @override
    async def async_get_api_instance(self, llm_context: llm.LLMContext) -> Tools:
        """Return the tools for one turn, the same ones in every room.

        The prompt is that for no device, and there are timers if any device has them.
        """
        api_prompt, custom_serializer = "", None
        tools: dict[str, llm.Tool] = {}
        if allowed := await self._async_allowed(llm_context):
            for device_id in (None, *self._timer_device(llm_context.device_id)):
                selected = await llm.async_get_api(
                    self.hass, allowed, replace(llm_context, device_id=device_id)
                )
                if device_id is None:
                    api_prompt = selected.api_prompt
                    custom_serializer = selected.custom_serializer
                for tool in selected.tools:
                    tools.setdefault(tool.name, tool)
        return Tools(
            toolbox=self,
            api=self,
            api_prompt=api_prompt,
            llm_context=llm_context,
            tools=list(tools.values()),
            custom_serializer=custom_serializer,
        )

    def _timer_device(self, speaking: str | None) -> list[str]:
        """Return the id of a device that has timers, if there is one."""
        devices = [device.id for device in dr.async_get(self.hass).devices]
        if speaking:
            devices.insert(0, speaking)
        able = (d for d in devices if async_device_supports_timers(self.hass, d))
        return list(islice(able, 1))

    async def _async_allowed(self, llm_context: llm.LLMContext) -> list[str]:
        """Return the ids of the APIs that exist and that the speaker may use.

        One that is for administrators is left out for who is none, and one
        whose integration is not loaded for everybody: the others still work.
        """
        apis = {api.id: api for api in llm.async_get_apis(self.hass)}
        present = []
        for api_id in self._selected():
            if api_id in apis:
                present.append(api_id)
            else:
                self.warn_once(api_id, "The LLM API %s is not available", api_id)
        # Home Assistant 2026.10 has no API that is for administrators only.
        restricted = [
            api_id
            for api_id in present
            if getattr(apis[api_id], "requires_admin", False)
        ]
        if restricted and not await self._async_is_admin(llm_context):
            return [api_id for api_id in present if api_id not in restricted]
        return present

    async def _async_is_admin(self, llm_context: llm.LLMContext) -> bool:
        """Return whether an administrator speaks."""
        context = llm_context.context
        if context is None or context.user_id is None:
            return False
        user = await self.hass.auth.async_get_user(context.user_id)
        return user is not None and user.is_admin

    def warn_once(self, subject: str, message: str, *args: object) -> None:
        """Log a warning of a tool or an API the first time."""
        if subject not in self._warned:
            self._warned.add(subject)
            _LOGGER.warning(message, *args)


@dataclass(kw_only=True)
class Tools(llm.APIInstance):
    """The tools for one turn. Each call has a result, whatever happens."""

    toolbox: Toolbox
    results: dict[str, llm.ToolResult] = field(default_factory=dict, init=False)
    """What the calls so far came to, by their ids."""
    _definitions: dict[str, dict[str, Any]] | None = field(default=None, init=False)
    _real_names: dict[str, str] = field(default_factory=dict, init=False)
    _refused: dict[str, str] = field(default_factory=dict, init=False)
    _last: tuple[str, str] | None = field(default=None, init=False)
    _in_a_row: int = field(default=0, init=False)

    def definitions(self) -> dict[str, dict[str, Any]]:
        """Return the function definitions to send, by name, without those that cannot be."""
        if self._definitions is None:
            self._definitions = {d["name"]: d for d in self._define()}
        return self._definitions

    def _define(self) -> Iterator[dict[str, Any]]:
        """Yield the function definition of each tool that has one."""
        for tool in self.tools:
            try:
                definition = function_definition(
                    tool.name,
                    tool.description,
                    probatio.to_openapi(
                        tool.parameters,
                        custom_serializer=self.custom_serializer,
                        openapi_version="3.1.0",
                    ),
                )
            # A tool of any integration may have a schema of any kind.
            except Exception as err:  # noqa: BLE001
                self.toolbox.warn_once(
                    tool.name, "The tool %s cannot be offered: %s", tool.name, err
                )
                continue
            self._real_names[definition["name"]] = tool.name
            yield definition

    def name_sent(self, name: str) -> str:
        """Return the name under which the model knows a tool.

        Home Assistant's own agent names an intent alone, without its integration.
        """
        sent = wire_name(name)
        if sent in self.definitions():
            return sent
        same = [known for known in self.definitions() if known.endswith(f"__{name}")]
        return same[0] if len(same) == 1 else sent

    def accept(self, call: ToolCall) -> llm.ToolInput:
        """Return a call of the model as Home Assistant takes it."""
        if call.problem:
            self._refused[call.id] = call.problem
        return llm.ToolInput(
            tool_name=self._real_names.get(call.name, call.name),
            tool_args=call.arguments,
            id=call.id,
        )

    def accept_written(
        self, name: str, arguments: dict[str, Any]
    ) -> llm.ToolInput | None:
        """Return a call that stood in the text, None if no tool has its name."""
        name = self._real_names.get(name, name)
        if name not in self._real_names.values():
            return None
        try:
            json_dumps(arguments)
        except TypeError:
            return None
        return llm.ToolInput(tool_name=name, tool_args=arguments)

    @override
    async def async_call_tool(self, tool_input: llm.ToolInput) -> llm.ToolResult:
        """Run a call; what goes wrong comes back as an error result."""
        try:
            result = await self._async_call_tool(tool_input)
        except (HomeAssistantError, probatio.Invalid) as err:
            # In the shape that Home Assistant gives it.
            result = _failure(type(err).__name__, str(err))
        self.results[tool_input.id] = result
        return result

    async def _async_call_tool(self, tool_input: llm.ToolInput) -> llm.ToolResult:
        """Run a call; raises what Home Assistant's tools raise."""
        if problem := self._refused.pop(tool_input.id, None):
            return _failure("InvalidArguments", problem)
        if self._repeated(tool_input):
            return _failure(
                "RepeatedCall",
                "This call was just made twice with the same arguments. "
                "Its result will not change: answer with what you have.",
            )
        run = self.toolbox.hass.async_create_task(
            super().async_call_tool(tool_input), f"tool {tool_input.tool_name}"
        )
        # What was begun goes on: to stop a script half-way would do harm.
        done, _ = await asyncio.wait([run], timeout=TOOL_TIMEOUT)
        if not done:
            run.add_done_callback(_log_late)
            return _failure(
                "Timeout", f"Still running after {TOOL_TIMEOUT} s; no result yet."
            )
        try:
            return run.result()
        except HomeAssistantError, probatio.Invalid:
            raise
        except Exception as err:
            _LOGGER.exception("The tool %s failed", tool_input.tool_name)
            return _failure(type(err).__name__, str(err))

    def _repeated(self, tool_input: llm.ToolInput) -> bool:
        """Return whether a call was made too often in succession."""
        signature = (tool_input.tool_name, json_dumps(tool_input.tool_args))
        self._in_a_row = self._in_a_row + 1 if signature == self._last else 1
        self._last = signature
        return self._in_a_row > MAX_IN_A_ROW


def _failure(kind: str, text: str) -> llm.ToolResult:
    """Return an error result, in the shape that Home Assistant's own have."""
    data: JsonObjectType = {"error": kind}
    if text:
        data["error_text"] = text
    return llm.ToolResult(data=data, error=True)


def _log_late(run: asyncio.Task[llm.ToolResult]) -> None:
    """Log how a call ended whose result nobody waits for any more."""
    if not run.cancelled() and (err := run.exception()):
        _LOGGER.warning(
            "A tool failed after its turn had gone on: %s", type(err).__name__
        )
