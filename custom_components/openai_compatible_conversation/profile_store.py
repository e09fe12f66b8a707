"""What was learned of a server, kept on disk: one file an entry."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from .completions.client import CompletionsClient
from .completions.profile import ServerProfile
from .const import DOMAIN

SAVE_DELAY = 1
MAX_MODELS = 20


class ProfileStore:
    """Gives a client the dialects that it learned before, and keeps those that it learns."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Initialize the store of an entry."""
        self._store: Store[dict[str, Any]] = Store(
            hass, 1, f"{DOMAIN}.{entry_id}.dialects"
        )
        self._client: CompletionsClient | None = None
        self._unsaved = False

    async def async_attach(self, client: CompletionsClient) -> None:
        """Give a client what is known of its server, and save what it learns."""
        try:
            stored = await self._store.async_load()
        except HomeAssistantError:
            # A newer version's. It is learned anew.
            stored = None
        if stored and stored.get("base_url") == client.base_url:
            models = stored.get("models")
            for model, dialect in models.items() if isinstance(models, dict) else ():
                client.profiles[model] = ServerProfile.from_json(dialect)
        self._client = client
        client.on_profile_changed = self._learned

    async def async_detach(self) -> None:
        """Save what was just learned, and nothing any more."""
        if self._client:
            self._client.on_profile_changed = None
            if self._unsaved:
                await self._store.async_save(self._data())

    async def async_remove(self) -> None:
        """Remove the file."""
        await self._store.async_remove()

    def _learned(self) -> None:
        """Save soon."""
        self._unsaved = True
        self._store.async_delay_save(self._data, SAVE_DELAY)

    def _data(self) -> dict[str, Any]:
        """Return what is to be on disk."""
        self._unsaved = False
        assert self._client is not None
        latest = list(self._client.profiles.items())[-MAX_MODELS:]
        return {
            "base_url": self._client.base_url,
            "models": {model: dialect.to_json() for model, dialect in latest},
        }
