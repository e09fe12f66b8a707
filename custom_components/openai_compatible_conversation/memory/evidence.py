"""Whether what a model found was said: a model invents, and nothing invented is kept."""

from collections.abc import Iterable, Iterator
import re

from ..search.words import STOP_WORDS
from .normalization import spoken_words

MIN_WORDS = 2
"""Words of a quote."""

MIN_LETTERS = 4
"""Letters of a quote; a script that sets no spaces says as much with fewer."""

_MIN_UNSPACED = 3
_PART = 4
"""Letters from which on a word may be part of another, as in a compound."""

_TELLING = 3
_SENTENCE = 3
_FRAME = frozenset({"user", "users", "speaker", "name", "names", "named", "called"})
"""What models build sentences of, around what was said."""

_NUMBER = re.compile(r"\d+")


class Evidence:
    """What was said, line by line."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Initialize with the lines."""
        self._lines = [f" {' '.join(spoken_words(line))} " for line in lines]

    def supports(self, quote: str, value: str, *, names: bool) -> bool:
        """Return whether a line has the quote and what a value tells.

        Case, accents and punctuation make no difference. Models put things in
        their own words, so not all of a value has to be said, but these:

        - every number, for a wrong one does harm and is seldom a paraphrase;
        - half of the telling words, so that a quote alone proves nothing;
        - with `names`, every word in upper case, for that is how names are
          written, and a wrong name is what people mind. A sentence may begin
          with another.
        """
        words = spoken_words(quote)
        if not _is_quote(words):
            return False
        wanted = f" {' '.join(words)} "
        return any(
            wanted in line and _tells(line.split(), value, names=names)
            for line in self._lines
        )


def _is_quote(words: list[str]) -> bool:
    """Return whether words are enough to be found by no chance."""
    letters = sum(map(len, words))
    if letters == len(words):
        return letters >= _MIN_UNSPACED
    return len(words) >= MIN_WORDS and letters >= MIN_LETTERS


def _tells(line: list[str], value: str, *, names: bool) -> bool:
    """Return whether a line has what a value tells."""
    words = spoken_words(value)
    said = set(line)
    if not _numbers(words) <= _numbers(line):
        return False
    telling = [word for word in words if _is_telling(word)] or words
    if 2 * sum(_is_said(word, said) for word in telling) < max(len(telling), 1):
        return False
    return not names or all(_is_said(word, said) for word in _names(value))


def _numbers(words: Iterable[str]) -> set[str]:
    """Return the numbers in words, without zeros in front; 0 is none, as in 6:00."""
    return {
        number.lstrip("0") for word in words for number in _NUMBER.findall(word)
    } - {""}


def _is_telling(word: str) -> bool:
    """Return whether a word says more than how a sentence is built."""
    return word not in STOP_WORDS | _FRAME and (
        len(word) >= _TELLING or not word.isascii() or any(map(str.isdigit, word))
    )


def _names(value: str) -> Iterator[str]:
    """Yield the words in upper case, without that which begins a sentence."""
    written = value.split()
    for word in written[1:] if len(written) >= _SENTENCE else written:
        if next(filter(str.isalpha, word), "").isupper():
            yield from spoken_words(word)


def _is_said(word: str, said: set[str]) -> bool:
    """Return whether a word was said, by itself or as part of another, or the reverse."""
    return word in said or (
        len(word) >= _PART
        and any(
            len(other) >= _PART and (word in other or other in word) for other in said
        )
    )
