"""Tests for the words for rooms in five languages."""

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.tools.room_words import (
    missing_room,
    other_names,
)

HOME = ("Kitchen", "Living Room", "Bedroom", "Garage", "Gästebadezimmer", "Hall Window")


@pytest.mark.parametrize(
    ("names", "other"),
    [
        (("Kitchen",), "keuken"),
        (("Cuisine",), "küche"),
        (("Kueche",), "cocina"),
        (("Living Room", "Lounge"), "woonkamer"),
        (("salon",), "wohnzimmer"),
        (("Salle de bain",), "badezimmer"),
    ],
)
def test_other_names(names: tuple[str, ...], other: str) -> None:
    """A room is known by its words in other languages, besides its own."""
    found = other_names(names)
    assert other in found
    assert not {name.casefold() for name in names} & set(found)


@pytest.mark.parametrize("name", ["Amy's room", "", "Garage", "Kitchen upstairs"])
def test_no_other_names(name: str) -> None:
    """A room that is called by more than its kind has no other name."""
    assert other_names([name]) == ()


@pytest.mark.parametrize(
    ("said", "room"),
    [
        ("Schalt das Licht im Badezimmer ein.", None),
        ("Cierra las persianas del ático.", "atico"),
        ("Turn on the attic lights", "attic"),
        ("Allume la lumière de la salle à manger", "salle a manger"),
        ("Is it warm in the nursery?", "nursery"),
        ("Licht in de zolder en de keuken", "zolder"),
        # What the home has, in any language, and what is none of its rooms.
        ("Enciende la luz de la cocina", None),
        ("Allume la chambre", None),
        ("Turn on the light", None),
        ("I am in the office, turn on the heating", None),
        ("", None),
    ],
)
def test_missing_room(said: str, room: str | None) -> None:
    """A room is missing if no area and no device is called so in any language."""
    assert missing_room(said, HOME) == room


def test_device_stands_for_its_room() -> None:
    """The home has a room after which a device is named."""
    assert missing_room("Close the attic window", HOME) == "attic"
    assert missing_room("Close the attic window", [*HOME, "Dachbodenfenster"]) is None


@pytest.mark.parametrize("room", ["attic", "klo", "salle de bains", "Zolder", "Flur"])
def test_room_is_not_missing(room: str) -> None:
    """A home that has the room is not told that it has not."""
    assert missing_room(f"Light in the {room}", []) is not None
    assert missing_room(f"Light in the {room}", [room]) is None


@given(st.text(), st.lists(st.text(), max_size=3))
def test_any_text(said: str, names: list[str]) -> None:
    """No text fails."""
    room = missing_room(said, names)
    assert room != ""
    assert other_names(names) == other_names(reversed(names))
