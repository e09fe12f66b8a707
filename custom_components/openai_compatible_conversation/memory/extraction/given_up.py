"""The repair issue about transcripts that were given up.

It tells how many there are, since when and why, and nothing of what was said.
"""

from collections.abc import Iterable

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ...errors import async_exception_text
from ...issues import Issues
from ..facts.fact import MAX_FACTS
from ..store.pending_transcripts import Failure, PendingTranscript

MAX_REASONS = 3
"""Maximum number of different reasons that are told."""


async def async_update_issue(
    hass: HomeAssistant, issues: Issues, pending: Iterable[PendingTranscript], host: str
) -> None:
    """Create the issue about the transcripts that are given up, or delete it."""
    given_up = {p.id: p.failure for p in pending if p.failure and p.is_given_up}
    if not given_up:
        issues.delete_transcripts_given_up()
        return
    failures = given_up.values()
    reasons = [await _async_reason(hass, failure, host) for failure in failures]
    since = dt_util.utc_from_timestamp(min(failure.since for failure in failures))
    issues.create_transcripts_given_up(
        list(given_up),
        since=dt_util.as_local(since).date().isoformat(),
        reason="\n\n".join(list(dict.fromkeys(reasons))[:MAX_REASONS]),
    )


async def _async_reason(hass: HomeAssistant, failure: Failure, host: str) -> str:
    """Return why a transcript fails, in the language of the home."""
    language = hass.config.language
    placeholders = {"host": host, "message": failure.detail, "facts": str(MAX_FACTS)}
    try:
        return await async_exception_text(hass, failure.reason, placeholders, language)
    except KeyError:
        # Stored by another version.
        return await async_exception_text(hass, "unknown", placeholders, language)
