"""What a user should see to, as Home Assistant's repair issues."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN


class Issues:
    """The issues of an entry."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Initialize the issues of an entry, of which there are none so far."""
        self._hass = hass
        self._entry = entry

    def model_is_gone(self, model: str, host: str) -> None:
        """Tell that the server does not have the model any more."""
        self._tell("model_not_found", ir.IssueSeverity.ERROR, model=model, host=host)

    def model_works(self) -> None:
        """Tell no more that the model is gone."""
        self._tell_no_more("model_not_found")

    def memory_is_full(self, count: int) -> None:
        """Tell that there is no room for more facts."""
        self._tell("memory_full", ir.IssueSeverity.WARNING, count=str(count))

    def memory_has_room(self) -> None:
        """Tell no more that there is no room."""
        self._tell_no_more("memory_full")

    def memory_was_set_aside(self, path: str) -> None:
        """Tell that what was remembered cannot be read, and where it is."""
        self._tell("memory_set_aside", ir.IssueSeverity.ERROR, lasting=True, path=path)

    def no_assistant(self) -> None:
        """Tell that no assistant uses the agent."""
        self._tell("no_assistant", ir.IssueSeverity.WARNING)

    def has_assistant(self) -> None:
        """Tell no more that no assistant does."""
        self._tell_no_more("no_assistant")

    def clear(self) -> None:
        """Tell nothing more of the entry."""
        for key in (
            "model_not_found",
            "memory_full",
            "memory_set_aside",
            "no_assistant",
        ):
            self._tell_no_more(key)

    def _tell(
        self,
        key: str,
        severity: ir.IssueSeverity,
        *,
        lasting: bool = False,
        **placeholders: str,
    ) -> None:
        """Tell something to see to; what lasts outlives a restart, until it was read."""
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            f"{key}_{self._entry.entry_id}",
            is_fixable=lasting,
            is_persistent=lasting,
            severity=severity,
            translation_key=key,
            translation_placeholders={"name": self._entry.title, **placeholders},
        )

    def _tell_no_more(self, key: str) -> None:
        """Tell something no more."""
        ir.async_delete_issue(self._hass, DOMAIN, f"{key}_{self._entry.entry_id}")
