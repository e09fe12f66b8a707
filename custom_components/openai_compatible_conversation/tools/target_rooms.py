"""The room that the user spoke of, where a small model acts in another one.

Does not depend on Home Assistant.
"""

from .room_words import missing_room
from .target_names import kind_of, words_of
from .target_questions import no_such_room
from .target_slots import TargetSlots
from .targets import Targets
from .user_words import UserWords


def check_room(slots: TargetSlots, targets: Targets, said: UserWords) -> None:
    """Raise an error if the user spoke of a room that does not exist, and of no target.

    What the user named is meant, whatever room they also speak of.
    """
    places = (*targets.areas, *targets.floors)
    names = [name for place in places for name in place.names]
    names += [name for entity in targets.entities for name in entity.names]
    if (room := missing_room(said.last, names)) is None:
        return
    given = [slots.values.get(slot) for slot in ("name", "area", "floor")]
    named = [
        word
        for text in given
        if isinstance(text, str)
        for word in words_of(text)
        if not kind_of((word,))
    ]
    if all(map(said.is_invented, named)):
        raise no_such_room(room)


def take_said_area(slots: TargetSlots, targets: Targets, said: UserWords) -> None:
    """Set the area of a call without a name to the only one that the user spoke of.

    It stays if they spoke of that one, too, or if nothing in the other is meant.
    """
    area = slots.values.get("area")
    if slots.values.get("name") or not slots.is_given("area"):
        return
    given = [place for place in targets.areas if place.is_named(area)]
    if not all(said.is_invented(n) for place in given for n in place.spoken_names):
        return
    spoken = [
        place
        for place in targets.areas
        if place not in given and any(map(said.says_all_of, place.spoken_names))
    ]
    if not given or len(spoken) != 1:
        return
    others = {slot: value for slot, value in slots.values.items() if slot != "area"}
    if any(
        entity.area == spoken[0] and not slots.conflicts(entity, others)
        for entity in targets.entities
    ):
        slots.set("area", spoken[0].names[0])
        slots.is_widened = True
