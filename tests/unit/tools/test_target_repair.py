"""Tests for the repair of an intent's target, in five languages."""

from dataclasses import replace
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.tools.target_repair import (
    Target,
    repair_target,
)
from custom_components.openai_compatible_conversation.tools.targets import (
    Entity,
    Place,
    Targets,
)
from custom_components.openai_compatible_conversation.tools.user_words import UserWords

type Json = dict[str, Any]
type Slots = dict[str, Any]

GROUND = Place(id="ground", names=("Ground Floor", "Erdgeschoss"))
UPSTAIRS = Place(id="upstairs", names=("Upstairs", "Obergeschoss"))
ATTIC = Place(id="attic", names=("Attic",), has_exposed=False)


def _area(*names: str, floor: str | None = "ground") -> Place:
    """Return an area."""
    return Place(id=names[0].casefold().replace(" ", "_"), names=names, floor=floor)


KITCHEN = _area("Kitchen", "Küche", "cuisine", "cocina", "keuken")
LIVING = _area("Living Room", "Wohnzimmer", "salon", "woonkamer")
BEDROOM = _area("Bedroom", "Schlafzimmer", "chambre", "dormitorio", floor="upstairs")
GARAGE = _area("Garage")
HALL = _area("Hall", "Flur", "entrée", "gang")
CELLAR = Place(id="cellar", names=("Cellar",), floor="ground", has_exposed=False)


def _entity(
    entity_id: str, *names: str, area: Place | None = None, kind: str | None = None
) -> Entity:
    """Return an entity."""
    return Entity(
        entity_id=entity_id,
        names=names,
        area=area,
        device_classes=frozenset({kind} if kind else ()),
    )


HOME = Targets(
    entities=(
        _entity("light.kitchen", "Kitchen Light", area=KITCHEN),
        _entity("light.counter", "Counter", "Arbeitsplatte", area=KITCHEN),
        _entity("light.ceiling_1", "Ceiling Light", area=KITCHEN),
        _entity("light.ceiling_2", "Ceiling Light", area=BEDROOM),
        _entity("light.bed", "Nachttischlampe", "Bedside Lamp", area=BEDROOM),
        _entity("light.sofa", "Reading Lamp", "Lampe de lecture", area=LIVING),
        _entity("light.living", "Stehlampe", "Lámpara de pie", area=LIVING),
        _entity("media_player.tv", "TV", "Fernseher", area=LIVING),
        _entity("switch.coffee", "Coffee Machine", "De Koffiemachine", area=KITCHEN),
        _entity("cover.blind", "Left Blind", area=BEDROOM, kind="blind"),
        _entity("cover.garage", "Garage Door", area=GARAGE, kind="garage"),
        _entity("lock.front", "Front Door", "Haustür", area=HALL),
        _entity("light.hall", "Flurlicht", "Light", area=HALL),
        _entity("fan.portable", "Portable Fan"),
        _entity("light.emoji", "💡"),
    ),
    areas=(KITCHEN, LIVING, BEDROOM, GARAGE, HALL, CELLAR),
    floors=(GROUND, UPSTAIRS, ATTIC),
)
ON: dict[str, Any] = {
    "properties": {
        "name": {},
        "area": {},
        "floor": {},
        "domain": {},
        "device_class": {},
    }
}
LIGHT = ["light"]

EXACT = [
    {"name": "Kitchen Light"},
    {"name": "kitchen light", "domain": LIGHT, "area": "Küche", "floor": "Erdgeschoss"},
    {"name": "light.kitchen"},
    {"name": "Left Blind", "domain": ["cover"], "device_class": ["blind"]},
    {"name": "Ceiling Light", "area": "kitchen"},
    {"name": "Ceiling Light", "floor": "Upstairs"},
    {"name": "Front Door", "domain": ["lock"]},
    {"name": "Front Door"},
    {"area": "Kitchen", "domain": LIGHT},
    {"area": "Cellar"},
    {"floor": "Attic"},
    {"name": "", "area": "Kitchen"},
    {"name": "💡"},
    # Nothing exposed is meant
    {"name": "Vault", "area": "Kitchen"},
    {"name": "Kitchen Lamp Post"},
    {"name": "Cellar"},
    {"name": "Attic"},
    {"name": "cellar lights"},
    {"name": "light.vault"},
    {"name": "lights"},
    {"name": "all"},
    {"name": "all", "area": "Garage"},
    {"name": "everything"},
    {"name": "garage lights"},
    {"name": "kitchen lights", "domain": ["switch"]},
    {"name": "Kitchen", "area": "Bedroom"},
    {"name": "Upstairs", "area": "Kitchen"},
    {"name": "door"},
    {"name": "the doors", "area": "Nowhere"},
    {"name": "garage opener"},
    {"area": "Front Door", "domain": ["lock"]},
    {"area": "Nowhere", "domain": LIGHT},
    {"area": "Kitchen", "device_class": ["light", "tv"]},
    {"area": "Kitchen", "domain": ["switch"], "device_class": ["light"]},
    {"name": "switch.counter"},
    {"name": "vacuum.counter"},
    {"area": "house"},
    {"name": "light house"},
    {"name": "?!", "area": "Kitchen"},
    {"name": 5},
    {"name": "all lights", "area": "Cellar"},
    {"area": "Nowhere"},
    {"area": ["Kitchen"]},
    {"area": "Kitchen", "domain": ["vacuum", 5]},
    {"area": "Kitchen", "domain": ["vacuum"]},
]

