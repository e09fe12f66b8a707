"""Repair issues."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN


class Issues:
    """Creates and deletes the repair issues of an entry."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Initialize without creating an issue."""
        self._hass = hass
        self._entry = entry

    def create_model_not_found(self, model: str, host: str) -> None:
        """Create the issue that the server does not have the model any more."""
        self._create("model_not_found", ir.IssueSeverity.ERROR, model=model, host=host)

    def delete_model_not_found(self) -> None:
        """Delete the model_not_found issue."""
        self._delete("model_not_found")

    def delete_outdated_model_not_found(self, model: str, host: str) -> None:
        """Delete the model_not_found issue if it is about another model or server."""
        issue = ir.async_get(self._hass).async_get_issue(
            DOMAIN, f"model_not_found_{self._entry.entry_id}"
        )
        about = (issue and issue.translation_placeholders) or {}
        if (about.get("model"), about.get("host")) != (model, host):
            self.delete_model_not_found()

    def create_memory_full(self, count: int) -> None:
        """Create the issue that the memory has reached its limit of `count` facts."""
        self._create("memory_full", ir.IssueSeverity.WARNING, count=str(count))

    def delete_memory_full(self) -> None:
        """Delete the memory_full issue."""
        self._delete("memory_full")

    def create_memory_set_aside(self, path: str) -> None:
        """Create the issue that facts could not be read, with the file kept at `path`.

        It is persistent: the user has to confirm it, also after a restart.
        """
        self._create(
            "memory_set_aside", ir.IssueSeverity.ERROR, persistent=True, path=path
        )

    def create_no_assistant(self) -> None:
        """Create the issue that no Assist pipeline uses the agent."""
        self._create("no_assistant", ir.IssueSeverity.WARNING)

    def delete_no_assistant(self) -> None:
        """Delete the no_assistant issue."""
        self._delete("no_assistant")

    def delete_all(self) -> None:
        """Delete all issues of the entry."""
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
        persistent: bool = False,
        **placeholders: str,
    ) -> None:
        """Create an issue; a persistent one survives restarts until it is confirmed."""
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            f"{key}_{self._entry.entry_id}",
            is_fixable=persistent,
            is_persistent=persistent,
            severity=severity,
            translation_key=key,
            translation_placeholders={"name": self._entry.title, **placeholders},
        )

    def _delete(self, key: str) -> None:
        """Delete an issue."""
        ir.async_delete_issue(self._hass, DOMAIN, f"{key}_{self._entry.entry_id}")
