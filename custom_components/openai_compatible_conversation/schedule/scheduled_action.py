"""A scheduled action: a call of a tool that is to be run later, once.

Does not depend on Home Assistant.

Decision record: docs/decisions/0024-an-action-for-later.md.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
import json
from typing import Any, Self

MAX_ACTIONS = 50
"""Maximum number of actions of an entry."""

MAX_AHEAD = timedelta(days=366)
"""How far ahead an action may be scheduled: a year, leap years included."""

MAX_LATE = timedelta(minutes=10)
"""How late an action must not be: from then on it is missed."""

MAX_ARGUMENTS = 4000
"""Maximum number of characters of the arguments, as JSON."""


class ScheduleError(Exception):
    """An action that cannot be scheduled, with a message that tells a model why.

    Keys: bad_arguments, bad_time, no_tool, no_user, not_scheduled, repeated, too_far,
    too_many.
    """

    def __init__(self, key: str, message: str) -> None:
        """Initialize with the key of the error and its message."""
        super().__init__(message)
        self.key = key


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledAction:
    """A call that is to be run at a time, with the rights of the user who asked."""

    id: str
    at: datetime
    """The time to run it, in UTC."""
    tool: str
    """The name of the tool, as it is sent to the server."""
    arguments: Mapping[str, Any]
    summary: str
    """What a person reads of it."""
    integration: str | None = None
    """The integration that provides the tool."""
    user_id: str | None = None
    """The user who asked, None if only the device is known."""
    device_id: str | None = None
    """The device that was spoken to."""
    language: str | None = None
    """The language in which it was asked for."""
    is_private: bool = False
    """Whether only its user may know of it: its tool is one for administrators."""
    is_sensitive: bool = False
    """Whether it was known to unlock, open, disarm or destroy when it was scheduled."""
    has_begun: bool = False
    """Whether the call was begun, and so must never be begun again."""

    def is_visible_to(self, user_id: str | None) -> bool:
        """Return whether a user may see and cancel it, None for whoever is at home."""
        return not self.is_private or self.user_id == user_id

    def is_due(self, now: datetime) -> bool:
        """Return whether its time has come, and it was not begun."""
        return self.at <= now and not self.has_begun

    def is_missed(self, now: datetime) -> bool:
        """Return whether it is too late to run it."""
        return self.is_due(now) and now - self.at >= MAX_LATE

    def to_json(self) -> dict[str, Any]:
        """Return the action as JSON."""
        return {**asdict(self), "at": self.at.isoformat()}

    @classmethod
    def from_json(cls, data: Any) -> Self | None:
        """Return an action from JSON, None if it is not valid."""
        match data:
            case {
                "id": str() as id_,
                "at": str() as at,
                "tool": str() as tool,
                "arguments": dict() as arguments,
                "summary": str() as summary,
            } if (time := _time(at)) is not None and id_:
                return cls(
                    id=id_,
                    at=time,
                    tool=tool,
                    arguments=arguments,
                    summary=summary,
                    integration=_text(data.get("integration")),
                    user_id=_text(data.get("user_id")),
                    device_id=_text(data.get("device_id")),
                    language=_text(data.get("language")),
                    is_private=bool(data.get("is_private")),
                    is_sensitive=bool(data.get("is_sensitive")),
                    has_begun=bool(data.get("has_begun")),
                )
        return None


def checked_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of arguments as they will be read from disk.

    Raises `ScheduleError` if they cannot be written, or are too long.
    """
    try:
        text = json.dumps(dict(arguments), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as err:
        raise ScheduleError("bad_arguments", "The arguments are not JSON.") from err
    if len(text) > MAX_ARGUMENTS:
        raise ScheduleError(
            "bad_arguments",
            f"The arguments are longer than {MAX_ARGUMENTS} characters.",
        )
    copy: dict[str, Any] = json.loads(text)
    return copy


def _time(text: str) -> datetime | None:
    """Return a time in UTC from its ISO form, None if it is not one."""
    try:
        time = datetime.fromisoformat(text)
        return time.astimezone(UTC) if time.tzinfo else None
    except ValueError, OverflowError:
        return None


def _text(value: object) -> str | None:
    """Return a value that is a text."""
    return value if isinstance(value, str) else None
