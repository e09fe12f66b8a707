"""Whom a fact is about, be it extracted or told."""

from collections.abc import Collection, Iterable
from itertools import dropwhile

from ...search.words import STOP_WORDS
from ..facts.fact import MAX_SUBJECT, NAMED, Category
from ..facts.said_line import SaidLine
from ..facts.secrets import asks_not_to_tell
from ..facts.subject import first_name, is_same_person, person_in, subject_of
from ..words.key_words import is_thing
from ..words.normalization import as_text, one_line, spoken_words
from .quotation import sentence_around

_PRONOUNS = frozenset(
    ["ich", "wir", "je", "nous", "yo", "nosotros", "ik", "wij", "uns", "ons"]
)
"""First-person pronouns that are not in `STOP_WORDS`."""

_INTRODUCTION = """
please remember that note keep in mind know you should also and so well ok okay hey by
the way just merk merke dir bitte dass denk daran notiere also und ubrigens souviens toi
retiens que note sil te plait recuerda apunta a por favor onthoud dat graag noteer
alsjeblieft trouwens
"""
_BEFORE_NAME = frozenset(_INTRODUCTION.split())
"""Words in front of the name of whom a sentence is about."""


def fact_subject(
    given: object,
    category: Category,
    value: str,
    *,
    line: SaidLine,
    quote: str,
    people: Collection[str],
) -> str:
    """Return the name of the person whom a fact is about, "" for the household.

    `given` is what the model says: it is taken if it is a name in the line. Whether it
    is who speaks is told from the line alone, as with what is learned on request. What
    must not be told is about the one whom it is kept from. `people` are the names of
    those in the home.
    """
    name = one_line(as_text(given) or "", MAX_SUBJECT) or ""
    is_named = not is_same_person(name, line.speaker) and _is_named(
        name, line.text, people
    )
    if asks_not_to_tell(line.text):
        return name if is_named else person_in(line.text, people, line.speaker)
    # A fact that tells a name is about who or what is called so.
    if is_named and not (category in NAMED and _has_words(value, name)):
        return name
    return subject_of(sentence_around(line.text, quote), category, line.speaker)


def told_subject(
    category: Category, value: str, line: SaidLine, people: Iterable[str]
) -> str:
    """Return the name of the person whom a told fact is about, "" for the household.

    `people` are the names of those in the home.
    """
    names = sorted(people)
    if not asks_not_to_tell(line.text):
        sentence = spoken_words(sentence_around(line.text, value))
        person = _begins_with(sentence, names)
        is_name = category in NAMED and first_name(person) in spoken_words(value)
        if person and not is_name:
            return person
    return fact_subject(None, category, value, line=line, quote=value, people=names)


def _is_named(name: str, line: str, people: Collection[str]) -> bool:
    """Return whether a line has a name, as far as that can be told from a noun."""
    words = spoken_words(name)
    if not words or not _has_words(line, name):
        return False
    if any(is_same_person(name, person) for person in people):
        return True
    # Speech recognition may write everything in lower case.
    is_written_so = name in line or line == line.lower()
    return (
        is_written_so
        and not name[0].islower()
        and not any(word in STOP_WORDS | _PRONOUNS or is_thing(word) for word in words)
    )


def _has_words(text: str, words: str) -> bool:
    """Return whether a text has all of some words, maybe in the genitive."""
    said = set(spoken_words(text))
    return all(word in said or f"{word}s" in said for word in spoken_words(words))


def _begins_with(sentence: Iterable[str], people: Iterable[str]) -> str:
    """Return the person with whom a sentence begins, "" if there is none."""
    word = next(dropwhile(_BEFORE_NAME.__contains__, sentence), "")
    named = {word, word.removesuffix("s")} - {""}
    return next((name for name in people if first_name(name) in named), "")
