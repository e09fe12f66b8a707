"""The owner of a turn, by which its session is chosen.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class TurnOwner:
    """The owner of a turn: the household, a single user, or nobody."""

    kind: Literal["household", "user", "nobody"]
    user_id: str | None = None
    """The user, if the turn belongs to a session of their own."""


HOUSEHOLD = TurnOwner("household")
"""Owner of the turns of all users and devices."""

NOBODY = TurnOwner("nobody")
"""Owner of the turns of automations, scripts and webhooks, which have no session."""


def owner_of_turn(
    user_id: str | None,
    device_id: str | None,
    satellite_id: str | None,
    *,
    requires_admin: bool,
) -> TurnOwner:
    """Return the owner of a turn.

    `requires_admin` tells whether the turn is given tools of an LLM API that requires
    an administrator.
    """
    if requires_admin:
        # Such tools are given to known users only.
        return TurnOwner("user", user_id) if user_id else NOBODY
    return HOUSEHOLD if user_id or device_id or satellite_id else NOBODY
