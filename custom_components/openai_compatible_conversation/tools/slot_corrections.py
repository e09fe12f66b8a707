"""Places and kinds in the slots of an intent, brought to those of the house.

A place that does not exist is left out where the rest of the call stands on its own.

Does not depend on Home Assistant.
"""

from collections.abc import Callable, Set as AbstractSet
from operator import eq

from .target_names import (
    Words,
    are_alike,
    is_house,
    kind_of,
    spellings,
    without_place_word,
    words_of,
)
from .target_slots import TargetSlots, shown
from .targets import Place, Targets
from .user_words import UserWords

_PLACES = ("area", "floor")
_ALL_WORDS = (
    "all every everything everywhere alle alles tous toutes todo todos todas allemaal"
)
"""Words by which a user means everything, in five languages."""


def correct_slots(slots: TargetSlots, targets: Targets, said: UserWords) -> None:
    """Correct the areas, floors, domains and device classes of a call."""
    for slot in _PLACES:
        _correct_place(slots, targets, slot)
    _correct_domain(slots, targets)
    _correct_class(slots, targets)
    for slot in _PLACES:
        _drop_unknown_place(slots, targets, slot, said)


def _correct_place(slots: TargetSlots, targets: Targets, slot: str) -> None:
    """Set an area or floor to the name of the place that is meant by it.

    The name of a floor given as an area is the floor, and the other way round.
    """
    value = slots.values.get(slot)
    if not isinstance(value, str) or not value.strip() or slots.is_place(slot):
        return
    if place := _place(value, targets.places(slot)):
        slots.set(slot, place.names[0])
        return
    other = "floor" if slot == "area" else "area"
    if not slots.can_set(slot) or not slots.can_set(other) or slots.is_given(other):
        return
    if place := _place(value, targets.places(other)):
        slots.drop(slot, f"{place.names[0]} is one of the {other}s")
        slots.set(other, place.names[0])


def _place(value: str, places: tuple[Place, ...]) -> Place | None:
    """Return the one place with exposed entities that a text stands for."""
    forms = dict.fromkeys(
        form
        for words in spellings(value)
        for form in (words, without_place_word(words))
        if form
    )
    tests: tuple[Callable[[Words, Words], bool], ...] = (eq, are_alike)
    for same in tests:
        for form in forms:
            found = [
                place
                for place in places
                if place.has_exposed
                and any(
                    same(form, words)
                    for name in place.spoken_names
                    for words in spellings(name)
                )
            ]
            if found:
                return found[0] if len(found) == 1 else None
    return None


def _correct_domain(slots: TargetSlots, targets: Targets) -> None:
    """Set the domains to those of the entities that are meant by other spellings."""
    given = slots.values.get("domain")
    if isinstance(given, list) and all(isinstance(text, str) for text in given):
        domains = targets.domains
        slots.set("domain", [_domain(text, domains) for text in given])


def _domain(text: str, domains: AbstractSet[str]) -> str:
    """Return the domain that a text spells or has in the plural, else the text."""
    words = words_of(text)
    spelled = "_".join(words)
    kind = kind_of(words)
    for domain in (spelled, spelled.removesuffix("s"), kind[0] if kind else ""):
        if domain in domains and text not in domains:
            return domain
    return text


def _correct_class(slots: TargetSlots, targets: Targets) -> None:
    """Take device classes that are domains for the domains, and drop unknown ones."""
    given = slots.values.get("device_class")
    given = [given] if isinstance(given, str) else given
    if not isinstance(given, list) or not slots.can_set("domain") or not given:
        return
    classes = {kind for entity in targets.entities for kind in entity.device_classes}
    if known := [kind for kind in given if kind in classes]:
        # A model that fills in all that it knows means those that there are.
        slots.set("device_class", known)
        return
    if not all(
        isinstance(kind, str) and kind in targets.domains - classes for kind in given
    ):
        return
    domain = slots.values.get("domain")
    if not slots.is_given("domain"):
        slots.drop("device_class", "that is a domain")
        slots.set("domain", given)
        slots.is_widened = True
    elif isinstance(domain, list) and all(kind in domain for kind in given):
        slots.drop("device_class", "that is a domain")
        slots.is_widened = True


def _drop_unknown_place(
    slots: TargetSlots, targets: Targets, slot: str, said: UserWords
) -> None:
    """Drop a place that does not exist, if the call is not about that place.

    That is beside an area that does exist, or where all of a domain are meant, or only
    one entity can be.
    """
    value = slots.values.get(slot)
    if (
        not slots.is_given(slot)
        or not isinstance(value, str)
        or not slots.is_ignorable(slot)
    ):
        return
    if slot == "floor" and slots.is_given("area") and slots.is_place("area"):
        slots.drop(slot, f"there is no floor {shown(value)}")
        return
    if not slots.is_given("domain"):
        return
    if is_house(words_of(value)):
        slots.drop(slot, f"{shown(value)} is no {slot}")
        slots.is_widened = True
        return
    if not said.is_invented(value):
        return
    rest = {name: other for name, other in slots.values.items() if name != slot}
    able = [e for e in targets.entities if e.is_able and not slots.conflicts(e, rest)]
    if len(able) == 1 or _says_everything(said, targets):
        slots.drop(slot, f"there is no {slot} {shown(value)}")
        slots.is_widened = True


def _says_everything(said: UserWords, targets: Targets) -> bool:
    """Return whether the user asked for everything, and named no place."""
    names = (name for slot in _PLACES for p in targets.places(slot) for name in p.names)
    return not said.is_invented(_ALL_WORDS) and all(map(said.is_invented, names))
