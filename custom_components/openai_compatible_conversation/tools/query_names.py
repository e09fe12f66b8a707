"""The names of the home in a query for tools.

Does not depend on Home Assistant.
"""

from collections.abc import Iterable

from ..search.word_tables import Meaning
from ..search.words import tokens
from .targets import Entity


def names_in(query: str, entities: Iterable[Entity]) -> dict[str, Meaning]:
    """Return the words of names that a query has, with words for what they name.

    They are those of entities, which mean their domain, and of areas, which mean
    nothing. All words of a name have to be in the query.
    """
    said = set(_words(query))
    found: dict[str, Meaning] = {}
    for entity in entities:
        for names, meaning in (
            (entity.area.names if entity.area else (), ()),
            (entity.names, tuple(_words(entity.domain))),
        ):
            for name in names:
                if said.issuperset(words := _words(name)):
                    found |= dict.fromkeys(words, meaning)
    return found


def _words(text: str) -> list[str]:
    """Return the words of a text."""
    return [part for parts in tokens(text) for part in parts]
