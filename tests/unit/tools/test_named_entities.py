"""Test which entities a sentence names."""

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.tools.named_entities import (
    MAX_NAMED,
    named_entities,
)
from custom_components.openai_compatible_conversation.tools.targets import Entity, Place

KITCHEN, BEDROOM, HALL = (
    Place(id=name.lower(), names=(name, alias))
    for name, alias in (("Kitchen", "Küche"), ("Bedroom", "Chambre"), ("Hall", "Flur"))
)


def entity(entity_id: str, *names: str, area: Place | None = None) -> Entity:
    """Return an exposed entity."""
    return Entity(entity_id=entity_id, names=names, area=area)


HOUSE = [
    entity("light.kitchen", "Kitchen Lights", "Küchenlicht", area=KITCHEN),
    entity("light.bed", "Bed Light", area=BEDROOM),
    entity("light.wall", "Wall Lamp", area=BEDROOM),
    entity("fan.bed", "Ceiling Fan", area=BEDROOM),
    entity("cover.kitchen", "Kitchen Window", area=KITCHEN),
    entity("lock.kitchen", "Kitchen Door"),
    entity("lock.front", "Front Door"),
    entity("climate.heat", "HeatPump"),
    entity("switch.deco", "Decorative Lights"),
    entity("weather.home", "Forecast Home"),
    entity("media_player.radio", "Радио"),
    entity("sensor.out", "Outside Temperature"),
    entity("light.x", "X"),
]


def named(text: str, area_id: str | None = None) -> list[str]:
    """Return the ids of the entities that a text names."""
    return [one.entity.entity_id for one in named_entities(text, HOUSE, area_id)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Turn on the kitchen lights.", ["light.kitchen"]),
        ("KITCHEN LIGHT, off!", ["light.kitchen"]),
        ("Mach das Küchenlicht an", ["light.kitchen"]),
        ("Is the heat pump on?", ["climate.heat"]),
        ("Heatpump down", ["climate.heat"]),
        ("Shut the window in the kitchen", ["cover.kitchen"]),
        ("Включи радио", ["media_player.radio"]),
        ("How warm is it, by the outside temperature sensor?", ["sensor.out"]),
        # In the order of the sentence.
        (
            "Lock the front door and turn off the bed light",
            ["lock.front", "light.bed"],
        ),
        # A word belongs to one name: there is a kitchen door, too.
        (
            "Turn on the kitchen lights and lock the front door",
            ["light.kitchen", "lock.front"],
        ),
        ("The door of the shed is in front", []),
        # One of its kind, in a room that is named or in the house.
        ("Turn on the fan in the bedroom", ["fan.bed"]),
        ("Licht in der Küche an", ["light.kitchen"]),
        ("17 degrees for the heating, please", ["climate.heat"]),
        ("Stell die Wärmepumpe ab", ["climate.heat"]),
        ("¿A cuánto está la bomba de calor?", ["climate.heat"]),
        ("What is the weather like?", ["weather.home"]),
        # Several of a kind: which one is not said.
        ("Lights on in the bedroom", []),
        ("Turn on the light", []),
        ("Turn on the bathroom lights", []),
        # A verb, not a thing.
        ("Switch it on", []),
        ("Good morning", []),
        ("", []),
        ("x", []),
    ],
)
def test_named(text: str, expected: list[str]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Turn on the light", ["light.kitchen"]),
        ("Turn on the fan", ["fan.bed"]),
        ("Turn on the fan in the bedroom", ["fan.bed"]),
        ("Turn on the bed light", ["light.bed"]),
    ],
)
def test_area_of_the_satellite(text: str, expected: list[str]) -> None:
    """Where no area is named, that of the satellite is meant."""
    assert named(text, KITCHEN.id) == expected


def test_by_name_or_by_kind() -> None:
    """What is called by name is told from what is found by its kind."""
    found = named_entities("The bed light, and the fan in the kitchen", HOUSE)
    assert [(one.entity.entity_id, one.by_name) for one in found] == [
        ("light.bed", True)
    ]
    found = named_entities("The bed light, and the fan", HOUSE)
    assert [one.by_name for one in found] == [True, False]


def test_too_many() -> None:
    """A name that many entities have names none of them."""
    alike = [entity(f"light.{number}", "Spot") for number in range(MAX_NAMED + 1)]
    assert not named_entities("Turn on the spot", alike)
    assert len(named_entities("Turn on the spot", alike[1:])) == MAX_NAMED


@given(
    st.text(max_size=2000),
    st.lists(st.lists(st.text(max_size=30), max_size=3), max_size=20),
)
def test_any_text(text: str, names: list[list[str]]) -> None:
    """Nothing is raised, and no entity is named twice."""
    house = [entity(f"light.e{n}", *own) for n, own in enumerate(names)]
    found = [one.entity.entity_id for one in named_entities(text, house)]
    assert len(found) == len(set(found)) <= MAX_NAMED
