"""What is missing from a list or a text: how much, and what it has in common.

Does not depend on Home Assistant.
"""

from collections.abc import Collection, Sequence

from .entry_order import shared_fields
from .json_values import Json
from .lengths import length
from .omission import Omission

MARKER = 64
"""Room for the count of what is missing, without what it has in common."""

_MAX_SHARED = 100
"""Characters on what all missing entries have in common."""

_MIN_SHARED = 1500
"""Characters of a list, from which there is room for that."""


def marker_room(room: int) -> int:
    """Return what to leave for the count of what is missing, of room for a list."""
    return MARKER + (_MAX_SHARED if room > _MIN_SHARED else 0)


def split(entries: Sequence[Json]) -> tuple[list[Json], int]:
    """Return the entries that are there, and the number of those that are missing."""
    known = [entry for entry in entries if not isinstance(entry, Omission)]
    missing = sum(entry.missing for entry in entries if isinstance(entry, Omission))
    return known, missing


def omission_for(
    count: int, total: int, lost: Collection[Json], room: int, unit: str = "entries"
) -> Omission:
    """Return the count of what is missing, and what it has in common if it fits."""
    shared = ""
    for name, value in shared_fields(lost):
        more = f"{shared}, {name}: {value}" if shared else f"{name}: {value}"
        if len(more) > _MAX_SHARED:
            break
        shared = more
    for omission in (
        Omission(count, total, unit, shared),
        Omission(count, total, unit),
    ):
        if length(omission) <= room:
            return omission
    return omission.short
