"""Check of extracted facts against what users said.

Models invent facts. Each extracted fact has to quote its source, and the quoted line
has to support the value; anything else is dropped.

Decision record: docs/decisions/0008-memory-quotes-its-source.md.
"""

from collections.abc import Iterable, Iterator
import re

from ..search.words import STOP_WORDS
from .fact import Category
from .normalization import spoken_words

NAMED = frozenset(
    {Category.USER_NAME, Category.FAMILY_MEMBERS, Category.DEVICE_NICKNAMES}
)
"""Categories in which the names of a value matter."""

MIN_WORDS = 2
"""Minimum number of words of a quote."""

MIN_LETTERS = 4
"""Minimum number of letters of a quote in a script with spaces between words."""

_MIN_UNSPACED = 3
"""Minimum number of characters of a quote in a script without spaces."""

_MIN_COMPOUND_PART = 4
"""Minimum letters for a word to match as part of another, as in a compound."""

_MIN_CONTENT_WORD = 3
"""Minimum letters of a content word in ASCII."""

_MIN_SENTENCE = 3
"""Minimum words of a value that is taken for a sentence."""

_NEGATING = ("un", "dis", "des", "in", "de", "ent", "ont")
"""Prefixes that turn a word into its opposite, in European languages."""

_MIN_OPPOSITE = 4
"""Minimum letters of two forms of a word, of which one is the opposite."""

FRAME = frozenset({"user", "users", "speaker", "name", "names", "named", "called"})
"""Words that models add around a fact to build a sentence."""

_NUMBER = re.compile(r"\d+")


class Evidence:
    """The lines that users said, to check quotes and values against."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Initialize with the lines of a transcript."""
        self._lines = [f" {' '.join(spoken_words(line))} " for line in lines]

    def lines_of(self, quote: str, value: str, *, names: bool) -> list[int]:
        """Return the indexes of the lines that contain the quote and support the value.

        Case, accents and punctuation are ignored. Models paraphrase, so a line does
        not have to contain the whole value, only:

        - every number, as a wrong one does harm and is seldom a paraphrase;
        - half of the content words, as a quote alone does not prove the value;
        - with `names`, every capitalized word, as those are names. The first word of
          a sentence is exempt.
        """
        words = spoken_words(quote)
        if not _is_quote(words):
            return []
        padded_quote = f" {' '.join(words)} "
        return [
            index
            for index, line in enumerate(self._lines)
            if padded_quote in line
            and _supports_value(line.split(), value, names=names)
        ]


def _is_quote(words: list[str]) -> bool:
    """Return whether a quote is long enough not to match by chance."""
    letters = sum(map(len, words))
    if letters == len(words):
        return letters >= _MIN_UNSPACED
    return len(words) >= MIN_WORDS and letters >= MIN_LETTERS


def _supports_value(line: list[str], value: str, *, names: bool) -> bool:
    """Return whether a line contains the numbers, words and names of a value."""
    words = spoken_words(value)
    said = set(line)
    if not numbers_in(words) <= numbers_in(line):
        return False
    content = [word for word in words if is_content_word(word)] or words
    unsaid = [word for word in content if not is_said(word, said)]
    if not content or 2 * len(unsaid) > len(content):
        return False
    if any(has_opposite(word, said) for word in unsaid):
        return False
    return not names or all(is_said(word, said) for word in names_in(value))


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


def is_said(word: str, said: set[str]) -> bool:
    """Return whether a word, a compound of it or a part of it was said."""
    return word in said or (
        len(word) >= _MIN_COMPOUND_PART
        and any(
            len(other) >= _MIN_COMPOUND_PART
            and (word in other or other in word)
            and not _are_opposites(word, other)
            for other in said
        )
    )


def has_opposite(word: str, said: Iterable[str]) -> bool:
    """Return whether the opposite of a word was said, such as `lock` for `unlocked`."""
    return any(_are_opposites(word, other) for other in said)


def _are_opposites(one: str, two: str) -> bool:
    """Return whether one of two words is the other one with a negating prefix."""
    return any(
        word.startswith(prefix) and _is_beginning(word.removeprefix(prefix), other)
        for word, other in ((one, two), (two, one))
        for prefix in _NEGATING
    )


def _is_beginning(one: str, two: str) -> bool:
    """Return whether two words are the same, or one of them is the other's beginning."""
    short, long = sorted((one, two), key=len)
    return one == two or (len(short) >= _MIN_OPPOSITE and long.startswith(short))
