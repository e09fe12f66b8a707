"""Tests of what is read of the house if a model makes up a filter."""

from typing import Any

import pytest

from custom_components.openai_compatible_conversation.tools.reading_target import (
    repair_reading_target,
)
from custom_components.openai_compatible_conversation.tools.targets import (
    Entity,
    Place,
    Targets,
)
from custom_components.openai_compatible_conversation.tools.user_words import UserWords

KITCHEN = Place(id="kitchen", names=("Kitchen",))
LIVING = Place(id="living", names=("Living Room",))
TARGETS = Targets(
    entities=(
        Entity(entity_id="lock.front", names=("Front Door",), is_secured=True),
        Entity(entity_id="weather.home", names=("Forecast",)),
        Entity(entity_id="light.one", names=("Ceiling",), area=KITCHEN),
        Entity(entity_id="light.two", names=("Ceiling",), area=LIVING),
    ),
    areas=(KITCHEN, LIVING),
)
SCHEMA: dict[str, Any] = {"properties": {"name": {}, "domain": {}, "area": {}}}


@pytest.mark.parametrize(
    ("said", "slots", "read"),
    [
        (
            "Is the front door locked?",
            {"name": "Front Door", "domain": "lock", "area": "Living Room"},
            {"name": "Front Door", "domain": "lock"},
        ),
        ("Is the front door locked?", {"name": "the front doors"}, {"name": "Front Door"}),
        (
            "Do I need an umbrella?",
            {"name": "Demo", "domain": ["weather"], "area": "Living Room"},
            {"domain": ["weather"]},
        ),
        # Equal names are all read.
        ("Is the ceiling on?", {"name": "Ceiling"}, None),
        ("Is the kitchen ceiling on?", {"name": "Ceiling", "area": "Kitchen"}, None),
        # What the user asked for is not there, and that is the answer.
        ("Is the kitchen fan on?", {"domain": "fan", "area": "Kitchen"}, None),
        ("Is the attic warm?", {"area": "Attic"}, None),
        ("Anything on?", {}, None),
        ("Anything on?", {"name": "Demo", "domain": ["fan"]}, None),
    ],
)  # fmt: skip
def test_reading(said: str, slots: dict[str, Any], read: dict[str, Any] | None) -> None:
    """What was not said is left out until something is found; the rest stays."""
    target = repair_reading_target(slots, TARGETS, SCHEMA, UserWords([said]))
    assert target.slots == (slots if read is None else read)
    assert bool(target.notes) == (read is not None)
    assert target.question is None
