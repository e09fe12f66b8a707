"""The words that a word consists of: a compound's parts and a participle's verb."""

from collections.abc import Callable
import re

from .stems import stem

_MIN_PART = 4
"""Minimum characters of a part of a compound."""

_COMPOUNDING = frozenset({"da", "de", "nb", "nl", "sv"})
"""Languages that write compounds as one word."""

_LINKS = ("", "s", "n", "en", "es", "e")
"""What may stand between the parts of a compound."""

_PARTICIPLES = {
    "de": re.compile(
        "(ab|an|auf|aus|ein|her|hin|los|mit|nach|um|vor|weg|zu)?ge(?=.{4})"
    ),
    "nl": re.compile("(aan|af|dicht|in|mee|na|op|open|toe|uit|weg)?ge(?=.{4})"),
}
"""How a participle begins, by language."""


def verb_of(word: str, language: str) -> str:
    """Return a participle without what makes it one, and any other word as it is."""
    found = _PARTICIPLES[language].match(word) if language in _PARTICIPLES else None
    return (found[1] or "") + word[found.end() :] if found else word


def parts_of(word: str, language: str, is_word: Callable[[str], bool]) -> list[str]:
    """Return the stems of the parts of a compound, first of what it is.

    The last part of the word has to be one that `is_word`, given its stem.
    """
    if language not in _COMPOUNDING:
        return []
    for cut in range(_MIN_PART, len(word) - _MIN_PART + 1):
        last = stem(word[cut:], language)
        if is_word(last):
            firsts = (
                word[:cut].removesuffix(link)
                for link in _LINKS
                if word[:cut].endswith(link)
            )
            return [
                last,
                *(stem(first, language) for first in firsts if len(first) >= _MIN_PART),
            ]
    return []
