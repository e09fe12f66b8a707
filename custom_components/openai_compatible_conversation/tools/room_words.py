"""Words for the rooms of a home in English, German, French, Spanish and Dutch.

Who speaks to a home in one language and has named its areas in another means the same
rooms. A word that means something else in a sentence, in any of these languages, is not
among them.

Does not depend on Home Assistant.
"""

from collections.abc import Iterable, Iterator

from .target_names import Words, are_alike, spellings, words_of

_ROOMS = """
kitchen, küche, cuisine, cocina, keuken
bedroom, schlafzimmer, chambre, dormitorio, habitación, slaapkamer
living room, sitting room, lounge, wohnzimmer, salon, séjour, sala de estar, salón, woonkamer, huiskamer
bathroom, badezimmer, salle de bain, salle de bains, cuarto de baño, baño, badkamer
toilet, toilette, gästetoilette, klo, aseo, toilet
hallway, corridor, flur, diele, couloir, pasillo, recibidor
dining room, esszimmer, salle à manger, comedor, eetkamer
attic, dachboden, grenier, ático, desván, buhardilla, zolder
basement, cellar, keller, sous sol, sótano, kelder
nursery, children's room, kinderzimmer, chambre d'enfant, chambre des enfants, cuarto de los niños, kinderkamer
guest room, gästezimmer, chambre d'amis, cuarto de invitados, logeerkamer
laundry room, utility room, waschküche, buanderie, lavadero, washok
office, study, arbeitszimmer, büro, bureau, despacho, werkkamer
garden, garten, jardin, jardín, tuin
balcony, balkon, balcon, balcón
terrace, terrasse, terraza, terras
"""
"""A room in each line."""

_AWAY = frozenset({"office", "garden", "balcony", "terrace"})
"""Rooms of which somebody may speak who is not at home, or not in the house."""

_MIN_PART = 5
"""Letters of a word from which another one begins or ends with it: "Gästebadezimmer"."""

_NAMES = [
    [name.strip() for name in line.split(",")] for line in _ROOMS.strip().splitlines()
]
_BY_WORDS = {
    words: number
    for number, names in enumerate(_NAMES)
    for name in names
    for words in spellings(name)
}


def other_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names in other languages of a room with some names."""
    own = {words for name in names for words in spellings(name)}
    rooms = {room for words in own if (room := _BY_WORDS.get(words)) is not None}
    return tuple(
        name
        for room in sorted(rooms)
        for name in _NAMES[room]
        if own.isdisjoint(spellings(name))
    )


def missing_room(text: str, names: Iterable[str]) -> str | None:
    """Return a room that a text speaks of and none of some names does, None if none.

    `names` are those of the areas and devices of the home.
    """
    spoken = [(room, word) for room, word in _rooms_in(words_of(text))]
    if not spoken:
        return None
    known = {room for name in names for room in _rooms_of(name)}
    return next((word for room, word in spoken if room not in known), None)


def _rooms_in(words: Words) -> Iterator[tuple[int, str]]:
    """Yield the rooms of a home that a sentence speaks of, each with its words."""
    for name, room in _BY_WORDS.items():
        if _NAMES[room][0] in _AWAY:
            continue
        size = len(name)
        for start in range(len(words) - size + 1):
            if are_alike(words[start : start + size], name):
                yield room, " ".join(name)


def _rooms_of(name: str) -> Iterator[int]:
    """Yield the rooms that a name speaks of, also as a part of a word."""
    for words in spellings(name):
        joined = "".join(words)
        for own, room in _BY_WORDS.items():
            part = "".join(own)
            if own == words or (len(part) >= _MIN_PART and part in joined):
                yield room
