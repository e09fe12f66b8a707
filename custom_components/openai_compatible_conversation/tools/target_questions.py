"""Questions to the model about a target that is not clear.

Does not depend on Home Assistant.
"""

from collections.abc import Iterable

from .target_search import Found
from .target_slots import TargetSlots, shown
from .targets import Entity

MAX_CANDIDATES = 10
"""Maximum number of candidates that are named in a question."""


class UnclearTargetError(Exception):
    """Raised with a question for the model, if it is not clear what is meant."""


def which(name: str, candidates: Iterable[str]) -> UnclearTargetError:
    """Return the question which one is meant."""
    return UnclearTargetError(
        f"{shown(name)} may be: {_listed(candidates)}. Nothing was done. Call again "
        "with one of them, or ask the user which one is meant."
    )


def unknown(name: str, entities: Iterable[Entity]) -> UnclearTargetError:
    """Return the question which of the entities of an intent is meant."""
    labels = _listed(entity.label for entity in entities)
    return UnclearTargetError(
        f"{shown(name)} is none of: {labels}. Nothing was done. Call again with one of "
        "them if it is meant, or ask the user."
    )


def no_such_room(room: str) -> UnclearTargetError:
    """Return what to say of a room that the user spoke of and the home has not."""
    return UnclearTargetError(
        f"The home has no {room}, and the user named nothing else. Nothing was done. "
        "Tell them that, and do nothing in another room."
    )


def contradiction(
    entity: Entity, name: str, slots: TargetSlots, conflicts: Iterable[str]
) -> UnclearTargetError:
    """Return the question whether a guarded entity is meant in spite of other slots."""
    given = ", ".join(f"{slot} {shown(slots.values[slot])}" for slot in conflicts)
    return UnclearTargetError(
        f"{name} is a {entity.kind}, but the call says {given}. Nothing was "
        "done. Call again without that if it is meant, or ask the user."
    )


def includes_guarded(name: str, guarded: Iterable[Entity]) -> UnclearTargetError:
    """Return the question whether a group with guarded entities is meant."""
    return UnclearTargetError(
        f"{shown(name)} includes {_listed(e.label for e in guarded)}. "
        "Nothing was done. Call again with area and domain, or ask the user."
    )


def reaches_guarded(guarded: Iterable[Entity]) -> UnclearTargetError:
    """Return the question which guarded entity a call without a name means."""
    return UnclearTargetError(
        f"This would reach {_listed(e.label for e in guarded)}. Nothing was done. "
        "Call again with the name that is meant, or ask the user."
    )


def labels(found: Found, slots: TargetSlots) -> list[str]:
    """Return the names of entities by which a call can tell them apart."""
    result = []
    for entity, name in found:
        same = [
            other
            for other, other_name in found
            if other_name.casefold() == name.casefold()
            and slots.distinction(other) == slots.distinction(entity)
        ]
        unique = name if len(same) == 1 else entity.entity_id
        result.append(f"{unique} ({entity.kind})")
    return result


def _listed(candidates: Iterable[str]) -> str:
    """Return the first candidates for a question."""
    return ", ".join(list(candidates)[:MAX_CANDIDATES])