CASES: list[tuple[Slots, Slots]] = [
    # What contradicts an entity that is named exactly is dropped
    ({"name": "Kitchen Light", "domain": LIGHT, "floor": "25"}, {"name": "Kitchen Light", "domain": LIGHT}),
    ({"name": "kitchen light", "area": "Bedroom"}, {"name": "kitchen light"}),
    ({"name": "Counter", "area": "Nowhere", "domain": LIGHT}, {"name": "Counter", "domain": LIGHT}),
    ({"name": "Counter", "floor": "Upstairs"}, {"name": "Counter"}),
    ({"name": "Coffee Machine", "domain": LIGHT}, {"name": "Coffee Machine"}),
    ({"name": "Left Blind", "domain": ["cover"], "device_class": ["tv"]}, {"name": "Left Blind", "domain": ["cover"]}),
    ({"name": "TV", "domain": ["tv"], "device_class": ["tv"], "area": "Living Room"}, {"name": "TV", "area": "Living Room"}),
    ({"name": "Portable Fan", "area": "Kitchen"}, {"name": "Portable Fan"}),
    ({"name": "Ceiling Light", "area": "Bedroom", "domain": ["switch"]}, {"name": "Ceiling Light", "area": "Bedroom"}),
    ({"name": "Fernseher", "area": "Küche"}, {"name": "Fernseher"}),
    ({"name": "Front Door", "area": "Nowhere"}, {"name": "Front Door"}),
    # Articles, accents and punctuation
    ({"name": "the Counter"}, {"name": "Counter"}),
    ({"name": "my coffee-machine"}, {"name": "Coffee Machine"}),
    ({"name": "the TV.", "area": "Bedroom"}, {"name": "TV"}),
    ({"name": "die Stehlampe"}, {"name": "Stehlampe"}),
    ({"name": "den Fernseher"}, {"name": "Fernseher"}),
    ({"name": "meine Nachttischlampe"}, {"name": "Nachttischlampe"}),
    ({"name": "die Haustur"}, {"name": "Haustür"}),
    ({"name": "la lampe de lecture"}, {"name": "Lampe de lecture"}),
    ({"name": "ma Lampe de Lecture"}, {"name": "Lampe de lecture"}),
    ({"name": "la lampara de pie"}, {"name": "Lámpara de pie"}),
    ({"name": "koffiemachine"}, {"name": "De Koffiemachine"}),
    ({"name": "mijn koffiemachine"}, {"name": "De Koffiemachine"}),
    # Plurals
    ({"name": "coffee machines"}, {"name": "Coffee Machine"}),
    ({"name": "Nachttischlampen"}, {"name": "Nachttischlampe"}),
    ({"name": "die Stehlampen"}, {"name": "Stehlampe"}),
    ({"name": "reading lamps", "domain": LIGHT}, {"name": "Reading Lamp", "domain": LIGHT}),
    ({"name": "the left blinds"}, {"name": "Left Blind"}),
    # The area before or after the name
    ({"name": "kitchen counter"}, {"name": "Counter"}),
    ({"name": "the counter in the kitchen"}, {"name": "Counter"}),
    ({"name": "Living Room TV"}, {"name": "TV"}),
    ({"name": "Wohnzimmer Stehlampe"}, {"name": "Stehlampe"}),
    ({"name": "Fernseher im Wohnzimmer"}, {"name": "Fernseher"}),
    ({"name": "die Arbeitsplatte in der Küche"}, {"name": "Arbeitsplatte"}),
    ({"name": "lampe de lecture du salon"}, {"name": "Lampe de lecture"}),
    ({"name": "la lámpara de pie del salon"}, {"name": "Lámpara de pie"}),
    ({"name": "koffiemachine in de keuken"}, {"name": "De Koffiemachine"}),
    ({"name": "living room reading lamps"}, {"name": "Reading Lamp"}),
    ({"name": "kitchen ceiling light"}, {"name": "Ceiling Light", "area": "Kitchen"}),
    ({"name": "bedroom ceiling lights"}, {"name": "Ceiling Light", "area": "Bedroom"}),
    ({"name": "the ceiling light", "area": "Schlafzimmer"}, {"name": "Ceiling Light", "area": "Schlafzimmer"}),
    ({"name": "light", "area": "kitchen"}, {"name": "Kitchen Light", "area": "kitchen"}),
    ({"name": "door", "area": "Garage"}, {"name": "Garage Door", "area": "Garage"}),
    ({"name": "kitchen counter", "floor": "25"}, {"name": "Counter"}),
    # Areas and floors
    ({"name": "Kitchen"}, {"area": "Kitchen"}),
    ({"name": "kitchen", "domain": LIGHT}, {"area": "Kitchen", "domain": LIGHT}),
    ({"name": "the kitchen", "area": "Kitchen"}, {"area": "Kitchen"}),
    ({"name": "Küche", "domain": LIGHT}, {"area": "Kitchen", "domain": LIGHT}),
    ({"name": "in der Küche", "domain": LIGHT}, {"area": "Kitchen", "domain": LIGHT}),
    ({"name": "la cuisine", "domain": LIGHT}, {"area": "Kitchen", "domain": LIGHT}),
    ({"name": "Upstairs", "domain": LIGHT}, {"floor": "Upstairs", "domain": LIGHT}),
    ({"name": "Kitchen", "area": "Nowhere"}, {"area": "Kitchen"}),
    ({"name": "Kitchen", "floor": "Upstairs"}, {"area": "Kitchen"}),
    ({"name": "Kitchen", "floor": "Ground Floor"}, {"area": "Kitchen", "floor": "Ground Floor"}),
    ({"name": "Upstairs", "domain": LIGHT, "area": "house"}, {"floor": "Upstairs", "domain": LIGHT}),
    ({"area": "the kitchen", "domain": LIGHT}, {"area": "Kitchen", "domain": LIGHT}),
    ({"area": "Upstairs", "domain": LIGHT}, {"floor": "Upstairs", "domain": LIGHT}),
    ({"floor": "bedrooms", "domain": LIGHT}, {"area": "Bedroom", "domain": LIGHT}),
    # Domains
    ({"area": "Kitchen", "domain": ["Light"]}, {"area": "Kitchen", "domain": LIGHT}),
    ({"area": "Kitchen", "domain": ["lights", "Switches"]}, {"area": "Kitchen", "domain": ["light", "switch"]}),
    ({"name": "TV", "domain": ["Media Players"]}, {"name": "TV", "domain": ["media_player"]}),
    # Rooms and what is in them
    ({"name": "living room lights"}, {"area": "Living Room", "domain": LIGHT}),
    ({"name": "kitchen lights"}, {"area": "Kitchen", "domain": LIGHT}),
    ({"name": "the lights in the kitchen", "domain": LIGHT}, {"area": "Kitchen", "domain": LIGHT}),
    ({"name": "bedroom light"}, {"area": "Bedroom", "domain": LIGHT}),
    ({"name": "lights", "area": "Kitchen"}, {"area": "Kitchen", "domain": LIGHT}),
    ({"name": "Licht im Schlafzimmer"}, {"area": "Bedroom", "domain": LIGHT}),
    ({"name": "Küchenlicht"}, {"area": "Kitchen", "domain": LIGHT}),
    ({"name": "Schlafzimmerlampen"}, {"area": "Bedroom", "domain": LIGHT}),
    ({"name": "les lumières de la cuisine"}, {"area": "Kitchen", "domain": LIGHT}),
    ({"name": "luces del dormitorio"}, {"area": "Bedroom", "domain": LIGHT}),
    ({"name": "keukenlampen"}, {"area": "Kitchen", "domain": LIGHT}),
    ({"name": "hall light"}, {"name": "Light"}),
    ({"name": "upstairs blinds"}, {"floor": "Upstairs", "domain": ["cover"]}),
    ({"name": "kitchen lights", "domain": ["light", "switch"]}, {"area": "Kitchen", "domain": LIGHT}),
    # All of them
    ({"name": "all", "domain": LIGHT}, {"domain": LIGHT}),
    ({"name": "all", "area": "Kitchen"}, {"area": "Kitchen"}),
    ({"name": "everything", "area": "Kitchen"}, {"area": "Kitchen"}),
    ({"name": "all lights"}, {"domain": LIGHT}),
    ({"name": "all the lights", "area": "Kitchen"}, {"area": "Kitchen", "domain": LIGHT}),
    ({"name": "all kitchen lights"}, {"area": "Kitchen", "domain": LIGHT}),
    ({"name": "alle Lichter"}, {"domain": LIGHT}),
    ({"name": "alles in der Küche"}, {"area": "Kitchen"}),
    ({"name": "toutes les lumières"}, {"domain": LIGHT}),
    ({"name": "todas las luces"}, {"domain": LIGHT}),
    ({"name": "alle lampen", "floor": "Upstairs"}, {"floor": "Upstairs", "domain": LIGHT}),
    ({"name": "all the lights in the house"}, {"domain": LIGHT}),
    ({"name": "all lights everywhere"}, {"domain": LIGHT}),
    ({"name": "alle Lichter im ganzen Haus"}, {"domain": LIGHT}),
    ({"name": "les lumières de toute la maison"}, {"domain": LIGHT}),
    ({"name": "luces de toda la casa"}, {"domain": LIGHT}),
    ({"name": "de lampen in het hele huis"}, {"domain": LIGHT}),
    ({"name": "the whole house", "domain": LIGHT}, {"domain": LIGHT}),
    ({"domain": LIGHT, "area": "house"}, {"domain": LIGHT}),
    ({"domain": LIGHT, "area": "the whole house"}, {"domain": LIGHT}),
    ({"domain": LIGHT, "floor": "everywhere"}, {"domain": LIGHT}),
    # Places and classes of a model's own invention
    ({"area": "Kitchen", "domain": LIGHT, "floor": "25"}, {"area": "Kitchen", "domain": LIGHT}),
    ({"area": "Kitchen", "device_class": LIGHT}, {"area": "Kitchen", "domain": LIGHT}),
    ({"area": "Kitchen", "device_class": "light"}, {"area": "Kitchen", "domain": LIGHT}),
    ({"area": "Kitchen", "domain": LIGHT, "device_class": LIGHT}, {"area": "Kitchen", "domain": LIGHT}),
    ({"area": "kitchen area", "domain": LIGHT}, {"area": "Kitchen", "domain": LIGHT}),
    ({"area": "the hall room", "domain": LIGHT}, {"area": "Hall", "domain": LIGHT}),
    ({"name": "kitchen area", "domain": LIGHT}, {"area": "Kitchen", "domain": LIGHT}),
    # An entity's name as an area, and entity ids of a model's own invention
    ({"area": "Counter", "domain": LIGHT}, {"name": "Counter", "domain": LIGHT}),
    ({"area": "the counter"}, {"name": "Counter"}),
    ({"name": "light.the_counter"}, {"name": "Counter"}),
    ({"name": "light.kitchen_counter"}, {"name": "Counter"}),
    ({"name": "fan.portable_fan"}, {"name": "Portable Fan"}),
    ({"name": "light.bedroom"}, {"area": "Bedroom", "domain": LIGHT}),
    ({"name": "lock.front_door"}, {"name": "Front Door"}),
    # The kind before or after the name
    ({"name": "the counter light", "area": "Kitchen"}, {"name": "Counter", "area": "Kitchen"}),
    ({"name": "kitchen counter lights"}, {"name": "Counter"}),
    ({"name": "Stehlampe Licht"}, {"name": "Stehlampe"}),
    ({"name": "Lampe der Arbeitsplatte"}, {"name": "Arbeitsplatte"}),
    ({"name": "coffee machine switch"}, {"name": "Coffee Machine"}),
    ({"name": "Front Door Lock"}, {"name": "Front Door"}),
    ({"name": "Garage Door cover"}, {"name": "Garage Door"}),
    # Umlauts as two letters
    ({"area": "Kueche", "domain": LIGHT}, {"area": "Kitchen", "domain": LIGHT}),
    ({"name": "Kuechenlicht"}, {"area": "Kitchen", "domain": LIGHT}),
    ({"name": "die Haustuer"}, {"name": "Haustür"}),
]  # fmt: skip

