"""A fact as it was told, where a small model copied too much or left out a "not".

Such a model takes the request to remember into the value, and names a fact by its
value: "Leeds: We live in Leeds, remember that". After a move it is "York: York", and
both seem to be true. Of "I can't have lactose" it keeps "lactose: have".

Does not depend on Home Assistant.
"""

import re

from ..facts.fact import MAX_KEY
from ..words.normalization import fold, one_line, spoken_words
from .quotation import quotation
from .remember_request import statement_in

MIN_BEFORE = 2
MAX_BEFORE = 6
"""Words in front of a value that can say what it is of."""

MAX_AFTER = 1
"""Words behind a value that ends its clause: "We live in York now"."""

_ONLY_ONE = re.compile(
    r"\b(?:live[sd]?|living|work(?:s|ed|ing)?|called|named|moved"
    r"|wohn\w*|leb\w*|arbeit\w*|hei(?:ß|ss)\w*|gezogen"
    r"|habit\w*|viv\w*|travaill\w*|appelle\w*|trabaj\w*|llam\w*"
    r"|woon\w*|wonen|werk\w*|heet|heten)\b",
    re.IGNORECASE,
)
"""Verbs of what somebody has only one of, so that the next one replaces it.

One may eat, like and be allergic to many things.
"""

_CLAUSE_END = re.compile(r"[,.;:!?]+(?:\s+|$)|\n")
_NEGATION = re.compile(
    r"\b(?:no|not|none|nobody|nothing|never|neither|without|cannot|\w+n['’]t"
    r"|(?:do|does|did|ca|wo|is|are|was|has|have|should|would|could)nt"
    r"|nichts?|kein\w*|nie|niemals|niemand|ohne|weder"
    r"|ne|n['’]\w+|pas|jamais|sans|aucune?|rien"
    r"|nunca|jam[aá]s|sin|ning[uú]n\w*|nada|nadie"
    r"|niet|geen|nooit|zonder|niemand"
    r"|non|senza|nessun\w*|niente|n[aã]o|sem|nenhum\w*"
    r"|inte|aldrig|ingen|inget|inga|utan|nie|bez|nigdy|не|нет|без|никогда)\b",
    re.IGNORECASE,
)
"""What turns a statement into its opposite."""


def plain_fact(key: str, value: str, said: str) -> tuple[str, str]:
    """Return key and value as they are told by what was said.

    A key that only repeats where somebody lives or works, or what they are called, is
    replaced by the words in front, a value that lost a negation by its clause.
    """
    told = statement_in(value) or value
    statement = statement_in(said) or said
    if denied := _denied(key, told, statement):
        return key, denied
    if fold(key) == fold(told):
        return _in_clause(key, statement) or (key, told)
    if len(spoken_words(told)) > len(spoken_words(key)):
        return _in_clause(key, told) or (key, told)
    return key, told


def _denied(key: str, value: str, text: str) -> str | None:
    """Return the clause that denies what key and value claim, None if none does."""
    if _NEGATION.search(key) or _NEGATION.search(value):
        return None
    claimed = {*spoken_words(value)}
    clauses = [clause.strip() for clause in _CLAUSE_END.split(text)]
    best = max(
        clauses,
        key=lambda clause: len(claimed & {*spoken_words(clause)}),
        default="",
    )
    denial = _NEGATION.search(best)
    if not denial or claimed.isdisjoint(spoken_words(best)):
        return None
    # Of a clause that is too long for a value, what is around the denial is kept.
    return quotation(best, denial[0])


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
                before = one_line(" ".join(words[:start][-MAX_BEFORE:]), MAX_KEY)
                if before and _ONLY_ONE.search(before):
                    return before, " ".join(words[start:end])
    return None
