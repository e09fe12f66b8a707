"""Repair flows."""

import json
from typing import Any, override

from homeassistant.components.repairs import (
    ConfirmRepairFlow,
    RepairsFlow,
    RepairsFlowResult,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .data import RuntimeData

type IssueData = dict[str, str | int | float | None]


class ForgetServerFlow(ConfirmRepairFlow):
    """Forgets what was learned of the server, once the user has changed it."""

    def __init__(self, entry_id: str) -> None:
        """Initialize for the server of an entry."""
        self._entry_id = entry_id

    @override
    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask for confirmation, and forget."""
        if user_input is not None:
            runtime = _runtime_data(self.hass, self._entry_id)
            if runtime is None:
                return _abort(self, "not_loaded")
            try:
                await runtime.profile_store.async_forget()
            except HomeAssistantError:
                return _abort(self, "not_written")
        return await super().async_step_confirm(user_input)


class GivenUpTranscriptsFlow(RepairsFlow):
    """Lets the user keep or delete the transcripts from which nothing can be learned.

    Only those that the issue was about when the flow began are kept or deleted.
    """

    def __init__(self, entry_id: str, ids: list[str]) -> None:
        """Initialize for some transcripts of an entry."""
        self._entry_id = entry_id
        self._ids = ids

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask what to do."""
        return self.async_show_menu(
            menu_options=["keep", "drop"],
            description_placeholders=_placeholders(self),
        )

    async def async_step_keep(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Keep the transcripts, and try them for another week."""
        return await self._async_finish(keep=True)

    async def async_step_drop(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Delete the transcripts."""
        return await self._async_finish(keep=False)

    async def _async_finish(self, *, keep: bool) -> RepairsFlowResult:
        """Keep or delete the transcripts, and end the flow once that is on disk."""
        runtime = _runtime_data(self.hass, self._entry_id)
        if runtime is None:
            return _abort(self, "not_loaded")
        store = runtime.fact_store
        try:
            await (store.async_retry if keep else store.async_drop)(self._ids)
        except HomeAssistantError:
            return _abort(self, "not_written")
        runtime.fact_extractor.async_resume()
        return self.async_create_entry(data={})


def _runtime_data(hass: HomeAssistant, entry_id: str) -> RuntimeData | None:
    """Return the runtime data of an entry, None if it is not loaded."""
    entry = hass.config_entries.async_get_entry(entry_id)
    if entry is None or entry.state is not ConfigEntryState.LOADED:
        return None
    runtime: RuntimeData = entry.runtime_data
    return runtime


def _abort(flow: RepairsFlow, reason: str) -> RepairsFlowResult:
    """Leave the issue of a flow as it is."""
    return flow.async_abort(reason=reason, description_placeholders=_placeholders(flow))


def _placeholders(flow: RepairsFlow) -> dict[str, str]:
    """Return the placeholders of the issue of a flow."""
    issue = ir.async_get(flow.hass).async_get_issue(DOMAIN, flow.issue_id)
    return (issue and issue.translation_placeholders) or {}


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: IssueData | None
) -> RepairsFlow:
    """Create the flow that fixes an issue; most only have to be read."""
    match data:
        case {"entry_id": str() as entry_id, "forget": "server"}:
            return ForgetServerFlow(entry_id)
        case {"entry_id": str() as entry_id, "transcripts": str() as ids}:
            known: Any = json.loads(ids)
            return GivenUpTranscriptsFlow(entry_id, known)
    return ConfirmRepairFlow()
