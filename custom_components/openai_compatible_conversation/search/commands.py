"""The parts of a command: its verb, what belongs to it, and clauses beside it.

Of what is done by hand no tool is about, even if one is about the object: to wipe the
windows is nothing for a tool that tells which of them are open.

Decision record: docs/decisions/0007-tools-on-demand.md.
"""

from collections.abc import Container, Iterable, Sequence
from typing import NamedTuple

from .word_tables import WordTable

_VERB_LAST = frozenset({"de", "nl"})
"""Languages whose polite requests end with the verb."""


class Command(NamedTuple):
    """What is known of a command, by the positions of its words."""

    is_by_hand: bool = False
    """Whether its verb is of what is done by hand, or in person."""
    is_verb_certain: bool = False
    """Whether an unknown word can only be its verb."""
    is_service: bool = False
    """Whether its verb is of what others do for one."""
    head: int = -1
    """The verb, negative if there is none that tells anything."""
    particles: frozenset[int] = frozenset()
    """Words such as the "off" of "hose off", which belong to the verb."""


NO_COMMAND = Command()


def read_command(
    sentence: Sequence[str], tables: Iterable[WordTable], empty: Container[int]
) -> Command:
    """Return what is known of a command that may be in any of some languages.

    The words at `empty` positions tell nothing.
    """
    return max(_read_command(sentence, table, empty) for table in tables)


def subordinate_start(sentence: Sequence[str], tables: Iterable[WordTable]) -> int:
    """Return where a clause begins that tells when or why, the end if there is none."""
    return min(
        next(
            (
                place
                for place, word in enumerate(sentence)
                if place > 1 and word in table.marked["!clause"]
            ),
            len(sentence),
        )
        for table in tables
    )


def _read_command(
    sentence: Sequence[str], table: WordTable, empty: Container[int]
) -> Command:
    """Return what is known of a command in a language."""
    marked = table.marked
    lead = marked["!lead"]
    first = next((n for n, word in enumerate(sentence) if word not in lead), None)
    if first is None:
        return NO_COMMAND
    is_service = sentence[first] in marked["!service"]
    # "Kannst du die Fenster putzen" has its verb at the end.
    is_last = first and first in empty and table.language in _VERB_LAST
    for place in range(first, len(sentence) if is_last else first + 1):
        following = set(sentence[place + 1 : place + 2])
        if sentence[place] in marked["!hand"] and not following & marked["!noun"]:
            return Command(
                is_by_hand=True,
                is_service=is_service,
                head=place,
                particles=_particles(sentence, place, table),
            )
    if first in empty:
        return Command(is_service=is_service)
    particles = _particles(sentence, first, table)
    after = sentence[first + 1 + len(particles) :]
    return Command(
        is_verb_certain=bool(after)
        and after[0] in marked["!article"]
        and sentence[first] not in marked["!act"],
        is_service=is_service,
        head=first,
        particles=particles,
    )


def _particles(sentence: Sequence[str], head: int, table: WordTable) -> frozenset[int]:
    """Return the positions of the words after a verb that belong to it."""
    end = head + 1
    while end < len(sentence) and sentence[end] in table.marked["!particle"]:
        end += 1
    return frozenset(range(head + 1, end))
