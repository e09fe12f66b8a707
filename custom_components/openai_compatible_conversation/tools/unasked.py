"""Whether the user spoke of what a call is directed at.

A model of half a billion parameters turns things on and off to "Good morning". What a
call names is asked for if a word of its name, its area or its kind was said, in a
language whose words for kinds are known, or if it is where the user is.

Does not depend on Home Assistant.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .target_names import without_all, words_of
from .targets import Entity, Targets
from .user_words import UserWords

LANGUAGES = frozenset({"de", "en", "es", "fr", "nl"})
"""The languages whose words for kinds of devices are known."""

_KINDS: Mapping[str, str] = {
    "climate": "*heat *heiz *chauff *calef *calor *verwarm *temperat *degree *grad "
    "*freez warm cold kalt froid chaud frio koud frier clima cool kuhl koel",
    "cover": "*window *fenster *fenetre *ventana ramen *door *garage *garaje *blind "
    "*shutter *curtain *laden *rollo *jalousie *vorhang *volet *rideau *persiana "
    "*cortina *rolluik *gordijn *porte *puerta *deur raam tur tor gate store dach dak "
    "roof shade awning",
    "fan": "*lufter *ventil fan air luft aire lucht",
    "light": "*light *licht *lamp *lumier *luces *dunkel *sombre *oscur *donker *bright "
    "brillo luz dark noir heller clair dim see seh",
    "lock": "*lock *door *porte *puerta *deur *haustur *schloss *schliess *sperr *riegel "
    "*riegl *verrou "
    "*serrure tur cierr cerr slot sluit grendel",
    "media_player": "*musi *muziek *song *chanson *cancion *radio *televis *fernseh "
    "*speaker *lautsprecher *volume *player *track lied tele tv laut leis play spiel "
    "joue pon speel paus pauz loud quiet film movie nummer mute stumm skip",
    "switch": "*schalt *interrupt *schakel *steckdose *enchufe *socket *stopcontact "
    "switch plug prise",
    "vacuum": "*vacuum *hoover *staubsaug *aspir *stofzuig clean putz saug limpi",
}
"""What people say of kinds of devices, also without naming them.

They are the beginnings of words, without accents; those with a star stand anywhere.
"""


def is_unasked(
    slots: Mapping[str, Any],
    targets: Targets,
    said: UserWords,
    offered: Iterable[str] = (),
) -> bool:
    """Return whether nothing was said of what the slots of an intent stand for.

    `offered` is what the model itself said before: "yes" may be an answer to it.
    """
    if not said.is_known:
        return False
    name = slots.get("name")
    entities = [
        entity
        for entity in targets.entities
        if isinstance(name, str) and entity.is_named(name)
    ]
    if _is_here(slots, entities, targets):
        return False
    texts = list(_texts(slots, entities))
    domains = {e.domain for e in entities} | set(_listed(slots.get("domain")))
    if not (texts or domains):
        # It is for whatever can do this.
        texts = [name for entity in targets.entities for name in entity.names]
        domains = set(targets.domains & _KINDS.keys())
    known = said.with_texts(offered)
    if any(_is_kind_said(known, domain) for domain in domains) or any(
        without_all((word,)) is not None for word in known.words
    ):
        return False
    return all(map(known.is_invented, texts)) or (
        bool(entities) and _is_another_said(slots, entities, said, known)
    )


def _is_another_said(
    slots: Mapping[str, Any],
    entities: Iterable[Entity],
    said: UserWords,
    known: UserWords,
) -> bool:
    """Return whether the user just spoke of another kind of devices in the area.

    "Close the blind in the bedroom" does not ask for the bed light there.
    """
    own = [*_listed(slots.get("name")), *(n for e in entities for n in e.names)]
    places = [n for e in entities if e.area for n in e.area.spoken_names]
    # A bedroom light has the room in its name.
    in_place = {word for name in places for word in words_of(name)}
    words = {word for name in own for word in words_of(name)} - in_place
    if not all(map(known.is_invented, words)):
        return False
    last = UserWords([said.last])
    return any(_is_kind_said(last, domain) for domain in _KINDS)


def _is_here(
    slots: Mapping[str, Any], entities: Iterable[Entity], targets: Targets
) -> bool:
    """Return whether what is meant is in the area of the device that is spoken to."""
    here = targets.preferred_area
    places = {entity.area.id for entity in entities if entity.area} | {
        place.id for place in targets.areas if place.is_named(slots.get("area"))
    }
    return here is not None and here in places


def _texts(slots: Mapping[str, Any], entities: Iterable[Entity]) -> Iterator[str]:
    """Yield the names by which the user may speak of what is meant."""
    for slot in ("name", "area", "floor"):
        yield from _listed(slots.get(slot))
    for entity in entities:
        yield from entity.names
        yield from entity.area.spoken_names if entity.area else ()


def _is_kind_said(said: UserWords, domain: str) -> bool:
    """Return whether a word for a kind of devices was said."""
    if (parts := _KINDS.get(domain)) is None:
        # Nothing is known of what people call these.
        return True
    return any(
        part[1:] in word if part[0] == "*" else word.startswith(part)
        for part in parts.split()
        for word in said.words
    )


def _listed(value: object) -> list[str]:
    """Return a slot's value as a list of texts."""
    values = value if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str)]
