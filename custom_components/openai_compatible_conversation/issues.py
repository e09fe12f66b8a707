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

    def create_model_not_found(self, model: str, host: str) -> None:
        """Tell that the server does not have the model any more."""
        self._create("model_not_found", ir.IssueSeverity.ERROR, model=model, host=host)

    def delete_model_not_found(self) -> None:
        """Tell no more that the model is gone."""
        self._delete("model_not_found")

    def create_memory_full(self, count: int) -> None:
        """Tell that there is no room for more facts."""
        self._create("memory_full", ir.IssueSeverity.WARNING, count=str(count))

    def delete_memory_full(self) -> None:
        """Tell no more that there is no room."""
        self._delete("memory_full")

    def create_memory_set_aside(self, path: str) -> None:
        """Tell that what was remembered cannot be read, and where it is."""
        self._create(
            "memory_set_aside", ir.IssueSeverity.ERROR, lasting=True, path=path
        )

    def create_no_assistant(self) -> None:
        """Tell that no assistant uses the agent."""
        self._create("no_assistant", ir.IssueSeverity.WARNING)

    def delete_no_assistant(self) -> None:
        """Tell no more that no assistant does."""
        self._delete("no_assistant")

    def delete_all(self) -> None:
        """Tell nothing more of the entry."""
        for key in (
            "model_not_found",
            "memory_full",
            "memory_set_aside",
            "no_assistant",
        ):
            self._delete(key)

    def _create(
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

    def _delete(self, key: str) -> None:
        """Tell something no more."""
        ir.async_delete_issue(self._hass, DOMAIN, f"{key}_{self._entry.entry_id}")
