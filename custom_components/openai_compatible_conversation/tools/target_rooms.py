"""Commands for a room that the home does not have.

Small models then act in another room.

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
