"""Whose a told fact is, and the words that it is kept with."""

from collections.abc import Iterable
from itertools import dropwhile

from .fact import MAX_QUOTE, NAMED, Category
from .fact_subject import fact_subject
from .normalization import spoken_words
from .quotation import quotation, sentence_around
from .said_line import SaidLine
from .secrets import asks_not_to_tell
from .subject import first_name

_INTRODUCTION = """
please remember that note keep in mind know you should also and so well ok okay hey by
the way just merk merke dir bitte dass denk daran notiere also und ubrigens souviens toi
retiens que note sil te plait recuerda apunta a por favor onthoud dat graag noteer
alsjeblieft trouwens
"""
_BEFORE_NAME = frozenset(_INTRODUCTION.split())
"""Words in front of the name of whom a sentence is about."""

_WINDOW = 12
"""Words in which it is asked not to tell something."""


def told_quote(utterance: str, last: str, value: str) -> str:
    """Return the words that a fact is kept with: one line, cut if it is long.

    They keep what is said of secrecy, also where that is said last.
    """
    said = utterance
    if last != utterance and asks_not_to_tell(last):
        said = f"{utterance} {last}"
    quote = quotation(said, value)
    if asks_not_to_tell(said) and not asks_not_to_tell(quote):
        return f"{_secrecy(said)} {quote}"[:MAX_QUOTE].strip()
    return quote


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


def _begins_with(sentence: Iterable[str], people: Iterable[str]) -> str:
    """Return the person with whom a sentence begins, "" if there is none."""
    word = next(dropwhile(_BEFORE_NAME.__contains__, sentence), "")
    named = {word, word.removesuffix("s")} - {""}
    return next((name for name in people if first_name(name) in named), "")


def _secrecy(said: str) -> str:
    """Return words of a text that ask not to tell it, and what follows them."""
    words = said.split()
    part = ""
    for begin in range(len(words)):
        shorter = " ".join(words[begin : begin + _WINDOW])
        if asks_not_to_tell(shorter):
            part = shorter
        elif part:
            break
    return part
