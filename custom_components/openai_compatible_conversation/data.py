"""Runtime data of a config entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_API_KEY
from homeassistant.core import HomeAssistant

from .agent.metrics import Metrics
from .agent.prewarm import Prewarmer
from .agent.server import Server
from .completions.client import CompletionsClient
from .const import CONF_BASE_URL
from .entry_state import EntryState
from .http_client import async_get_http_client
from .issues import Issues
from .memory.extraction.fact_extractor import FactExtractor
from .memory.store.fact_store import FactStore
from .profile_store import ProfileStore
from .session.sessions import Sessions
from .tools.toolbox import Toolbox
from .tools.usage_store import UsageStore


@dataclass(slots=True)
class RuntimeData:
    """Objects of a loaded entry.

    Created at set-up and dropped at unload, except for `entry_state`, which outlives
    a reload.
    """

    server: Server
    toolbox: Toolbox
    profile_store: ProfileStore
    entry_state: EntryState
    tool_usage: UsageStore
    fact_extractor: FactExtractor
    prewarmer: Prewarmer

    @property
    def client(self) -> CompletionsClient:
        """Return the client for the server."""
        return self.server.client

    @property
    def issues(self) -> Issues:
        """Return the repair issues."""
        return self.server.issues

    @property
    def metrics(self) -> Metrics:
        """Return the metrics of the requests to the server."""
        return self.server.metrics

    @property
    def sessions(self) -> Sessions:
        """Return the sessions, which hold the recent turns of all conversations."""
        return self.entry_state.sessions

    @property
    def fact_store(self) -> FactStore:
        """Return the store of remembered facts."""
        return self.entry_state.fact_store


type OpenAICompatibleConfigEntry = ConfigEntry[RuntimeData]


async def async_create_client(
    hass: HomeAssistant, data: Mapping[str, Any]
) -> CompletionsClient:
    """Return a client for the address and the API key in the data of an entry.

    All connections of the entry are made by it, so `verify_ssl` and the accepted
    certificate hold for all.
    """
    http_client = async_get_http_client(hass, data)
    client = CompletionsClient(data[CONF_BASE_URL], data.get(CONF_API_KEY), http_client)
    # It reads from disk, once for all clients.
    if not client.requests.prepared:
        await hass.async_add_executor_job(client.requests.prepare)
    return client
