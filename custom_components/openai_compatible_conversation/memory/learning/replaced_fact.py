"""Which known fact a statement puts right, so that the new one takes its place.

A small model that is told "Jules has lunch at school on Thursdays now" learns once more
what it was told before, or gives the new fact another name.

Does not depend on Home Assistant.
"""

from collections.abc import Iterable
import re
from typing import Protocol

from ..words.content_words import content_of, is_content_word
from ..words.normalization import fold, spoken_words
from ..words.word_forms import is_said
from .remember_request import statement_in
from .statement import ONLY_ONE, topic_of

MIN_ALIKE = 2
"""Words after a thing, such as "is in", by which two statements tell alike."""

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
    def quote(self) -> str:
        """Return the words that it comes from, "" if they are not known."""

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

    Its key is in the statement: "we live in". Or it was told as the statement is, with
    the thing that it begins with and the same verb: "the bins go out".
    """
    if not _CHANGE.search(statement):
        return None
    said = _unchanged(statement)
    for fact in facts:
        if fact.subject not in {"", speaker} or not fact.key:
            continue
        is_of_one = ONLY_ONE.search(fact.key)
        if is_of_one and {*spoken_words(fact.key)} <= {*said}:
            return fact
        if _ARTICLE.match(statement) and _tells_alike(fact, said):
            return fact
    return None


def _tells_alike(fact: Known, said: list[str]) -> bool:
    """Return whether a statement begins with the thing and the verb of a known fact."""
    key = content_of(fact.key)
    after = _after(key, said)
    before = _after(key, _unchanged(fact.quote))
    if not key or after is None or before is None:
        return False
    alike = [one for one, two in zip(after, before, strict=False) if one == two]
    alike = alike if after[: len(alike)] == alike else []
    return len(alike) >= MIN_ALIKE or any(map(is_content_word, alike))


def _after(key: list[str], said: list[str]) -> list[str] | None:
    """Return the words after a key, None if it is not what is said first."""
    content = [word for word in said if is_content_word(word)]
    if not key or content[: len(key)] != key:
        return None
    return said[said.index(key[-1]) + 1 :]


def _unchanged(text: str) -> list[str]:
    """Return the words of what a text states, without those that tell of a change."""
    return spoken_words(_CHANGE.sub(" ", statement_in(text) or text))


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
