"""Which lines that users said stand for facts that are forgotten.

Decision record: docs/decisions/0023-a-memory-forgets-and-corrects.md.
"""

from collections.abc import Iterable

from ..facts.fact import NAMED, Fact
from ..words.content_words import is_content_word
from ..words.key_words import key_words
from ..words.normalization import spoken_words
from ..words.telling_words import telling_words
from ..words.word_forms import is_said

_MIN_QUOTE = 2
"""Words of a quote from which on it is found in a line."""

_MIN_TELLING = 2
"""Words of a value from which on it tells without the key what it is about."""


class ForgottenLines:
    """Tells whether a line that was said stands for one of some forgotten facts."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        """Initialize with the facts; one without a value is known by its key alone."""
        self._facts = [_ForgottenFact(fact) for fact in facts]

    def __call__(self, line: str) -> bool:
        """Return whether a line stands for one of the facts."""
        words = spoken_words(line)
        return any(fact.is_in(words) for fact in self._facts)


class _ForgottenFact:
    """A forgotten fact, as it may have been said."""

    def __init__(self, fact: Fact) -> None:
        """Initialize with the fact."""
        quote = spoken_words(fact.quote)
        self._quote = f" {' '.join(quote)} " if len(quote) >= _MIN_QUOTE else ""
        self._key = key_words(fact.key)
        self._values = [fact.value, *(past.value for past in fact.past)]
        self._is_named = fact.category in NAMED

    def is_in(self, words: list[str]) -> bool:
        """Return whether the words of a line stand for the fact."""
        if self._quote and self._quote in f" {' '.join(words)} ":
            return True
        said = {*words, *key_words(" ".join(words))}
        return any(self._has_value(value, said) for value in self._values)

    def _has_value(self, value: str, said: set[str]) -> bool:
        """Return whether words have a value, and are about the fact."""
        content = _content(value)
        if not content:
            return all(is_said(word, said) for word in self._key)
        if not all(is_said(word, said) for word in content):
            return False
        if any(is_said(word, said) for word in self._key):
            return True
        telling = len(list(telling_words(value)))
        return telling >= _MIN_TELLING or (self._is_named and telling > 0)


def _content(text: str) -> list[str]:
    """Return the words of a text that say something, all if none does."""
    words = spoken_words(text)
    return [word for word in words if is_content_word(word)] or words
