"""The words of a text that say something: its numbers, its names, its content words."""

from collections.abc import Iterable, Iterator
import re

from ...search.words import STOP_WORDS
from .normalization import spoken_words

_MIN_CONTENT_WORD = 3
"""Minimum letters of a content word in ASCII."""

_MIN_SENTENCE = 3
"""Minimum words of a value that is taken for a sentence."""

FRAME = frozenset({"user", "users", "speaker", "name", "names", "named", "called"})
"""Words that models add around a fact to build a sentence."""

_NUMBER = re.compile(r"\d+")


def numbers_in(words: Iterable[str]) -> set[str]:
    """Return the numbers in words without leading zeros; 0 is ignored, as in 6:00."""
    return {
        number.lstrip("0") for word in words for number in _NUMBER.findall(word)
    } - {""}


def is_content_word(word: str) -> bool:
    """Return whether a word is a content word rather than a function word."""
    return word not in STOP_WORDS | FRAME and (
        len(word) >= _MIN_CONTENT_WORD
        or not word.isascii()
        or any(map(str.isdigit, word))
    )


def names_in(value: str) -> Iterator[str]:
    """Yield the capitalized words, except the first word of a sentence."""
    written = value.split()
    for word in written[1:] if len(written) >= _MIN_SENTENCE else written:
        if next(filter(str.isalpha, word), "").isupper():
            yield from spoken_words(word)
