"""The entries that share the slots of a server, and what waits until none is in use.

Decision record: docs/decisions/0022-one-owner-of-the-slot.md.
"""

from homeassistant.core import HomeAssistant, callback

from ..const import DOMAIN
from ..data import RuntimeData
from ..memory.extraction.fact_extractor import FactExtractor
from ..session.sessions import Sessions
from .server import Server


@callback
def async_is_quiet(hass: HomeAssistant, server: Server, sessions: Sessions) -> bool:
    """Return whether no session uses the slots of a server.

    `sessions` are those of its entry.
    """
    neighbours = _async_neighbours(hass, server)
    return sessions.is_over and all(n.sessions.is_over for n in neighbours)


@callback
def async_resume_extraction(
    hass: HomeAssistant, server: Server, fact_extractor: FactExtractor
) -> None:
    """Have facts extracted, in all entries with the slots of a server.

    `fact_extractor` is that of its entry.
    """
    fact_extractor.async_resume()
    for neighbour in _async_neighbours(hass, server):
        neighbour.fact_extractor.async_resume()


@callback
def _async_neighbours(hass: HomeAssistant, server: Server) -> list[RuntimeData]:
    """Return the runtime data of the other entries that have the slots of a server."""
    if not server.slots.is_limited:
        return []
    return [
        entry.runtime_data
        for entry in hass.config_entries.async_loaded_entries(DOMAIN)
        if entry is not server.entry
        and entry.runtime_data.server.slots.shares(server.slots)
    ]
