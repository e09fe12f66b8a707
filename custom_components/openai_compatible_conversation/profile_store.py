"""Persist the learned server profiles, one file per config entry."""

from typing import Any

import probatio

from homeassistant.core import HomeAssistant

from .budgets.budgets import Budgets
from .completions.client import CompletionsClient
from .const import DOMAIN
from .stored_file import NUMBER, OnSetAside, StoredFile, file_schema

SAVE_DELAY = 1

_TRAIT = probatio.Any(None, bool, int, str, [str])
SCHEMA = file_schema(
    {
        probatio.Required("base_url"): str,
        "models": {str: {str: _TRAIT}},
        "lessons": {
            str: [
                {
                    probatio.Required("field"): str,
                    probatio.Required("value"): probatio.Any(bool, int, str),
                    "words": str,
                    "reason": str,
                    "learned_at": NUMBER,
                    "confirmed_at": NUMBER,
                    "confirmations": int,
                    "versions": [str],
                }
            ]
        },
        "budgets": {str: dict},
    }
)
"""The profiles of the models of a base URL, what they were learned from, and what the
models can take in."""


class ProfileStore:
    """Loads and saves the server profiles of a client.

    It is attached when the config entry is set up and detached when it is unloaded.
    """

    def __init__(
        self, hass: HomeAssistant, entry_id: str, on_set_aside: OnSetAside
    ) -> None:
        """Initialize the store of a config entry."""
        # The key keeps the name of the first files, so that nothing is lost.
        self._file = StoredFile(
            hass, f"{DOMAIN}.{entry_id}.dialects", "server", SCHEMA, on_set_aside
        )
        self._client: CompletionsClient | None = None
        self._budgets = Budgets()
        self._base_url = ""
        self._unsaved = False

    async def async_attach(self, client: CompletionsClient, budgets: Budgets) -> None:
        """Load what is stored into a client and budgets, and save it when it changes.

        What was learned of another base URL is ignored.
        """
        stored = await self._file.async_read_or_discard()
        budgets.on_changed = None
        budgets.forget()
        # A redirect may move it later, but not that of the entry.
        self._base_url = client.base_url
        if stored and stored["base_url"] == self._base_url:
            client.learned.load(stored)
            budgets.load(stored.get("budgets"))
        self._client, self._budgets = client, budgets
        client.learned.on_changed = budgets.on_changed = self._schedule_save

    async def async_detach(self) -> None:
        """Save pending changes and stop listening for new ones."""
        if self._client:
            self._client.learned.on_changed = self._budgets.on_changed = None
            if self._unsaved:
                await self._file.async_save(self._data_to_save())

    async def async_forget(self) -> int:
        """Forget what was learned, also on disk; return how many lessons.

        Raises `HomeAssistantError` if it is still on disk.
        """
        if self._client is None:
            return 0
        count = self._client.learned.forget()
        self._budgets.forget()
        await self._file.async_write(self._data_to_save())
        return count

    async def async_remove(self) -> None:
        """Remove the file."""
        await self._file.async_remove()

    def _schedule_save(self) -> None:
        """Schedule a delayed save."""
        self._unsaved = True
        self._file.async_delay_save(self._data_to_save, SAVE_DELAY)

    def _data_to_save(self) -> dict[str, Any]:
        """Return the data to save."""
        self._unsaved = False
        assert self._client is not None
        return {
            "base_url": self._base_url,
            **self._client.learned.to_json(),
            "budgets": self._budgets.to_json(),
        }
