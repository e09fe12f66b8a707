"""How similar the names of tools are, however they are written."""

from ..search.words import tokens


class NameSpelling:
    """A name as sets of its words and letter pairs, for comparison."""

    def __init__(self, name: str) -> None:
        """Initialize with a name, with or without a domain prefix."""
        self._words = set(name_words(name))
        self._pairs = _pairs(name)
        self._short = _pairs(name.rpartition("__")[2])

    def similarity(self, other: NameSpelling) -> float:
        """Return the similarity of two names, from 0 to 1."""
        letters = max(
            _overlap(self._pairs, other._pairs),
            _overlap(self._short, other._short),
        )
        return (letters + _overlap(self._words, other._words)) / 2


def name_words(text: str) -> list[str]:
    """Return the words of a name, in order."""
    return [part for parts in tokens(text) for part in parts]


def _pairs(text: str) -> set[str]:
    """Return the pairs of adjacent letters in a name."""
    letters = "".join(name_words(text))
    return {letters[index : index + 2] for index in range(len(letters) - 1)}


def _overlap(one: set[str], other: set[str]) -> float:
    """Return the Dice coefficient of two sets, from 0 to 1."""
    return 2 * len(one & other) / ((len(one) + len(other)) or 1)