QUESTIONS: list[tuple[Slots, list[str]]] = [
    ({"name": "Ceiling Light"}, ["Ceiling Light (light in Kitchen)", "Ceiling Light (light in Bedroom)"]),
    ({"name": "the ceiling lights"}, ["light in Kitchen", "light in Bedroom"]),
    ({"name": "Ceiling Light", "area": "Garage"}, ["light in Kitchen", "light in Bedroom"]),
    ({"name": "Ceiling Light", "area": "Bedroom", "floor": "Ground Floor"}, ["Kitchen", "Bedroom"]),
    ({"name": "ceiling light", "domain": ["fan"]}, ["Kitchen", "Bedroom"]),
    # What could let someone in is not taken for what was meant
    ({"name": "Front Door", "domain": LIGHT}, ["Front Door is a lock in Hall", 'domain ["light"]']),
    ({"name": "Front Door", "area": "Garage"}, ["Front Door is a lock in Hall", 'area "Garage"']),
    ({"name": "the front door", "floor": "Upstairs"}, ["Front Door is a lock"]),
    ({"name": "Garage Door", "device_class": ["blind"]}, ["Garage Door is a cover in Garage"]),
    ({"name": "Hall"}, ['"Hall" includes Front Door']),
    ({"name": "everything in the hall"}, ["includes Front Door"]),
    ({"name": "the garage"}, ["includes Garage Door"]),
    ({"name": "everything", "floor": "Ground Floor"}, ["includes Garage Door, Front Door"]),
    ({"name": "lock.hall"}, ["includes Front Door"]),
    ({"area": "Hall", "device_class": ["lock"]}, ["would reach Front Door"]),
    ({"name": "Hall", "device_class": ["lock"]}, ["includes Front Door"]),
    ({"area": "house", "domain": ["lock", "light"]}, ["would reach Front Door"]),
]  # fmt: skip


