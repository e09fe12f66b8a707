"""What was learned of a server, kept on disk: one file an entry."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .completions.client import CompletionsClient
from .completions.dialect import Dialect
from .const import DOMAIN

SAVE_DELAY = 1
MAX_MODELS = 20


class DialectStore:
    """Gives a client the dialects that it learned before, and keeps those that it learns."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Initialize the store of an entry."""
        self._store: Store[dict[str, Any]] = Store(
            hass, 1, f"{DOMAIN}.{entry_id}.dialects"
        )

    async def async_attach(self, client: CompletionsClient) -> None:
        """Give a client what is known of its server, and save what it learns."""
        stored = await self._store.async_load()
        if stored and stored.get("base_url") == client.base_url:
            models = stored.get("models")
            for model, dialect in models.items() if isinstance(models, dict) else ():
                client.dialects[model] = Dialect.of(dialect)

        def data() -> dict[str, Any]:
            latest = list(client.dialects.items())[-MAX_MODELS:]
            return {
                "base_url": client.base_url,
                "models": {model: dialect.stored() for model, dialect in latest},
            }

        client.on_learned = lambda: self._store.async_delay_save(data, SAVE_DELAY)

    async def async_remove(self) -> None:
        """Remove the file."""
        await self._store.async_remove()
