"""A fact as it was told, where a small model copied too much or left something out.

Such a model takes the request to remember into the value, and names a fact by its
value: "Leeds: We live in Leeds, remember that". After a move it is "York: York", and
both seem to be true. Of "I can't have lactose" it keeps "lactose: have", of "my sister
Ada works at the mill" only "Ada: my sister".

Does not depend on Home Assistant.
"""

from collections.abc import Set as AbstractSet
import re

from ...search.words import words
from ..facts.fact import MAX_KEY
from ..words.content_words import is_content_word
from ..words.normalization import fold, one_line, spoken_words
from .quotation import quotation
from .remember_request import statement_in
from .statement import CLAUSE_END, ONLY_ONE, told_fact, topic_and_rest

MIN_BEFORE = 2
MAX_BEFORE = 6
"""Words in front of a value that can say what it is of."""

MAX_SENTENCE = 60
"""Words of a sentence that are looked at."""

MAX_AFTER = 1
"""Words behind a value that ends its clause: "We live in York now"."""

_SENTENCE_END = re.compile(r"[.;!?]+(?:\s+|$)|\n")
_LINKS = frozenset(
    words(
        "of the at in on by de du des d la le les l au aux der die das dem den des am im"
        " vom del della dei di al el los las van het"
    )
)
"""Words that join what has no verb, such as the drawer of the desk."""

_NAMING = re.compile(
    r"^(?:call|name|nam|hei(?:ss|ß)|hie(?:ss|ß)|nenn|genann|s?appell|nomm|llam|heet|heten|chiam)"
)

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


def plain_fact(
    key: str, value: str, said: str, speaker: str | None = None
) -> tuple[str, str]:
    """Return key and value as they are told by what was said.

    A key that only repeats the value or the speaker is replaced by what the sentence
    says it is of, a value that lost a negation by its clause, one that says nothing by
    its sentence, and one that only asks to remember by what is to be remembered.
    """
    told = statement_in(value) or value
    statement = statement_in(said) or said
    if _is_request(told, said, statement):
        return told_fact(statement)
    if denied := _denied(key, told, statement):
        return key, denied
    if fold(key) in {fold(told), fold(speaker or told)} and (
        named := _in_clause(told, statement) or _of_topic(told, statement)
    ):
        return named
    if sentence := _sentence_of(key, told, statement):
        return key, sentence
    if len(spoken_words(told)) > len(spoken_words(key)):
        return _in_clause(key, told) or (key, told)
    return key, told


def _is_request(value: str, said: str, statement: str) -> bool:
    """Return whether a value is of the words that ask to remember a statement."""
    words_of_value = {*spoken_words(value)}
    return bool(words_of_value) and words_of_value <= {*spoken_words(said)} - {
        *spoken_words(statement)
    }


def _denied(key: str, value: str, text: str) -> str | None:
    """Return the clause that denies what key and value claim, None if none does."""
    if _NEGATION.search(key) or _NEGATION.search(value):
        return None
    claimed = {*spoken_words(value)}
    clauses = [clause.strip() for clause in CLAUSE_END.split(text)]
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
    for clause in CLAUSE_END.split(text):
        words = clause.split()
        for start in range(MIN_BEFORE, len(words) - len(wanted) + 1):
            end = start + len(wanted)
            if [*map(fold, words[start:end])] == wanted and (
                len(words) - end <= MAX_AFTER
            ):
                before = one_line(" ".join(words[:start][-MAX_BEFORE:]), MAX_KEY)
                if before and ONLY_ONE.search(before):
                    return before, " ".join(words[start:end])
    return None


def _of_topic(value: str, statement: str) -> tuple[str, str] | None:
    """Return what a statement is about, and what it says of it, if that has the value."""
    said = {*spoken_words(value)}
    for sentence in _SENTENCE_END.split(statement):
        parts = topic_and_rest(sentence)
        if parts and said and said <= {*spoken_words(parts[1])}:
            return parts
    return None


def _sentence_of(key: str, value: str, statement: str) -> str | None:
    """Return the sentence that a fact is from, None if the fact says what it does."""
    keys, values = {*spoken_words(key)}, {*spoken_words(value)}
    for sentence in _SENTENCE_END.split(statement):
        said = spoken_words(sentence)[:MAX_SENTENCE]
        if (
            values
            and keys | values <= {*said}
            and any(is_content_word(word) for word in {*said} - keys - values)
            and (
                values <= keys
                or (key[:1].isupper() and _has_lost_verb(said, keys, values))
                or _is_one_phrase(said, key, value)
            )
        ):
            return quotation(sentence.strip(), value)
    return None


def _is_one_phrase(said: list[str], key: str, value: str) -> bool:
    """Return whether key and value are one phrase of what is said, without its verb.

    "My sister Ada" is, also as "Ada: my sister", and so is "the drawer of the desk".
    """
    keys, values = {*spoken_words(key)}, {*spoken_words(value)}
    for length in range(1, len(said) + 1):
        for start in range(len(said) - length + 1):
            part = said[start : start + length]
            if keys | values <= {*part}:
                between = {*part} - keys - values
                if part[0] in values and part[-1] in keys - values:
                    return key[:1].isupper() and not between
                if between:
                    return between <= _LINKS
                if spoken_words(value)[0] in _LINKS:
                    return _tells(said[:start])
                is_named = all(word[:1].isupper() for word in value.split())
                return is_named and _tells(said[start + length :])
    return False


def _tells(said: list[str]) -> bool:
    """Return whether words tell something, and not only that somebody is called so."""
    return any(is_content_word(word) and not _NAMING.search(word) for word in said)


def _has_lost_verb(
    said: list[str], keys: AbstractSet[str], values: AbstractSet[str]
) -> bool:
    """Return whether the verb between somebody and a value is in neither.

    Of "Manon hates spinach", "Manon: spinach" tells nothing.
    """
    places = [place for place, word in enumerate(said) if word in keys]
    first = next((place for place, word in enumerate(said) if word in values), 0)
    if not places or places[0] > 1 or first < places[-1]:
        return False
    return any(
        is_content_word(word) and word not in values and not ONLY_ONE.search(word)
        for word in said[places[-1] + 1 : first]
    )