@pytest.mark.parametrize("slots", EXACT, ids=str)
def test_unchanged(slots: Slots) -> None:
    """A target that is named exactly, or not exposed at all, is unchanged."""
    assert repair_target(slots, HOME, ON) == Target(slots)


@pytest.mark.parametrize(("slots", "expected"), CASES, ids=str)
def test_case(slots: Slots, expected: Slots) -> None:
    """What is meant is found, and told; what was repaired has nothing to repair."""
    target = repair_target(slots, HOME, ON)
    assert target.slots == expected
    assert target.notes
    assert target.question is None
    assert repair_target(expected, HOME, ON) == Target(expected)


@pytest.mark.parametrize(("slots", "parts"), QUESTIONS, ids=str)
def test_question(slots: Slots, parts: list[str]) -> None:
    """What is not clear is asked, with the candidates; nothing is changed."""
    target = repair_target(slots, HOME, ON)
    assert (target.slots, target.notes) == (slots, ())
    assert target.question
    for part in (*parts, "Nothing was done", "ask the user"):
        assert part in target.question


@pytest.mark.parametrize(
    ("slots", "notes"),
    [
        ({"name": "kitchen counter"}, ['name was read as "Counter"']),
        ({"name": "TV", "area": "Hall"}, ["area was left out: TV is a media_player in Living Room"]),
        ({"name": "Portable Fan", "area": "Hall"}, ["area was left out: Portable Fan is a fan"]),
        ({"name": "kitchen lights"}, ['name was read as area "Kitchen", domain ["light"]']),
        ({"name": "Kitchen", "floor": "Upstairs"}, ['name was read as area "Kitchen"', "floor was left out"]),
        ({"area": "Upstairs"}, ["area was left out: Upstairs is one of the floors", 'floor was read as "Upstairs"']),
    ],
)  # fmt: skip
def test_notes(slots: Slots, notes: list[str]) -> None:
    """A note is a short plain sentence for the model."""
    assert list(repair_target(slots, HOME, ON).notes) == notes


