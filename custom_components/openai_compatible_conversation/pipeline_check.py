"""Telling the user when no assistant uses the agent of an entry."""

from datetime import datetime, timedelta
from typing import Final

from homeassistant.components import conversation
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.start import async_at_started

from .data import OpenAICompatibleConfigEntry
from .issues import Issues

GRACE: Final = timedelta(minutes=10)
"""What a user has to make an assistant in before anything is said."""
USED: Final = timedelta(hours=1)
"""How often to look while an assistant uses the agent."""
UNUSED: Final = timedelta(minutes=1)
"""How often to look while none does, so that the issue goes soon after one does."""


class PipelineCheck:
    """Looks now and then whether an assistant uses the agent of an entry."""

    def __init__(
        self, hass: HomeAssistant, entry: OpenAICompatibleConfigEntry, issues: Issues
    ) -> None:
        """Initialize a check that is not running."""
        self._hass = hass
        self._entry = entry
        self._issues = issues
        self._cancel: CALLBACK_TYPE | None = None

    @callback
    def async_start(self) -> None:
        """Look for the first time some minutes after Home Assistant has started."""
        self.async_stop()

        @callback
        def wait(_: HomeAssistant) -> None:
            """Let the user make an assistant first."""
            self._look_in(GRACE)

        cancel = async_at_started(self._hass, wait)
        # Where it has started already, the wait has begun.
        self._cancel = self._cancel or cancel

    @callback
    def async_stop(self) -> None:
        """Look no more; what was told stays told, for a user may have ignored it."""
        if self._cancel:
            self._cancel()
            self._cancel = None

    def _look_in(self, delay: timedelta) -> None:
        """Look after a while."""
        job = HassJob(self._look, "assistant check", cancel_on_shutdown=True)
        self._cancel = async_call_later(self._hass, delay, job)

    @callback
    def _look(self, _: datetime) -> None:
        """Look, and tell what is there to tell."""
        if unused := self._is_unused():
            self._issues.create_no_assistant()
        else:
            self._issues.delete_no_assistant()
        self._look_in(UNUSED if unused else USED)

    def _is_unused(self) -> bool:
        """Return whether there is an agent, and could be an assistant that uses it."""
        if "assist_pipeline" not in self._hass.config.components:
            return False
        # What it imports is installed only where it is set up.
        from homeassistant.components import assist_pipeline  # noqa: PLC0415

        agents = {
            entity.entity_id
            for entity in er.async_entries_for_config_entry(
                er.async_get(self._hass), self._entry.entry_id
            )
            if entity.domain == conversation.DOMAIN and not entity.disabled
        }
        used = {
            pipeline.conversation_engine
            for pipeline in assist_pipeline.async_get_pipelines(self._hass)
        }
        return bool(agents) and agents.isdisjoint(used)
