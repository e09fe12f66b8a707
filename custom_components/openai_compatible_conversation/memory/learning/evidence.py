"""Check of extracted facts against what users said.

Models invent facts. Each extracted fact has to quote its source, and the quoted line
has to support the value; anything else is dropped.

Decision record: docs/decisions/0008-memory-quotes-its-source.md.
"""

from collections.abc import Iterable

from ..words.content_words import is_content_word, names_in, numbers_in
from ..words.normalization import spoken_words
from ..words.word_forms import has_opposite, is_said
from .remember_request import statement_in

MIN_WORDS = 2
"""Minimum number of words of a quote."""

MIN_LETTERS = 4
"""Minimum number of letters of a quote in a script with spaces between words."""

_MIN_UNSPACED = 3
"""Minimum number of characters of a quote in a script without spaces."""


class Evidence:
    """The lines that users said, to check quotes and values against."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Initialize with the lines of a transcript."""
        self._lines = [
            (
                f" {' '.join(spoken_words(line))} ",
                # "Remember that" is no evidence for a value.
                spoken_words(statement_in(line) or line),
            )
            for line in lines
        ]

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
            for index, (line, told) in enumerate(self._lines)
            if padded_quote in line and _supports_value(told, value, names=names)
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
