"""Diagnostics of a config entry, without the content of conversations and facts."""

from typing import Any
from urllib.parse import urlsplit

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_API_KEY, CONF_PROMPT
from homeassistant.core import HomeAssistant

from .agent.servers import async_fallback_of
from .completions.learned_report import learned_report
from .const import CONF_BASE_URL, CONF_EXTRA_BODY, CONF_EXTRA_HEADERS
from .data import OpenAICompatibleConfigEntry
from .session.session import Session

TO_REDACT = {CONF_API_KEY, CONF_PROMPT, CONF_EXTRA_BODY, CONF_EXTRA_HEADERS}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: OpenAICompatibleConfigEntry
) -> dict[str, Any]:
    """Return the diagnostics of an entry, with counts in place of private content."""
    url = urlsplit(entry.data[CONF_BASE_URL])
    # The URL may contain credentials, in front of the host or in the query.
    address = url._replace(netloc=url.netloc.rpartition("@")[2], query="", fragment="")
    stored = {
        "data": {
            **async_redact_data(dict(entry.data), TO_REDACT),
            CONF_BASE_URL: address.geturl(),
        },
        "options": async_redact_data(dict(entry.options), TO_REDACT),
    }
    if entry.state is not ConfigEntryState.LOADED:
        return stored
    runtime = entry.runtime_data
    return {
        **stored,
        "server": {
            "available": runtime.server.availability.is_available,
            "fallback_loaded": async_fallback_of(hass, entry) is not None,
        },
        "learned": learned_report(runtime.client.learned),
        "session": _session_counts(runtime.sessions.household),
        "personal_sessions": [*map(_session_counts, runtime.sessions.personal)],
        "memory": {
            "facts": len(runtime.fact_store.facts),
            "pending": [
                {"lines": len(item.lines), "attempts": item.attempts}
                for item in runtime.fact_store.pending
            ],
        },
    }


def _session_counts(session: Session) -> dict[str, Any]:
    """Return the counts of a session, and the tools in its requests."""
    state = session.state
    return {
        "turns": len(state.turns),
        "characters": sum(turn.size for turn in state.turns),
        "tools": state.tools,
        "searching": state.tool_search,
    }
