"""Repair issues."""

from collections.abc import Mapping, Sequence
import json

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .stored_file import Content

MAX_PATHS = 5
"""Maximum number of files that an issue names, the latest ones."""


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
        about = self._placeholders("model_not_found")
        if (about.get("model"), about.get("host")) != (model, host):
            self.delete_model_not_found()

    def create_certificate_changed(self, host: str, fingerprint: str) -> None:
        """Create the issue that the server has another certificate than accepted."""
        self._create(
            "certificate_changed",
            ir.IssueSeverity.ERROR,
            host=host,
            fingerprint=fingerprint,
        )

    def delete_certificate_changed(self) -> None:
        """Delete the certificate_changed issue."""
        self._delete("certificate_changed")

    def create_memory_full(self, count: int) -> None:
        """Create the issue that the memory has reached its limit of `count` facts."""
        self._create("memory_full", ir.IssueSeverity.WARNING, count=str(count))

    def delete_memory_full(self) -> None:
        """Delete the memory_full issue."""
        self._delete("memory_full")

    def create_set_aside(self, content: Content, path: str) -> None:
        """Create the issue that a file could not be used, and is kept at `path`.

        It is persistent: the user has to confirm it, also after a restart.
        """
        issue = self._placeholders(f"{content}_set_aside")
        known = issue.get("path", "").split("`, `")
        paths = dict.fromkeys([*filter(None, known), path])
        self._create(
            f"{content}_set_aside",
            ir.IssueSeverity.ERROR,
            persistent=True,
            path="`, `".join(list(paths)[-MAX_PATHS:]),
        )

    def delete_set_aside(self, *contents: Content) -> None:
        """Delete the issues about files that could not be used."""
        for content in contents:
            self._delete(f"{content}_set_aside")

    def create_transcripts_given_up(
        self, ids: Sequence[str], since: str, reason: str
    ) -> None:
        """Create the issue that no facts can be extracted from some transcripts."""
        self._create(
            "transcripts_given_up",
            ir.IssueSeverity.WARNING,
            data={"entry_id": self._entry.entry_id, "transcripts": json.dumps(ids)},
            count=str(len(ids)),
            since=since,
            reason=reason,
        )

    def delete_transcripts_given_up(self) -> None:
        """Delete the transcripts_given_up issue."""
        self._delete("transcripts_given_up")

    def create_prompt_cut(self, host: str, tokens: int, settings: str) -> None:
        """Create the issue that the server seems to cut prompts after some tokens.

        `settings` is what sets a larger context on the server.
        """
        self._create(
            "prompt_cut",
            ir.IssueSeverity.WARNING,
            host=host,
            tokens=f"{tokens:,}",
            settings=settings,
        )

    def delete_prompt_cut(self) -> None:
        """Delete the prompt_cut issue."""
        self._delete("prompt_cut")

    def create_tools_refused(self, host: str, words: str) -> None:
        """Create the issue that the server refuses tools, in its own words."""
        self._create(
            "tools_refused",
            ir.IssueSeverity.WARNING,
            data={"entry_id": self._entry.entry_id, "forget": "server"},
            host=host,
            # It is shown as code, so that nothing in it is taken for markup.
            words=words.replace("`", "'"),
        )

    def delete_tools_refused(self) -> None:
        """Delete the tools_refused issue."""
        self._delete("tools_refused")

    def create_no_assistant(self) -> None:
        """Create the issue that no Assist pipeline uses the agent."""
        self._create("no_assistant", ir.IssueSeverity.WARNING)

    def delete_no_assistant(self) -> None:
        """Delete the no_assistant issue."""
        self._delete("no_assistant")

    def delete_all(self) -> None:
        """Delete all issues of the entry."""
        for key in (
            "certificate_changed",
            "model_not_found",
            "prompt_cut",
            "memory_full",
            "memory_set_aside",
            "schedule_set_aside",
            "session_set_aside",
            "server_set_aside",
            "tools_refused",
            "tools_set_aside",
            "transcripts_given_up",
            "no_assistant",
        ):
            self._delete(key)

    def _create(
        self,
        key: str,
        severity: ir.IssueSeverity,
        *,
        persistent: bool = False,
        data: dict[str, str | int | float | None] | None = None,
        **placeholders: str,
    ) -> None:
        """Create an issue; a persistent one survives restarts until it is confirmed.

        `data` is that of its repair flow.
        """
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            f"{key}_{self._entry.entry_id}",
            data=data,
            is_fixable=persistent or data is not None,
            is_persistent=persistent,
            severity=severity,
            translation_key=key,
            translation_placeholders={"name": self._entry.title, **placeholders},
        )

    def _placeholders(self, key: str) -> Mapping[str, str]:
        """Return the placeholders of an issue, none if it does not exist."""
        issue_id = f"{key}_{self._entry.entry_id}"
        issue = ir.async_get(self._hass).async_get_issue(DOMAIN, issue_id)
        return (issue and issue.translation_placeholders) or {}

    def _delete(self, key: str) -> None:
        """Delete an issue."""
        ir.async_delete_issue(self._hass, DOMAIN, f"{key}_{self._entry.entry_id}")
