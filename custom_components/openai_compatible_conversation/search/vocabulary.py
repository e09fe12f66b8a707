"""The words of an index, with lookup of similar ones for unknown words."""

from collections import Counter, defaultdict
from collections.abc import Iterable

MAX_SIMILAR = 4
"""Maximum corrections of a misspelled word."""

_MIN_ONE_TYPO = 5
"""Minimum characters of a word that may have one typo."""

_MIN_TWO_TYPOS = 8
"""Minimum characters of a word that may have two typos."""

_MIN_PART = 4
"""Minimum characters of a part of a compound."""


class Vocabulary:
    """Words, each with the number of documents that contain it."""

    def __init__(self) -> None:
        """Initialize without words."""
        self._counts: Counter[str] = Counter()
        self._letters: defaultdict[int, dict[str, int]] = defaultdict(dict)

    def __contains__(self, word: str) -> bool:
        """Return whether any document has a word."""
        return word in self._counts

    def count(self, word: str) -> int:
        """Return the number of documents with a word."""
        return self._counts[word]

    def add(self, words: Iterable[str]) -> None:
        """Add the distinct words of a document."""
        for word in words:
            if word not in self._counts:
                self._letters[len(word)][word] = _letters(word)
            self._counts[word] += 1

    def clear(self) -> None:
        """Remove all words."""
        self._counts.clear()
        self._letters.clear()

    def remove(self, words: Iterable[str]) -> None:
        """Remove the distinct words of a document."""
        for word in words:
            self._counts[word] -= 1
            if not self._counts[word]:
                del self._counts[word], self._letters[len(word)][word]

    def similar(self, word: str) -> list[str]:
        """Return the words that a misspelled word or a compound may stand for."""
        return self._halves(word) or self._misspelled(word) or self._parts(word)

    def _halves(self, word: str) -> list[str]:
        """Return the two words that a compound consists of."""
        for cut in range(_MIN_PART, len(word) - _MIN_PART + 1):
            if word[:cut] in self and word[cut:] in self:
                return [word[:cut], word[cut:]]
        return []

    def _misspelled(self, word: str) -> list[str]:
        """Return words within one typo, two for a long word, the closest first."""
        if len(word) < _MIN_ONE_TYPO:
            return []
        limit = 2 if len(word) >= _MIN_TWO_TYPOS else 1
        letters = _letters(word)
        found = []
        for length in range(len(word) - limit, len(word) + limit + 1):
            for other, others in self._letters[length].items():
                # A typo changes at most two letters of the set.
                if (letters ^ others).bit_count() <= 2 * limit:
                    typos = distance(word, other)
                    if typos <= limit:
                        found.append((typos, -self._counts[other], other))
        return [other for _, _, other in sorted(found)[:MAX_SIMILAR]]

    def _parts(self, word: str) -> list[str]:
        """Return the longest known words that a compound ends and starts with."""
        cuts = range(len(word) - 2, _MIN_PART - 1, -1)
        ends = (word[-cut:] for cut in cuts)
        starts = (word[:cut] for cut in cuts if cut > _MIN_PART)
        found = (next((w for w in part if w in self), None) for part in (ends, starts))
        return [part for part in found if part]


def distance(one: str, other: str) -> int:
    """Return the edit distance: letters inserted, deleted, replaced or swapped."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, char in enumerate(one, 1):
        line = [row]
        for column, against in enumerate(other, 1):
            cost = min(
                above[column] + 1,
                line[column - 1] + 1,
                above[column - 1] + (char != against),
            )
            if (
                before
                and column > 1
                and char == other[column - 2]
                and one[row - 2] == against
            ):
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, above = above, line
    return above[-1]


def _letters(word: str) -> int:
    """Return the set of a word's letters as a bit mask."""
    bits = 0
    for char in word:
        bits |= 1 << (ord(char) & 63)
    return bits
