"""State that an entry's tools share across turns."""

from collections.abc import Callable
from dataclasses import dataclass, field
import logging

from homeassistant.core import HomeAssistant

from ..session.limits import TokenLimits
from .catalog_cache import CatalogCache
from .usage_store import UsageStore

_LOGGER = logging.getLogger(__name__)

CALL_TIMEOUT = 60
"""Seconds after which a turn continues without the result of a tool call."""

CAMERA_TIMEOUT = 10
"""Seconds that a camera has for a still, as in Home Assistant."""


@dataclass(slots=True)
class ToolRuntime:
    """Usage counts, the search catalog and the timeouts of an entry's tools.

    Lives as long as the entry is loaded.
    """

    hass: HomeAssistant
    usage: UsageStore
    catalogs: CatalogCache
    limits: Callable[[], TokenLimits]
    """Returns the current limits."""
    call_timeout: float = CALL_TIMEOUT
    """Timeout of a tool call, in seconds."""
    camera_timeout: int = CAMERA_TIMEOUT
    """Timeout of a camera, in seconds."""
    _warned: set[str] = field(default_factory=set)

    def warn_once(self, subject: str, message: str, *args: object) -> None:
        """Log a warning once for each subject, the name of a tool or an API."""
        if subject not in self._warned:
            self._warned.add(subject)
            _LOGGER.warning(message, *args)
