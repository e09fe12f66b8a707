"""What the tools of an entry share from turn to turn."""

from dataclasses import dataclass, field
import logging

from homeassistant.core import HomeAssistant

from .catalog_cache import CatalogCache
from .usage_store import UsageStore

_LOGGER = logging.getLogger(__name__)

CALL_TIMEOUT = 60
"""Seconds after which a turn goes on without a tool's result."""


@dataclass(slots=True)
class ToolRuntime:
    """Usage counts, the search catalog and the call timeout of an entry's tools.

    Lives as long as the entry is loaded.
    """

    hass: HomeAssistant
    usage: UsageStore
    catalogs: CatalogCache
    call_timeout: float = CALL_TIMEOUT
    """In seconds."""
    _warned: set[str] = field(default_factory=set)

    def warn_once(self, subject: str, message: str, *args: object) -> None:
        """Log a warning about a tool or an API, the first time only."""
        if subject not in self._warned:
            self._warned.add(subject)
            _LOGGER.warning(message, *args)
