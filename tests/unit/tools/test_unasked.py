"""Test whether the user spoke of what a call is directed at."""

import pytest

from custom_components.openai_compatible_conversation.tools.targets import (
    Entity,
    Place,
    Targets,
)
from custom_components.openai_compatible_conversation.tools.unasked import is_unasked
from custom_components.openai_compatible_conversation.tools.user_words import (
    EVERYTHING_SAID,
    UserWords,
)

BEDROOM = Place(id="bedroom", names=("Bedroom",), other_names=("schlafzimmer",))
KITCHEN = Place(id="kitchen", names=("Kitchen",))
HOUSE = Targets(
    entities=(
        Entity(entity_id="light.bed", names=("Bed Light",), area=BEDROOM),
        Entity(entity_id="cover.garage", names=("Garage Door",)),
        Entity(entity_id="lawn_mower.m", names=("Mower",)),
    ),
    areas=(BEDROOM, KITCHEN),
)
LIGHT = {"name": "Bed Light", "domain": ["light"]}


@pytest.mark.parametrize(
    "said",
    [
        "Hello.",
        "What a long day that was. I'm quite tired.",
        "By the way, the bins go out on Thursday evening.",
        "Guten Morgen, na, gut geschlafen?",
        "Anda, cuéntame un chiste.",
        "Merci beaucoup, bonne soirée !",
    ],
)
@pytest.mark.parametrize(
    "slots",
    [LIGHT, {"name": "Garage Door"}, {"area": "Kitchen", "domain": ["light"]}, {}],
)
def test_unasked(said: str, slots: dict[str, object]) -> None:
    assert is_unasked(slots, HOUSE, UserWords([said]))


@pytest.mark.parametrize(
    "said",
    [
        "Bed, off",
        "Turn everything off in the bedroom",
        "Mach das Licht aus",
        "Éteins la lumière",
        "Apaga la luz",
        "Doe de lampen uit",
        "It is too dark to read",
        "I can't see a thing",
        "Es ist so dunkel",
        "Turn everything off",
        "Alles aus",
    ],
)
def test_asked(said: str) -> None:
    """The name, the area or the kind was said, in one of several languages."""
    assert not is_unasked(LIGHT, HOUSE, UserWords([said]))


@pytest.mark.parametrize(
    ("said", "name", "expected"),
    [
        ("Close the blind in the bedroom", "Bed Light", True),
        ("Fahr mal die Jalousie im Schlafzimmer runter", "Bed Light", True),
        ("Is the door in the bedroom shut?", "Bed Light", True),
        # The kind, the name, or no other kind was said.
        ("Dim the bedroom and close the blind", "Bed Light", False),
        ("Close the blind in the bedroom, and bed off", "Bed Light", False),
        ("Bedroom off", "Bed Light", False),
        ("Everything off, the blind in the bedroom too", "Bed Light", False),
        ("Open the garage", "Garage Door", False),
        ("Start the mower and close the blind in the bedroom", "Mower", False),
    ],
)
def test_other_kind_in_the_area(said: str, name: str, expected: bool) -> None:
    """That the area was said does not make up for a device of another kind."""
    slots = {"name": name, "area": "Bedroom"}
    assert is_unasked(slots, HOUSE, UserWords([said])) is expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Mower on", False),
        ("Garage down", False),
        ("Licht auf 30 Prozent", False),
        ("Good morning", True),
        ("Thirty percent", True),
    ],
)
def test_nothing_named(said: str, expected: bool) -> None:
    """A call without a target is for what was said of all that it can be for."""
    assert is_unasked({"brightness": 30}, HOUSE, UserWords([said])) is expected


def test_said_before() -> None:
    """What was said in the conversation counts, as does what the model offered."""
    assert not is_unasked(LIGHT, HOUSE, UserWords(["The bed light", "Yes, do it"]))
    yes = UserWords(["Yes, please"])
    assert is_unasked(LIGHT, HOUSE, yes)
    assert not is_unasked(LIGHT, HOUSE, yes, ["Shall I turn off the bed light?"])


def test_where_the_user_is() -> None:
    """What is in the room of the satellite may be meant by anything."""
    here = Targets(entities=HOUSE.entities, areas=HOUSE.areas, preferred_area="bedroom")
    said = UserWords(["Good night"])
    assert not is_unasked(LIGHT, here, said)
    assert not is_unasked({"area": "Bedroom"}, here, said)
    assert is_unasked({"name": "Garage Door"}, here, said)


def test_nothing_known() -> None:
    """Where nothing is known of words, a call is taken for asked."""
    assert not is_unasked(LIGHT, HOUSE, EVERYTHING_SAID)
    assert not is_unasked({"name": "Mower"}, HOUSE, UserWords(["Off you go"]))
