"""Tests of the owner of a turn."""

import pytest

from custom_components.openai_compatible_conversation.session.turn_owner import (
    HOUSEHOLD,
    NOBODY,
    TurnOwner,
    owner_of_turn,
)


@pytest.mark.parametrize(
    ("user_id", "device_id", "satellite_id", "requires_admin", "owner"),
    [
        ("ann", None, None, False, HOUSEHOLD),
        (None, "kitchen", None, False, HOUSEHOLD),
        (None, None, "assist_satellite.kitchen", False, HOUSEHOLD),
        ("ann", "kitchen", None, False, HOUSEHOLD),
        (None, None, None, False, NOBODY),
        ("ann", None, None, True, TurnOwner("user", "ann")),
        ("ann", "kitchen", None, True, TurnOwner("user", "ann")),
        # Home Assistant does not give such tools to anybody else.
        (None, "kitchen", None, True, NOBODY),
    ],
)
def test_owner(
    user_id: str | None,
    device_id: str | None,
    satellite_id: str | None,
    requires_admin: bool,
    owner: TurnOwner,
) -> None:
    """The owner depends on the tools, the user and the device, in this order."""
    assert owner == owner_of_turn(
        user_id, device_id, satellite_id, requires_admin=requires_admin
    )
