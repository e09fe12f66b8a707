"""Test what measures what a sentence asks for."""

import pytest

from custom_components.openai_compatible_conversation.tools.measured_entity import (
    measured_entity,
)
from custom_components.openai_compatible_conversation.tools.named_entities import (
    named_entities,
)
from custom_components.openai_compatible_conversation.tools.targets import Entity, Place

KITCHEN, BEDROOM, BATH = (
    Place(id=name.lower(), names=(name, alias))
    for name, alias in (("Kitchen", "Küche"), ("Bedroom", "Chambre"), ("Bath", "Bad"))
)


def _sensor(
    entity_id: str, kind: str, *names: str, area: Place | None = None
) -> Entity:
    """Return a sensor of a device class."""
    return Entity(
        entity_id=entity_id, names=names, area=area, device_classes=frozenset({kind})
    )


def _other(entity_id: str, name: str, area: Place | None = None) -> Entity:
    """Return an entity that is no sensor."""
    return Entity(entity_id=entity_id, names=(name,), area=area)


HOUSE = [
    _sensor("sensor.out", "temperature", "Outside Temperature", "Außentemperatur"),
    _sensor("sensor.out_h", "humidity", "Outside Humidity"),
    _sensor("sensor.kitchen", "temperature", "Sensor 4711", area=KITCHEN),
    _sensor("sensor.cellar", "temperature", "Kellertemperatur"),
    _sensor("sensor.freezer", "temperature", "Freezer Temp"),
    _other("climate.bed", "Radiator", BEDROOM),
    _other("light.kitchen", "Kitchen Lights", KITCHEN),
    _other("weather.home", "Forecast Home"),
]


@pytest.mark.parametrize(
    ("text", "area_id", "entity_id"),
    [
        ("How warm is it outside?", None, "sensor.out"),
        ("How cold is it outdoors right now", "kitchen", "sensor.out"),
        ("Wie warm ist es draußen?", None, "sensor.out"),
        (
            "Il fait froid dehors ? Quelle température fait-il dehors ?",
            None,
            "sensor.out",
        ),
        ("¿Cuántos grados hay fuera?", None, "sensor.out"),
        ("Hoe koud is het buiten?", None, "sensor.out"),
        ("How humid is it outside?", None, "sensor.out_h"),
        ("How warm is it in the kitchen?", None, "sensor.kitchen"),
        ("Wie warm ist es in der Küche?", None, "sensor.kitchen"),
        ("How warm is it in here?", "kitchen", "sensor.kitchen"),
        ("Wie kalt ist es im Keller?", None, "sensor.cellar"),
        ("How cold is the freezer?", None, "sensor.freezer"),
        ("What's the temperature in the bedroom?", None, "climate.bed"),
        ("How warm is it?", None, None),
        ("How warm is it in the bath?", None, None),
        ("How humid is it in the kitchen?", None, None),
        ("How warm will it be outside tomorrow?", None, None),
        ("How warm was it outside last night?", None, None),
        ("Wie kalt war es gestern draußen?", None, None),
        ("Quelle température fera-t-il dehors demain ?", None, None),
        ("How bright is it outside?", None, None),
        ("Turn on the light outside", None, None),
        ("", None, None),
        ("warm " * 2000, None, None),
    ],
)
def test_measured_entity(text: str, area_id: str | None, entity_id: str | None) -> None:
    """The sensor of the place that is named, or of the speaker's room, is meant."""
    found = measured_entity(text, HOUSE, area_id)
    assert (found.entity_id if found else None) == entity_id


def test_weather_without_a_sensor() -> None:
    """Without a sensor outside, the weather is what is asked for."""
    house = [
        entity for entity in HOUSE if not entity.entity_id.startswith("sensor.out")
    ]
    found = measured_entity("How warm is it outside?", house)
    assert found
    assert found.entity_id == "weather.home"


def test_beside_what_is_named() -> None:
    """It comes beside what else is named, and not where the sensor itself is."""
    named = named_entities("Kitchen lights off, and how warm is it outside?", HOUSE)
    assert [one.entity.entity_id for one in named] == ["light.kitchen", "sensor.out"]
    named = named_entities("How warm does Forecast Home say it is outside?", HOUSE)
    assert [one.entity.entity_id for one in named] == ["weather.home"]
