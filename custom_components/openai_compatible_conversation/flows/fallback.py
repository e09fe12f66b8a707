"""The choice of the entry whose server is asked while that of another one is down.

Decision record: docs/decisions/0015-another-server-when-this-one-is-down.md.
"""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import (
    ConfigEntrySelector,
    ConfigEntrySelectorConfig,
)

from ..const import CONF_BASE_URL, CONF_FALLBACK, DOMAIN
from .address import host_of

FALLBACK_FIELD = ConfigEntrySelector(ConfigEntrySelectorConfig(integration=DOMAIN))


@callback
def async_fallback_error(
    hass: HomeAssistant, entry: ConfigEntry, fallback_id: str | None
) -> tuple[str | None, dict[str, str]]:
    """Return the error key for a fallback, None if valid, and its placeholders.

    It must be another entry, which does not fall back on this one, be it through
    others.
    """
    if not fallback_id:
        return None, {}
    if fallback_id == entry.entry_id:
        return "fallback_itself", {}
    found = hass.config_entries.async_get_entry(fallback_id)
    if found is None or found.domain != DOMAIN:
        return "fallback_not_found", {}
    name, seen = found.title, set[str]()
    while found and found.entry_id not in seen:
        if found is entry:
            return "fallback_circle", {"name": name}
        seen.add(found.entry_id)
        next_id = found.options.get(CONF_FALLBACK) or ""
        found = hass.config_entries.async_get_entry(next_id)
    return None, {}


@callback
def async_other_servers(hass: HomeAssistant, entry: ConfigEntry) -> str:
    """Return the titles and hosts of the other entries for display, "-" for none."""
    others = [
        f"{other.title} ({host_of(other.data[CONF_BASE_URL])})"
        for other in hass.config_entries.async_entries(DOMAIN)
        if other is not entry
    ]
    return ", ".join(others) or "-"
