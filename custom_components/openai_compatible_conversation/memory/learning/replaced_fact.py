"""Which known fact a statement puts right, so that the new one takes its place.

A small model that is told "Jules has lunch at school on Thursdays now" learns once more
what it was told before, or gives the new fact another name.

Does not depend on Home Assistant.
"""

from collections.abc import Iterable
import re
from typing import Protocol

from ..words.content_words import content_of
from ..words.normalization import fold, spoken_words
from ..words.word_forms import is_said
from .statement import ONLY_ONE, topic_of

MIN_SHARE = 0.5
"""Share of the words of a fact that are said again where it is put right."""

_CHANGE = re.compile(
    r"\b(?:now|from now on|no longer|moved|jetzt|nun|ab sofort|inzwischen|mittlerweile"
    r"|umgezogen|nicht mehr|maintenant|désormais|déménagé|ahora|ya no|mudado"
    r"|nu|voortaan|verhuisd|ora|adesso|trasferit\w+)\b",
    re.IGNORECASE,
)
"""What tells that something was another way before."""

_ARTICLE = re.compile(
    r"(?:the|my|our|his|her|their|der|die|das|mein\w*|unser\w*|le|la|les|mon|ma|mes"
    r"|notre|nos|el|los|las|mis?|nuestr\w+|de|het|mijn|onze|ons|il|lo|gli|i|mi[oae]"
    r"|miei|nostr\w)\s|l['’]",
    re.IGNORECASE,
)
"""What a thing is named with, and seldom a person."""


class Known(Protocol):
    """A known fact."""

    @property
    def key(self) -> str:
        """Return what it is about."""

    @property
    def value(self) -> str:
        """Return what it says."""

    @property
    def subject(self) -> str:
        """Return the name of the person whom it is about, "" for the household."""


def replaced_fact[T: Known](
    statement: str, facts: Iterable[T], speaker: str
) -> T | None:
    """Return the known fact that a statement of a speaker puts right, if there is one.

    It is about what the fact is about, and has half of its value, but not all; or what
    it is about, in several words, is just the key. Facts of other people are none.
    """
    said = {*spoken_words(statement)}
    topic = fold(topic_of(statement))
    best, most = None, 0.0
    for fact in facts:
        share = _share(content_of(fact.value), said)
        if fact.subject not in {"", speaker} or share == 1:
            continue
        if " " in topic and fold(fact.key) == topic:
            return fact
        if most < share >= MIN_SHARE and _share(content_of(fact.key), said) == 1:
            best, most = fact, share
    return best or changed_fact(statement, facts, speaker)


def changed_fact[T: Known](
    statement: str, facts: Iterable[T], speaker: str
) -> T | None:
    """Return the known fact that is another one from now on, as a statement says.

    Its key is the thing that the statement begins with, or where somebody lives or
    works, or what they are called.
    """
    if not _CHANGE.search(statement):
        return None
    said = content_of(statement)
    is_of_thing = bool(_ARTICLE.match(statement))
    for fact in facts:
        key = content_of(fact.key)
        if not key or fact.subject not in {"", speaker}:
            continue
        is_topic = is_of_thing and said[: len(key)] == key
        is_of_one = ONLY_ONE.search(fact.key) and _share(key, {*said}) == 1
        if is_topic or is_of_one:
            return fact
    return None


def is_copy(value: str, facts: Iterable[Known], said: str) -> bool:
    """Return whether a value is that of a known fact, and not what was just said."""
    told = spoken_words(value)
    content = content_of(value)
    return (
        bool(content)
        and _share(content, {*spoken_words(said)}) < 1
        and any(spoken_words(fact.value) == told for fact in facts)
    )


def _share(words: list[str], said: set[str]) -> float:
    """Return the share of words that were said, 0 of none."""
    return sum(is_said(word, said) for word in words) / len(words) if words else 0.0
