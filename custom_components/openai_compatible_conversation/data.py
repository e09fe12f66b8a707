"""Runtime data of a config entry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_API_KEY
from homeassistant.core import HomeAssistant
from homeassistant.helpers.httpx_client import get_async_client

from .agent.metrics import Metrics
from .agent.prewarm import Prewarmer
from .completions.client import CompletionsClient
from .const import CONF_BASE_URL
from .entry_state import EntryState
from .issues import Issues
from .memory.fact_extractor import FactExtractor
from .memory.fact_store import FactStore
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

    client: CompletionsClient
    toolbox: Toolbox
    profile_store: ProfileStore
    entry_state: EntryState
    tool_usage: UsageStore
    fact_extractor: FactExtractor
    prewarmer: Prewarmer
    issues: Issues
    metrics: Metrics = field(default_factory=Metrics)

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
    """Return a client for the address and the API key in the data of an entry."""
    client = CompletionsClient(
        data[CONF_BASE_URL], data.get(CONF_API_KEY), get_async_client(hass)
    )
    # It reads from disk, once for all clients.
    if not client.prepared:
        await hass.async_add_executor_job(client.prepare)
    return client