def test_preferred_area() -> None:
    """Of equal names, Home Assistant takes the one in the area of the device."""
    home = replace(HOME, preferred_area="bedroom", preferred_floor="upstairs")
    slots = {"name": "Ceiling Light"}
    assert repair_target(slots, home, ON) == Target(slots)
    target = repair_target({"name": "the ceiling light"}, home, ON)
    assert target.slots == {"name": "Ceiling Light", "area": "Bedroom"}
    home = replace(HOME, preferred_area="kitchen")
    assert repair_target(slots, home, ON) == Target(slots)
    home = replace(HOME, preferred_area="hall", preferred_floor="ground")
    assert repair_target(slots, home, ON) == Target(slots)
    home = replace(HOME, preferred_area="hall")
    assert repair_target(slots, home, ON).question


def test_area_of_device_is_no_contradiction() -> None:
    """The area of the device is added by models, so that it does not keep a door shut."""
    home = replace(HOME, preferred_area="living_room")
    slots = {"name": "Front Door", "area": "Living Room"}
    assert repair_target(slots, home, ON).slots == {"name": "Front Door"}
    asked: Slots = {"name": "Kitchen", "area": "Living Room", "domain": LIGHT}
    expected = {"area": "Kitchen", "domain": LIGHT}
    assert repair_target(asked, home, ON).slots == expected


@pytest.mark.parametrize("slot", ["area", "floor"])
def test_door_in_an_invented_place(slot: str) -> None:
    """A place that the user did not speak of keeps no door shut that they named."""
    place = {"area": "Living Room", "floor": "Upstairs"}[slot]
    slots = {"name": "Front Door", slot: place}
    for said in ("Unlock the front door", "front door, please"):
        target = repair_target(slots, HOME, ON, UserWords([said]))
        assert target.slots == {"name": "Front Door"}
    for said in ("", "Open the door", f"The front door and the {place}"):
        assert repair_target(slots, HOME, ON, UserWords([said])).question
    # What it is said to be is no place.
    other: Slots = {"name": "Front Door", "domain": LIGHT}
    words = UserWords(["Unlock the front door"])
    assert repair_target(other, HOME, ON, words).question


def test_equal_names() -> None:
    """Equal names in one area are told apart by the domain, else by the id."""
    tv = _entity("switch.tv", "TV", area=LIVING)
    home = replace(HOME, entities=(*HOME.entities, tv))
    question = repair_target({"name": "TV"}, home, ON).question
    assert question
    assert "TV (media_player in Living Room), TV (switch in Living Room)" in question
    tv = _entity("media_player.cast", "TV", area=LIVING)
    home = replace(HOME, entities=(*HOME.entities, tv))
    question = repair_target({"name": "the tv"}, home, ON).question
    assert question
    assert "media_player.tv (media_player in Living Room), media_player.cast (" in (
        question
    )
    slots = {"name": "media_player.cast"}
    assert repair_target(slots, home, ON) == Target(slots)


def test_alias_of_another() -> None:
    """An entity whose name others have as well is told by its area, or by its id."""
    twin = _entity("light.twin", "Counter", "Worktop", area=BEDROOM)
    home = replace(HOME, entities=(*HOME.entities, twin))
    slots = {"name": "kitchen counter"}
    expected = {"name": "Counter", "area": "Kitchen"}
    assert repair_target(slots, home, ON).slots == expected
    schema: Json = {"properties": {"name": {}}}
    assert repair_target(slots, home, schema).slots == {"name": "light.counter"}


