"""What the user said, to tell an argument that was asked for from an invention.

Small models fill in whatever a tool takes: the name of the speaker as the name of a
list, the first area that they know. What not one word of the user's stands for is an
invention if it also makes the call impossible.

Does not depend on Home Assistant.
"""

from collections.abc import Iterable
from functools import cached_property
import re

from .target_names import are_alike, kind_of, words_of

_MIN_PART = 4
"""Letters of a word from which it is found inside of another: "Küchenlicht"."""

_REPEATED = 0.75
"""Share of the user's words from which a text repeats what they said."""


class UserWords:
    """The words of the user in a conversation; nothing is known of them by default."""

    def __init__(self, texts: Iterable[str] | None = None) -> None:
        """Initialize with what the user said, the last text last."""
        self._texts = list(texts or ())

    def with_texts(self, texts: Iterable[str]) -> UserWords:
        """Return these words and those of others, such as of what was offered."""
        return UserWords((*texts, *self._texts))

    @cached_property
    def words(self) -> frozenset[str]:
        """Return all words that were said."""
        return frozenset(word for text in self._texts for word in words_of(text))

    @property
    def last(self) -> str:
        """Return what was just said, empty if nothing is known of it."""
        return self._texts[-1] if self._texts else ""

    @property
    def is_known(self) -> bool:
        """Return whether anything is known of what the user said."""
        return bool(self._texts)

    def match(self, pattern: re.Pattern[str]) -> bool:
        """Return whether a pattern is found in what the user just said."""
        return bool(self._texts and pattern.search(self._texts[-1]))

    def is_invented(self, value: object) -> bool:
        """Return whether no word of a text was said, as far as is known."""
        words = words_of(value) if isinstance(value, str) else ()
        return bool(self.words and words) and not any(map(self._was_said, words))

    def says_plural(self, domain: str) -> bool:
        """Return whether the user just said a word for several of a domain."""
        words = words_of(self._texts[-1]) if self._texts else ()
        return any(kind_of((word,)) == (domain, True) for word in words)

    def says_all_of(self, text: str) -> bool:
        """Return whether the user just said each word of a text."""
        return set(words_of(text)) <= set(words_of(self.last))

    def is_repeated_by(self, value: object) -> bool:
        """Return whether a text says no less than the user just said."""
        if not isinstance(value, str) or not self._texts:
            return False
        said = words_of(self._texts[-1])
        repeated = set(words_of(value))
        return bool(said) and (
            sum(word in repeated for word in said) >= _REPEATED * len(said)
        )

    def _was_said(self, word: str) -> bool:
        """Return whether a word was said, in the plural or within another one."""
        return word in self.words or any(
            are_alike((word,), (said,)) or _is_part(word, said) for said in self.words
        )


def _is_part(one: str, two: str) -> bool:
    """Return whether one of two words is a part of the other."""
    short, long = sorted((one, two), key=len)
    return len(short) >= _MIN_PART and short in long


EVERYTHING_SAID = UserWords()
"""The words of a user of whom nothing is known."""
