"""Tells users what became of scheduled actions that nobody waits for.

A notification is what Home Assistant's users know for something that happened, and that
is over once they have read it. It is in the language in which the action was asked for.
What a tool says is shown as code, so that nothing in it is taken for markup.

Decision record: docs/decisions/0024-an-action-for-later.md.
"""

from collections.abc import Sequence
from typing import Literal

from homeassistant.components import persistent_notification
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..errors import async_localized_text
from .scheduled_action import ScheduledAction

MAX_TEXT = 200
"""Maximum number of characters of an error, or of the name of an action."""

type Outcome = Literal["missed", "late", "interrupted", "failed"]
"""What became of an action; the end of a translation key."""


class Notices:
    """Creates the notifications of an entry."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Initialize for an entry."""
        self._hass = hass
        self._entry = entry

    async def async_tell(
        self, outcome: Outcome, actions: Sequence[ScheduledAction], error: str = ""
    ) -> None:
        """Tell what became of actions, of which there is one at least.

        What only its user may know of is told without its content.
        """
        language = actions[0].language or self._hass.config.language
        is_private = any(action.is_private for action in actions)
        lines = [f"- {_line(action)}" for action in actions]
        message = HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=f"schedule_{outcome}",
            translation_placeholders={
                "name": self._entry.title,
                "actions": "\n".join(lines),
                "error": "…" if is_private or not error else as_code(error),
            },
        )
        text = await async_localized_text(self._hass, message, language)
        persistent_notification.async_create(
            self._hass,
            text,
            title=self._entry.title,
            notification_id=f"{DOMAIN}_{self._entry.entry_id}_{outcome}_{actions[0].id}",
        )


def _line(action: ScheduledAction) -> str:
    """Return an action with its time on one line."""
    at = dt_util.as_local(action.at).strftime("%Y-%m-%d %H:%M")
    return f"{as_code(action.id if action.is_private else action.summary)}, {at}"


def as_code(text: str) -> str:
    """Return a text on one line, shortened, as code in Markdown."""
    text = " ".join(text.split()).replace("`", "'")
    if len(text) > MAX_TEXT:
        text = f"{text[:MAX_TEXT].rstrip()}…"
    return f"`{text}`"
