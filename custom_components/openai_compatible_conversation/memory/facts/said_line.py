"""A line that a user said, with what is known of who said it, where and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from ..words.normalization import one_line
from .fact import MAX_SUBJECT, Channel

_CHANNELS = get_args(Channel.__value__)

_MAX_TIME = 40
"""Characters above which a text is no time."""


@dataclass(frozen=True, slots=True)
class SaidLine:
    """A line that a user said."""

    text: str
    speaker: str = ""
    """The name of who said it, empty if it is not known."""
    channel: Channel | None = None
    at: str = ""
    """When it was said, ISO 8601 in UTC, empty if it is not known."""

    def details(self) -> dict[str, str]:
        """Return what is known beside the text, as a JSON object."""
        details = {"speaker": self.speaker, "channel": self.channel, "at": self.at}
        return {name: value for name, value in details.items() if value}

    @classmethod
    def of(cls, text: str, details: object) -> SaidLine:
        """Return a line from its text and details; anything invalid in them is ignored."""
        known: Mapping[Any, Any] = details if isinstance(details, Mapping) else {}
        channel = known.get("channel")
        return cls(
            text,
            _line(known.get("speaker"), MAX_SUBJECT),
            channel if channel in _CHANNELS else None,
            _line(known.get("at"), _MAX_TIME),
        )


def _line(value: object, limit: int) -> str:
    """Return a text as one line, empty if it is none or too long."""
    return (isinstance(value, str) and one_line(value, limit)) or ""
