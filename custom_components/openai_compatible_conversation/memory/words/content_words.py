"""The words of a text that say something: its numbers, its names, its content words."""

from collections.abc import Iterable, Iterator
import re

from ...search.words import STOP_WORDS, words
from .normalization import spoken_words

_MIN_CONTENT_WORD = 3
"""Minimum letters of a content word in ASCII."""

_MIN_SENTENCE = 3
"""Minimum words of a value that is taken for a sentence."""

_FUNCTION_WORDS = frozenset(
    words(
        "der die das den dem des ein eine einen einem einer und oder aber mit bei von vom"
        " zum zur auf aus fur uber ist sind war bin hat habe haben wir ich sie ihr uns"
        " mein meine meinen unser unsere les une des dans avec chez sur pour par aux est"
        " sont suis ont mon mes ton tes nos notre elle ils elles nous vous que qui"
        " los las una unos unas con para por del esta son soy mis nuestro nuestra"
        " het een van voor met aan bij naar zijn ben heeft heb mijn ons onze wij"
        " gli dei della delle nel nella sono mio mia miei nostro nostra che"
    )
)
"""Articles, pronouns and the like of other languages, which stand in any sentence."""

FRAME = frozenset({"user", "users", "speaker", "name", "names", "named", "called"})
"""Words that models add around a fact to build a sentence."""

_SAYS_LITTLE = STOP_WORDS | FRAME | _FUNCTION_WORDS
_NUMBER = re.compile(r"\d+")


def numbers_in(said: Iterable[str]) -> set[str]:
    """Return the numbers in words without leading zeros; 0 is ignored, as in 6:00."""
    return {number.lstrip("0") for word in said for number in _NUMBER.findall(word)} - {
        ""
    }


def is_content_word(word: str) -> bool:
    """Return whether a word is a content word rather than a function word."""
    return word not in _SAYS_LITTLE and (
        len(word) >= _MIN_CONTENT_WORD
        or not word.isascii()
        or any(map(str.isdigit, word))
    )


def content_of(text: str) -> list[str]:
    """Return the different content words of a text."""
    return [word for word in dict.fromkeys(spoken_words(text)) if is_content_word(word)]


def names_in(value: str) -> Iterator[str]:
    """Yield the capitalized words, except the first word of a sentence."""
    written = value.split()
    for word in written[1:] if len(written) >= _MIN_SENTENCE else written:
        if next(filter(str.isalpha, word), "").isupper():
            yield from spoken_words(word)
