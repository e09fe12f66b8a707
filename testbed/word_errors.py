"""Word error rate: how much of what was said was recognized as something else."""

from collections.abc import Iterable, Sequence
import re

_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"),
    *("seventeen", "eighteen", "nineteen"),
)
_TENS = (
    *("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"),
)
_NUMBERS = {word: number for number, word in enumerate(_UNITS)}
_NUMBERS |= {word: 10 * number for number, word in enumerate(_TENS, 2)}

_SIGNS = {"%": " percent ", "°": " degrees ", "’": "'"}
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*")


def compared_words(text: str) -> list[str]:
    """Return the words of an English text without case, punctuation and spelling.

    Signs are words, and numbers are digits.
    """
    for sign, name in _SIGNS.items():
        text = text.replace(sign, name)
    words: list[str] = []
    may_add = False
    for word in _WORD.findall(text.casefold()):
        number = _NUMBERS.get(word)
        if number is not None and may_add and 0 < number < 10:
            words[-1] = str(int(words[-1]) + number)
        else:
            words.append(word if number is None else str(number))
        may_add = word in _TENS
    return words


def word_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Return how many words were changed, left out or made up."""
    row = list(range(len(heard) + 1))
    for line, word in enumerate(said, 1):
        previous, row[0] = row[0], line
        for column, other in enumerate(heard, 1):
            changed = previous + (word != other)
            previous = row[column]
            row[column] = min(changed, row[column] + 1, row[column - 1] + 1)
    return row[-1]


def word_error_rate(pairs: Iterable[tuple[str, str]]) -> float:
    """Return the errors per word of what was said, each with what was heard.

    It is above 1 if more was made up than was said.
    """
    errors = words = 0
    for said, heard in pairs:
        reference = compared_words(said)
        errors += word_errors(reference, compared_words(heard))
        words += len(reference)
    return errors / max(words, 1)
