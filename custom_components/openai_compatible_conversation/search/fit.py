"""Whether a search has found anything, or only what is least bad.

Decision records: docs/decisions/0007-tools-on-demand.md and 0028-a-sense-of-meaning.md.
"""

from collections.abc import Iterable, Set as AbstractSet

from .stems import stem
from .words import STOP_WORDS

MIN_FIT = 0.25
"""Share of what a query asks for that a tool needs to have for any to be found.

A tool of the requested domain needs half of it.
"""

CERTAIN_FIT = 0.9
"""Share of what a query asks for with which a tool fits, however close it is."""

NEAR = 0.4
"""Closeness in meaning without which a tool does not fit, whatever words it has."""

NEAR_IN_GLOSSES = 0.36
"""The same for a query that was put into English, word by word."""

SAME = 0.7
"""Closeness in meaning with which a tool fits, whatever words it has."""

MAX_LEAD = 0.2
"""How much closer a subject may be that no tool is for than the closest tool."""


def stems_of(said: Iterable[str]) -> frozenset[str]:
    """Return the stems of the words that say something."""
    return frozenset(stem(word, "en") for word in said if word not in STOP_WORDS)


def is_named(said: Iterable[str], headings: Iterable[AbstractSet[str]]) -> bool:
    """Return whether one of some headings has all that is said; they are stems."""
    wanted = stems_of(said)
    return bool(wanted) and any(wanted <= heading for heading in headings)


def fits(
    fit: float,
    nearest: float | None = None,
    unserved: float = 0.0,
    *,
    near: float = NEAR,
) -> bool:
    """Return whether anything is found.

    It is decided by the largest share of the query that a tool has, and by how close
    the closest tool and the closest subject that no tool is for are, if that is known.
    `near` is how close a tool has to be.
    """
    if nearest is None:
        return fit >= MIN_FIT
    if unserved - nearest > MAX_LEAD:
        return False
    if fit >= CERTAIN_FIT:
        return True
    return nearest >= (near if fit >= MIN_FIT else SAME)