def test_names_that_only_home_assistant_tells_apart() -> None:
    """If the needs of an intent are not known, equal names are left alone."""
    home = replace(HOME, knows_needs=False)
    slots = {"name": "Ceiling Light"}
    assert repair_target(slots, home, ON) == Target(slots)
    target = repair_target({"name": "the ceiling light"}, home, ON)
    assert target.slots == {"name": "Ceiling Light"}


def test_able_entities_come_first() -> None:
    """Of equal names, those are meant that the intent can act on now."""
    idle = replace(_entity("media_player.2", "TV", area=BEDROOM), is_able=False)
    home = replace(HOME, entities=(*HOME.entities, idle))
    slots = {"name": "TV"}
    assert repair_target(slots, home, ON) == Target(slots)


def test_places_of_the_same_name() -> None:
    """Two areas of one name are asked back."""
    area = Place(id="kitchen_2", names=("Annex", "Kitchen"), floor="upstairs")
    home = replace(HOME, areas=(*HOME.areas, area))
    question = repair_target({"name": "the kitchen"}, home, ON).question
    assert question
    assert "Kitchen (kitchen), Annex (kitchen_2)" in question
    slots = {"area": "the kitchen"}
    assert repair_target(slots, home, ON) == Target(slots)


def test_place_without_words() -> None:
    """An area whose name has no letters is found by this name only."""
    home = replace(HOME, areas=(*HOME.areas, Place(id="bath", names=("🛁",))))
    for slots in ({"name": "lights"}, {"name": "tub lights"}):
        assert repair_target(slots, home, ON) == Target(slots)
    slots = {"area": "🛁"}
    assert repair_target(slots, home, ON) == Target(slots)


def test_required_slots() -> None:
    """Required slots are kept, and an area that is required is no constraint."""
    clean = {"properties": {"name": {}, "area": {}}, "required": ["area"]}
    slots = {"name": "Coffee Machine", "area": "Bedroom"}
    assert repair_target(slots, HOME, clean) == Target(slots)
    slots = {"name": "Kitchen", "area": "Bedroom"}
    assert repair_target(slots, HOME, clean) == Target(slots)
    listing = {"properties": {"name": {}, "item": {}}, "required": ["name", "item"]}
    slots = {"name": "Kitchen", "item": "milk"}
    question = repair_target(slots, HOME, listing).question
    assert question
    assert question.startswith('"Kitchen" is none of: Kitchen Light, Counter, ')
    # No more than ten are named.
    assert "Garage Door" not in question
    slots = {"name": "the counter", "item": "milk"}
    expected = {"name": "Counter", "item": "milk"}
    assert repair_target(slots, HOME, listing).slots == expected


def test_slots_of_the_intent() -> None:
    """Only slots that an intent has are set."""
    schema: Json = {"properties": {"name": {}, "floor": {}}}
    for slots in ({"name": "Kitchen"}, {"name": "bedroom lights"}):
        assert repair_target(slots, HOME, schema) == Target(slots)
    lights = tuple(entity for entity in HOME.entities if entity.domain == "light")
    schema = {"properties": {"name": {}, "area": {}}}
    target = repair_target(
        {"name": "bedroom light"}, replace(HOME, entities=lights), schema
    )
    assert target.slots == {"area": "Bedroom"}
    slots = {"name": "bedroom light"}
    assert repair_target(slots, HOME, schema) == Target(slots)


NAMES = st.sampled_from(
    [slots["name"] for slots, _ in (*CASES, *QUESTIONS) if "name" in slots]
) | st.text(max_size=12)
PLACES = st.sampled_from(["Kitchen", "the hall", "Upstairs", "25", "", "Cellar"])
KINDS = st.lists(st.sampled_from(["light", "switch", "lock", "tv"]), max_size=2)
SLOTS = st.fixed_dictionaries(
    {},
    optional={
        "name": NAMES,
        "area": PLACES,
        "floor": PLACES,
        "domain": KINDS,
        "device_class": KINDS,
        "position": st.integers(),
    },
)


@given(SLOTS, st.sampled_from([None, "kitchen", "hall"]))
def test_any_slots(slots: Slots, preferred_area: str | None) -> None:
    """A name that is written is an exposed entity's, other slots stay, once is enough."""
    home = replace(HOME, preferred_area=preferred_area)
    target = repair_target(slots, home, ON)
    assert target.slots.get("position") == slots.get("position")
    assert bool(target.notes) == (target.slots != slots)
    assert target.question is None or target.slots == slots
    if (name := target.slots.get("name")) != slots.get("name") and name is not None:
        assert any(entity.is_named(name) for entity in HOME.entities)
    if target.notes:
        assert repair_target(target.slots, home, ON) == Target(target.slots)


LIST = _entity("todo.shopping", "Shopping List")
ADD = {"properties": {"item": {}, "name": {}}, "required": ["item", "name"]}
EGGS = "Add eggs to the shopping list"
PARTY = "Add eggs to the party list"


