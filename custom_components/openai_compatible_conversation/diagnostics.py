"""Diagnostics of a config entry, without the content of conversations and facts."""

from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from homeassistant.components.diagnostics import REDACTED, async_redact_data
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_API_KEY, CONF_PROMPT
from homeassistant.core import HomeAssistant

from .agent.servers import async_fallback_of
from .completions.learned_report import learned_report
from .const import CONF_BASE_URL, CONF_CERTIFICATE, CONF_EXTRA_BODY, CONF_EXTRA_HEADERS
from .data import OpenAICompatibleConfigEntry
from .session.session import Session

TO_REDACT = {
    CONF_API_KEY,
    CONF_CERTIFICATE,
    CONF_EXTRA_BODY,
    CONF_EXTRA_HEADERS,
    CONF_PROMPT,
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: OpenAICompatibleConfigEntry
) -> dict[str, Any]:
    """Return the diagnostics of an entry, with counts in place of private content."""
    stored = {
        "data": {
            **async_redact_data(dict(entry.data), TO_REDACT),
            CONF_BASE_URL: _without_path(entry.data[CONF_BASE_URL]),
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
        "server_facts": asdict(runtime.server.facts),
        "learned": learned_report(runtime.client.learned),
        "budget": runtime.entry_state.budget.report(),
        "session": _session_counts(runtime.sessions.household),
        "personal_sessions": [*map(_session_counts, runtime.sessions.personal)],
        "scheduled": len(runtime.entry_state.schedule.actions),
        "memory": {
            "facts": len(runtime.fact_store.facts),
            "pending": [
                {"lines": len(item.lines), "attempts": item.attempts}
                for item in runtime.fact_store.pending
            ],
        },
    }


def _without_path(base_url: str) -> str:
    """Return a base URL up to its host: what else is in it may be a secret."""
    url = urlsplit(base_url)
    shown = url._replace(netloc=url.netloc.rpartition("@")[2], query="", fragment="")
    return shown._replace(path=f"/{REDACTED}" if url.path.strip("/") else "").geturl()


def _session_counts(session: Session) -> dict[str, Any]:
    """Return the counts of a session, and whether tools are found by search."""
    state = session.state
    return {
        "turns": len(state.turns),
        "tokens": session.tokens,
        "tools": len(state.tools),
        "searching": state.tool_search,
    }
