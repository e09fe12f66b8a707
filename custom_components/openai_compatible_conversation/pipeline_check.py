"""Periodic check whether an Assist pipeline uses the conversation agent of an entry."""

from datetime import datetime, timedelta
from typing import Final

from homeassistant.components import conversation
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.start import async_at_started

from .data import OpenAICompatibleConfigEntry
from .issues import Issues

GRACE_PERIOD: Final = timedelta(minutes=10)
"""Time after start in which the user can set up a pipeline before an issue appears."""
INTERVAL_USED: Final = timedelta(hours=1)
"""Interval of the checks while a pipeline uses the agent."""
INTERVAL_UNUSED: Final = timedelta(minutes=1)
"""Interval of the checks while none does; short, to delete the issue soon."""


class PipelineCheck:
    """Creates and deletes the no_assistant issue of an entry.

    Runs from `async_start` to `async_stop`.
    """

    def __init__(
        self, hass: HomeAssistant, entry: OpenAICompatibleConfigEntry, issues: Issues
    ) -> None:
        """Initialize a check that is not running yet."""
        self._hass = hass
        self._entry = entry
        self._issues = issues
        self._cancel: CALLBACK_TYPE | None = None

    @callback
    def async_start(self) -> None:
        """Schedule the first check, a grace period after Home Assistant has started."""
        self.async_stop()

        @callback
        def start_grace_period(_: HomeAssistant) -> None:
            """Schedule the first check."""
            self._schedule(GRACE_PERIOD)

        cancel = async_at_started(self._hass, start_grace_period)
        # If Home Assistant is running already, the callback has run and stored how to
        # cancel its timer, which must not be replaced.
        self._cancel = self._cancel or cancel

    @callback
    def async_stop(self) -> None:
        """Stop checking.

        The issue is kept: deleting it would lose that the user has ignored it.
        """
        if self._cancel:
            self._cancel()
            self._cancel = None

    def _schedule(self, delay: timedelta) -> None:
        """Schedule the next check."""
        job = HassJob(self._check, "assistant check", cancel_on_shutdown=True)
        self._cancel = async_call_later(self._hass, delay, job)

    @callback
    def _check(self, _: datetime) -> None:
        """Create or delete the issue, and schedule the next check."""
        if unused := self._is_unused():
            self._issues.create_no_assistant()
        else:
            self._issues.delete_no_assistant()
        self._schedule(INTERVAL_UNUSED if unused else INTERVAL_USED)

    def _is_unused(self) -> bool:
        """Return whether the entry has an enabled agent that no pipeline uses."""
        if "assist_pipeline" not in self._hass.config.components:
            return False
        # Its requirements are installed only where it is set up.
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