@pytest.mark.parametrize(
    ("entities", "said", "name", "taken"),
    [
        ((LIST,), EGGS, "Demo", "Shopping List"),
        ((LIST,), PARTY, "Party", None),
        ((LIST,), "", "Demo", None),
        ((LIST, _entity("todo.work", "Work")), EGGS, "Demo", None),
        ((_entity("climate.pump", "HeatPump"),), "17 for the heating", "heating", "HeatPump"),
        ((_entity("climate.pump", "HeatPump"),), "21 for the radiator", "radiator", None),
        ((_entity("lock.gate", "Gate"),), "Close it", "Demo", None),
    ],
)  # fmt: skip
def test_only_one(
    entities: tuple[Entity, ...], said: str, name: str, taken: str | None
) -> None:
    """The only entity of an intent is meant by an invention, or by what it is."""
    target = repair_target(
        {"item": "eggs", "name": name},
        Targets(entities=entities),
        ADD,
        UserWords([said] if said else None),
    )
    assert target.slots == {"item": "eggs", "name": taken or name}
    assert bool(target.notes) == (taken is not None)
    names = ", ".join(entity.names[0] for entity in entities)
    asked = f'"{name}" is none of: {names}. Nothing was done.'
    assert (target.question or "").startswith("" if taken else asked)
    assert bool(target.question) == (taken is None)


def test_required_name_without_targets() -> None:
    """Where an intent has nothing to act on, Home Assistant says so."""
    slots = {"item": "eggs", "name": "Demo"}
    assert repair_target(slots, Targets(entities=()), ADD) == Target(slots)


@pytest.mark.parametrize("slots", [{"domain": ["lock"]}, {"area": "Hall"}, {}])
def test_lost_name(slots: Slots) -> None:
    """What was given a name that was not understood opens no door."""
    target = repair_target(slots, HOME, ON, has_lost_name=True)
    assert target.slots == slots
    assert target.question
    assert "Front Door" in target.question
    lights = {"area": "Kitchen", "domain": LIGHT}
    assert repair_target(lights, HOME, ON, has_lost_name=True) == Target(lights)


@pytest.mark.parametrize(
    ("said", "slots", "is_dropped"),
    [
        ("Turn on all the lights", {"area": "Lounge", "domain": LIGHT}, True),
        ("Schalte alle Lichter ein", {"area": "Lounge", "domain": LIGHT}, True),
        ("Turn on the lights", {"area": "Lounge", "domain": LIGHT}, False),
        ("Turn on all kitchen lights", {"area": "Lounge", "domain": LIGHT}, False),
        ("All lights of the lounge", {"area": "Lounge", "domain": LIGHT}, False),
        ("Turn on the fan", {"area": "Lounge", "domain": ["fan"]}, True),
        ("Turn on the fan", {"floor": "25", "domain": ["fan"]}, True),
        ("Turn on everything", {"area": "Lounge"}, False),
    ],
)  # fmt: skip
def test_invented_place(said: str, slots: Slots, is_dropped: bool) -> None:
    """A place that neither exists nor was said is dropped if the rest stands alone."""
    target = repair_target(slots, HOME, ON, UserWords([said]))
    assert target.slots == ({"domain": slots["domain"]} if is_dropped else slots)
    assert bool(target.notes) == is_dropped


@pytest.mark.parametrize(
    ("said", "area", "expected"),
    [
        ("Turn on the fan in the bedroom", "Hall", "Bedroom"),
        ("Ventilator im Schlafzimmer an", "Hall", "Bedroom"),
        # What was said, nothing in it, nothing, several
        ("Turn on the fan in the hall", "Hall", "Hall"),
        ("Turn on the fan in the bedroom and the hall", "Hall", "Hall"),
        ("Turn on the fan in the attic", "Hall", "Hall"),
        ("Turn on the fan", "Hall", "Hall"),
        ("Turn on the fan in the bedroom or in the den", "Hall", "Hall"),
    ],
)
def test_other_room(said: str, area: str, expected: str) -> None:
    """A call for a room that was not said is for the one that was."""
    rooms = (
        Place(id="bedroom", names=("Bedroom",), other_names=("schlafzimmer",)),
        Place(id="hall", names=("Hall",)),
        Place(id="attic", names=("Attic",)),
        Place(id="den", names=("Den",)),
    )
    targets = Targets(
        entities=(
            _entity("fan.bed", "Ceiling Fan", area=rooms[0]),
            _entity("fan.hall", "Hall Fan", area=rooms[1]),
            _entity("light.attic", "Attic", area=rooms[2]),
            _entity("fan.den", "Den Fan", area=rooms[3]),
        ),
        areas=rooms,
    )
    slots = {"area": area, "domain": ["fan"]}
    target = repair_target(slots, targets, ON, UserWords([said]))
    assert target.slots["area"] == expected
    assert bool(target.notes) == (expected != area)


