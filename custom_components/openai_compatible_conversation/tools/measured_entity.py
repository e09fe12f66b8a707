"""What measures what a sentence asks for: "how warm is it outside?".

Nobody says the name of a sensor. It is the one with that quantity in the area that is
named, or in the room of who speaks, or the one that is called after a place.

English, German, French, Spanish and Dutch. Does not depend on Home Assistant.
"""

from collections.abc import Iterable, Iterator, Sequence
import re

from .target_names import Words, words_of
from .targets import Entity

_OUTSIDE = "outside"
_OUTDOORS = re.compile(
    r"outsides?|outdoors?|draussen|aussen|dehors|exterieure?|fuera|exterior|buiten"
)
_ASKED = {
    "temperature": re.compile(
        r"\b(?:(?:how|wie|hoe) (?:warm|hot|cold|cool|kalt|heiss|koud|heet)"
        r"|fait il (?:chaud|froid)|(?:cuanto|que) (?:calor|frio)|hace (?:calor|frio)"
        r"|(?:how many|wie ?viele?|combien de|cuantos|hoeveel) (?:degrees|grad|degres|grados|graden)"
        r"|\w*temperatur(?:e|a|en)?|\w*temperatuur)\b"
    ),
    "humidity": re.compile(
        r"\b(?:(?:how|wie|hoe) (?:humid|damp|feucht|vochtig)|humidity|humidite|humedad"
        r"|\w*feuchtigkeit|\w*luftfeuchte|\w*vochtigheid)\b"
    ),
}
"""How sentences ask for a quantity, by the device class of its sensors."""

_ANOTHER_TIME = re.compile(
    r"\b(?:tomorrow|yesterday|tonight|night|weekend|weeks?|will|was|been|later"
    r"|morgen|gestern|nachts?|wochenende|wochen?|wird|war|spater"
    r"|demain|hier|nuit|semaine|sera|fera|etait|faisait"
    r"|manana|ayer|noche|semana|hara|hacia|estaba|fue"
    r"|gisteren|vannacht|nacht|wordt)\b"
)
"""What is asked of another time than now, which the state does not tell."""

_QUANTITY = re.compile(
    r"temp(?:erature?|eratura|eratuur)?|(?:luft)?feucht(?:e|igkeit)|humid(?:ity|ite)"
    r"|humedad|(?:lucht)?vochtigheid|sensor|sonde|capteur"
)
"""What the name of such a sensor has beside its place, also as the end of a compound."""

MEASURING = frozenset({"climate", "sensor", "weather"})
"""Domains that measure something of the home or outside."""


def measured_entity(
    text: str, entities: Sequence[Entity], area_id: str | None = None
) -> Entity | None:
    """Return what measures what a sentence asks for, None if that is not clear.

    `area_id` is the area that is meant where none is named.
    """
    words = _with_outside(words_of(text))
    said = " ".join(words)
    if _ANOTHER_TIME.search(said):
        return None
    for quantity, pattern in _ASKED.items():
        if pattern.search(said):
            return _only(_placed(quantity, words, entities, area_id)) or _of_a_place(
                quantity, words, entities, area_id
            )
    return None


def _placed(
    quantity: str, words: Words, entities: Iterable[Entity], area_id: str | None
) -> Iterator[Entity]:
    """Yield the sensors of a quantity whose names have a place that the words name."""
    for entity in entities:
        if quantity in entity.device_classes and any(
            (place := _place_in(name)) and set(place) <= set(words)
            for name in entity.names
        ):
            yield entity


def _of_a_place(
    quantity: str, words: Words, entities: Sequence[Entity], area_id: str | None
) -> Entity | None:
    """Return what measures a quantity in the area that is named, or the speaker's."""
    if _OUTSIDE in words:
        return _only(entity for entity in entities if entity.domain == "weather")
    said = " ".join(words)
    named = {
        entity.area.id
        for entity in entities
        if entity.area
        and any(
            (name := " ".join(words_of(spoken))) and f" {name} " in f" {said} "
            for spoken in entity.area.spoken_names
        )
    }
    areas = named or ({area_id} if area_id else set())
    there = [entity for entity in entities if entity.area and entity.area.id in areas]
    return _only(e for e in there if quantity in e.device_classes) or _only(
        e for e in there if e.domain == "climate"
    )


def _place_in(name: str) -> Words:
    """Return the words of a sensor's name that say where it is."""
    places = []
    for word in _with_outside(words_of(name)):
        if _QUANTITY.fullmatch(word):
            continue
        compound = re.fullmatch(rf"(\w{{3,}}?)(?:{_QUANTITY.pattern})", word)
        places.append(compound[1] if compound else word)
    return _with_outside(tuple(places))


def _with_outside(words: Words) -> Words:
    """Return words with one for all that say outside."""
    return tuple(_OUTSIDE if _OUTDOORS.fullmatch(word) else word for word in words)


def _only(entities: Iterable[Entity]) -> Entity | None:
    """Return the only one of some entities, None if there are none or several."""
    found = list(entities)
    return found[0] if len(found) == 1 else None
