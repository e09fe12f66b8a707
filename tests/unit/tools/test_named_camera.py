"""Tests for the camera that a name means."""

import pytest

from custom_components.openai_compatible_conversation.tools.named_camera import (
    meant_cameras,
)
from custom_components.openai_compatible_conversation.tools.targets import (
    Entity,
    Place,
    Targets,
)

GARDEN = Place(id="garden", names=("Garden",), other_names=("Garten",))
GARAGE = Place(id="garage", names=("Garage",))
DOOR = Entity(entity_id="camera.door", names=("Front door", "Doorbell"))
POND = Entity(entity_id="camera.pond", names=("Pond camera",), area=GARDEN)
SHED = Entity(entity_id="camera.shed", names=("Shed",), area=GARDEN)
CAR = Entity(entity_id="camera.car", names=("Camera",), area=GARAGE)
CAMERAS = Targets(entities=(DOOR, POND, SHED, CAR))


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Front door", [DOOR]),
        ("doorbell", [DOOR]),
        ("the front door camera", [DOOR]),
        ("camera.door", [DOOR]),
        ("pond", [POND]),
        ("Pond Camera", [POND]),
        ("pondcamera", [POND]),
        ("Sheds", [SHED]),
        ("garage", [CAR]),
        ("Garage camera", [CAR]),
        ("Garden", [POND, SHED]),
        ("Gartenkamera", [POND, SHED]),
        ("Camera", [CAR]),
        ("cameras", [DOOR, POND, SHED, CAR]),
        ("die Kameras", [DOOR, POND, SHED, CAR]),
        ("", [DOOR, POND, SHED, CAR]),
        ("Kitchen", []),
        ("door", []),
    ],
)
def test_meant(name: str, found: list[Entity]) -> None:
    """A camera is meant by its name or its room, with the word camera or without."""
    assert meant_cameras(name, CAMERAS) == found


def test_room_of_the_turn_decides() -> None:
    """Of cameras with one name, the one in the room of the satellite is meant."""
    other = Entity(entity_id="camera.other", names=("Shed",), area=GARAGE)
    cameras = Targets(entities=(SHED, other), preferred_area="garage")
    assert meant_cameras("shed", cameras) == [other]
    assert meant_cameras("garden", cameras) == [SHED]


def test_no_cameras() -> None:
    """Without cameras none is meant."""
    assert not meant_cameras("", Targets(entities=()))