@pytest.mark.parametrize(
    ("said", "name", "is_dropped"),
    [
        ("Dim the lights in the bedroom", "Bedroom Party Lamp", True),
        ("Bedroom lights to 25 percent", "Bedroom Party Lamp", True),
        # One of them, its own words, another room, another name.
        ("Dim the light in the bedroom", "Bedroom Party Lamp", False),
        ("Dim the party lights in the bedroom", "Bedroom Party Lamp", False),
        ("Dim the lights", "Bedroom Party Lamp", False),
        ("Dim the lights in the bedroom", "Bedroom Lamp", False),
    ],
)
def test_one_picked_of_all(said: str, name: str, is_dropped: bool) -> None:
    """The name of one light is left out if the user asked for all of the area."""
    bedroom = Place(id="bedroom", names=("Bedroom",))
    lamps = ("Bedroom Party Lamp", "Bedroom Lamp")
    targets = Targets(
        entities=tuple(_entity(f"light.l{n}", lamps[n], area=bedroom) for n in (0, 1)),
        areas=(bedroom,),
    )
    slots = {"name": name, "area": "Bedroom"}
    target = repair_target(slots, targets, ON, UserWords([said]))
    assert ("name" not in target.slots) == is_dropped
    assert target.slots["area"] == "Bedroom"
    if is_dropped:
        assert target.slots["domain"] == ["light"]
        assert target.notes


def test_door_of_an_area() -> None:
    """A door is opened by less than its own name only where the area is given."""
    for name in ("door", "doors", "the door"):
        slots = {"name": name}
        assert repair_target(slots, HOME, ON) == Target(slots)
        slots = {"name": name, "area": "Garage"}
        expected = {"name": "Garage Door", "area": "Garage"}
        assert repair_target(slots, HOME, ON).slots == expected


def test_secured() -> None:
    """To lock what is named exactly lets nobody in, whatever else the call says."""
    door = _entity("lock.front", "Front Door", area=HALL)
    slots = {"name": "Front Door", "area": "Garage"}
    for is_secured in (True, False):
        entities = (replace(door, is_secured=is_secured),)
        target = repair_target(slots, Targets(entities=entities, areas=HOME.areas), ON)
        assert (target.question is None) == is_secured
        assert target.slots == ({"name": "Front Door"} if is_secured else slots)


def test_only_one_in_an_invented_area() -> None:
    """An area that was not said does not keep an intent from its only entity."""
    pump = _entity("climate.pump", "HeatPump")
    targets = Targets(entities=(pump,), areas=HOME.areas)
    slots = {"temperature": 17, "name": "Living Room", "area": "Living Room"}
    schema: Json = {"properties": {"temperature": {}, "name": {}, "area": {}}}
    said = UserWords(["17 degrees will do for the heating"])
    assert repair_target(slots, targets, schema, said).slots == {
        "temperature": 17,
        "name": "HeatPump",
    }
    said = UserWords(["17 degrees in the living room"])
    assert repair_target(slots, targets, schema, said).slots == slots
    # What the user asks for is not there, and nothing else is meant.
    said = UserWords(["Put the radiator in the nursery to 17 degrees"])
    for name in ("Weather", "heating"):
        slots = {"temperature": 17, "name": name, "area": "Nursery"}
        assert repair_target(slots, targets, schema, said).slots == slots


@pytest.mark.parametrize(
    ("said", "slots", "is_refused"),
    [
        ("Turn on the bathroom light", {"name": "Bedside Lamp"}, True),
        ("Licht im Badezimmer an", {"area": "Bedroom", "domain": LIGHT}, True),
        ("Lumière de la salle de bain", {"domain": LIGHT}, True),
        ("Apaga la luz del ático", {"name": "Stehlampe"}, False),
        ("Turn on the bedside lamp, I am in the bathroom", {"name": "Bedside Lamp"}, False),
        ("Kitchen light on, not the bathroom's", {"area": "Kitchen", "domain": LIGHT}, False),
        ("Turn on the cellar light", {"area": "Cellar"}, False),
        ("Turn on the light", {"name": "Bedside Lamp"}, False),
    ],
)  # fmt: skip
def test_room_that_does_not_exist(said: str, slots: Slots, is_refused: bool) -> None:
    """Nothing is done in another room than the one that the user spoke of."""
    target = repair_target(slots, HOME, ON, UserWords([said]))
    assert (target.question is not None) == is_refused
    if is_refused:
        assert "has no" in str(target.question)


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ({"area": "Keuken", "domain": LIGHT}, {"area": "Kitchen", "domain": LIGHT}),
        ({"name": "Keukenlampen"}, {"area": "Kitchen", "domain": LIGHT}),
        ({"name": "lumières cuisine"}, {"area": "Kitchen", "domain": LIGHT}),
        ({"name": "Küchenlicht"}, {"area": "Kitchen", "domain": LIGHT}),
    ],
)
def test_room_in_another_language(slots: Slots, expected: Slots) -> None:
    """A room is found by what it is called elsewhere, and sent by its own name."""
    kitchen = Place(
        id="kitchen", names=("Kitchen",), other_names=("küche", "cuisine", "keuken")
    )
    lamps = [_entity("light.kitchen", "Kitchen Light", area=kitchen)]
    targets = Targets(entities=tuple(lamps), areas=(kitchen,))
    assert repair_target(slots, targets, ON).slots == expected
