"""The words of an index, and which of them a word that is not among them may mean."""

from collections import Counter, defaultdict
from collections.abc import Iterable

MAX_NEAR = 4
"""Words that one unknown word is taken to mean at most."""

_ONE_TYPO = 5
_TWO_TYPOS = 8
_LEAST_PART = 4


class Vocabulary:
    """Words, each as often as documents have it."""

    def __init__(self) -> None:
        """Initialize without a word."""
        self._counts: Counter[str] = Counter()
        self._letters: defaultdict[int, dict[str, int]] = defaultdict(dict)

    def __contains__(self, word: str) -> bool:
        """Return whether a document has a word."""
        return word in self._counts

    def count(self, word: str) -> int:
        """Return how many documents have a word."""
        return self._counts[word]

    def add(self, words: Iterable[str]) -> None:
        """Add the distinct words of a document."""
        for word in words:
            if word not in self._counts:
                self._letters[len(word)][word] = _letters(word)
            self._counts[word] += 1

    def remove(self, words: Iterable[str]) -> None:
        """Remove the distinct words of a document."""
        for word in words:
            self._counts[word] -= 1
            if not self._counts[word]:
                del self._counts[word], self._letters[len(word)][word]

    def near(self, word: str) -> list[str]:
        """Return what a word may mean: misspelled, or one put together of others."""
        return self._halves(word) or self._misspelled(word) or self._parts(word)

    def _halves(self, word: str) -> list[str]:
        """Return the two words that a word is made of."""
        for cut in range(_LEAST_PART, len(word) - _LEAST_PART + 1):
            if word[:cut] in self and word[cut:] in self:
                return [word[:cut], word[cut:]]
        return []

    def _misspelled(self, word: str) -> list[str]:
        """Return the words that a word is one typo away from, two if it is long."""
        if len(word) < _ONE_TYPO:
            return []
        limit = 2 if len(word) >= _TWO_TYPOS else 1
        letters = _letters(word)
        found = []
        for length in range(len(word) - limit, len(word) + limit + 1):
            for other, others in self._letters[length].items():
                # A typo changes two letters of the set at most.
                if (letters ^ others).bit_count() <= 2 * limit:
                    typos = distance(word, other)
                    if typos <= limit:
                        found.append((typos, -self._counts[other], other))
        return [other for _, _, other in sorted(found)[:MAX_NEAR]]

    def _parts(self, word: str) -> list[str]:
        """Return the longest words that a word ends and begins with."""
        cuts = range(len(word) - 2, _LEAST_PART - 1, -1)
        ends = (word[-cut:] for cut in cuts)
        starts = (word[:cut] for cut in cuts if cut > _LEAST_PART)
        found = (next((w for w in part if w in self), None) for part in (ends, starts))
        return [part for part in found if part]


def distance(one: str, other: str) -> int:
    """Return how many letters are put in, left out, replaced or swapped."""
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
    """Return the set of a word's letters as bits."""
    bits = 0
    for char in word:
        bits |= 1 << (ord(char) & 63)
    return bits
