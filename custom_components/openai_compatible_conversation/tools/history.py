"""The tool for what happened to exposed entities, from the recorder."""

from collections.abc import Sequence
from datetime import timedelta
from types import ModuleType
from typing import Any, override

import probatio

from homeassistant.components import conversation
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.helpers import intent, llm
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType

from ..const import DOMAIN
from .result import error_result

HISTORY = "get_history"
RECORDER = "recorder"

MAX_HOURS = 30 * 24
DEFAULT_HOURS = 24

MAX_ENTITIES = 10
"""Entities that are told of, those that changed last."""

_TARGETS = ("name", "area", "domain")


class HistoryTool(llm.Tool):
    """Tool for the past of the entities that are exposed to Assist."""

    name = HISTORY
    title = "Get history"
    description = (
        "Tells the past of devices and sensors: when they last changed, how often, for "
        "how long they were on or open; lowest, highest and mean of what is measured."
    )
    parameters = probatio.Schema(
        {
            probatio.Optional("name"): str,
            probatio.Optional("area"): str,
            probatio.Optional("domain"): str,
            probatio.Optional(
                "hours", default=DEFAULT_HOURS, description="How far back."
            ): probatio.All(
                probatio.Coerce(float), probatio.Range(min=1, max=MAX_HOURS)
            ),
        },
        extra=probatio.REMOVE_EXTRA,
    )
    annotations = llm.ToolAnnotations(
        read_only=True, destructive=False, idempotent=True, open_world=False
    )
    integration = DOMAIN

    @override
    async def async_call(
        self,
        hass: HomeAssistant,
        tool_input: llm.ToolInput,
        llm_context: llm.LLMContext,
    ) -> llm.ToolResult:
        """Return what happened, or an error result; raises `probatio.Invalid`."""
        # Small models send null or an empty text for arguments that they omit.
        args = {name: value for name, value in tool_input.tool_args.items() if value}
        args = self.parameters(args)
        if not (states := _matching(hass, args, llm_context)):
            return error_result(
                "NoSuchEntity",
                "No exposed entity is meant by that. Call again with the name of a "
                "device or sensor, an area or a domain.",
            )
        end = dt_util.utcnow()
        start = end - timedelta(hours=args["hours"])
        recorded = await hass.async_add_import_executor_job(_recorded)
        entities: list[JsonValueType] = [
            {"name": state.name, **found}
            for state in states[:MAX_ENTITIES]
            if (found := await recorded.async_history(hass, state, start, end))
        ]
        if not entities:
            names = ", ".join(state.name for state in states[:MAX_ENTITIES])
            return error_result("NotRecorded", f"Nothing is recorded of {names}.")
        return llm.ToolResult(
            data={"entities": entities, "more": max(len(states) - MAX_ENTITIES, 0)}
        )


@callback
def async_has_history(hass: HomeAssistant) -> bool:
    """Return whether there is a recorder to ask."""
    return RECORDER in hass.config.components


def _recorded() -> ModuleType:
    """Return the module that reads the recorder, whose libraries are optional."""
    from ..history import recorded  # noqa: PLC0415

    return recorded


def _matching(
    hass: HomeAssistant, args: dict[str, Any], llm_context: llm.LLMContext
) -> Sequence[State]:
    """Return the exposed entities that are meant, the last changed first."""
    if not any(args.get(target) for target in _TARGETS):
        return []
    found = intent.async_match_targets(
        hass,
        intent.MatchTargetsConstraints(
            name=args.get("name"),
            area_name=args.get("area"),
            domains=[args["domain"]] if args.get("domain") else None,
            assistant=llm_context.assistant or conversation.DOMAIN,
            allow_duplicate_names=True,
        ),
        llm.async_get_match_preferences(hass, llm_context),
    )
    states = found.states if found.is_match else []
    return sorted(states, key=lambda state: state.last_changed, reverse=True)
