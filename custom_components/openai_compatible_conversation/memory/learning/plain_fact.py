"""A fact without what a small model copies into it from the sentence that told it.

Such a model takes the request to remember into the value, and names a fact by its
value: "Leeds: We live in Leeds, remember that". After a move it is "York: York", and
both seem to be true.

Does not depend on Home Assistant.
"""

import re

from ..words.normalization import fold, spoken_words
from .remember_request import statement_in

MIN_BEFORE = 2
MAX_BEFORE = 6
"""Words in front of a value that can say what it is of."""

MAX_AFTER = 1
"""Words behind a value that ends its clause: "We live in York now"."""

_CLAUSE_END = re.compile(r"[,.;:!?]+(?:\s+|$)")


def plain_fact(key: str, value: str, said: str) -> tuple[str, str]:
    """Return key and value as they are told by what was said.

    A key that only repeats what its clause ends with is replaced by the words in front.
    """
    told = statement_in(value) or value
    statement = statement_in(said) or said
    if fold(key) == fold(told):
        return _in_clause(key, statement) or (key, told)
    if len(spoken_words(told)) > len(spoken_words(key)):
        return _in_clause(key, told) or (key, told)
    return key, told


def _in_clause(key: str, text: str) -> tuple[str, str] | None:
    """Return the words in front of a key that ends a clause, and the key as it was said."""
    wanted = [fold(word) for word in key.split()]
    for clause in _CLAUSE_END.split(text):
        words = clause.split()
        for start in range(MIN_BEFORE, len(words) - len(wanted) + 1):
            end = start + len(wanted)
            if [*map(fold, words[start:end])] == wanted and (
                len(words) - end <= MAX_AFTER
            ):
                before = words[:start][-MAX_BEFORE:]
                return " ".join(before), " ".join(words[start:end])
    return None
