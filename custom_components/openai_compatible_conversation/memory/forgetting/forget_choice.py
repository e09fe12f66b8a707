"""Which facts are meant by what a model wants to forget."""

from collections.abc import Iterable, Sequence

from ..facts.fact import Category, Fact
from ..facts.subject import is_same_person
from ..words.household_words import parts_of
from ..words.telling_words import is_telling, is_weak
from ..words.word_forms import is_said_in_any_form


def with_key(
    facts: Iterable[Fact], category: Category | None, key: str, speaker: str
) -> list[Fact]:
    """Return the facts with a key, in a category if one of them is in it.

    Models write keys in another form, such as `favourite_colour`. Of the same fact of
    several people, it is that of the speaker.
    """
    words = parts_of(key)
    found = [fact for fact in facts if parts_of(fact.key) == words]
    found = [fact for fact in found if fact.category == category] or found
    own = [fact for fact in found if is_same_person(fact.subject, speaker)]
    return own if len(own) == 1 else found


def names_nothing(words: str) -> bool:
    """Return whether words do not tell which fact is meant, such as "that"."""
    return not _telling(words)


def choose(facts: Sequence[Fact], words: str) -> list[Fact]:
    """Return those of some facts that have most of what words tell."""
    telling = _telling(words)
    counts = [_count(fact, telling) for fact in facts]
    most = max(counts, default=0)
    return [fact for fact, count in zip(facts, counts, strict=True) if count == most]


def just_told(facts: Iterable[Fact], utterances: Sequence[str]) -> list[Fact]:
    """Return the newest fact that a user told in some utterances, at most one."""
    told = [
        fact
        for fact in facts
        if fact.quote and any(fact.quote in text for text in utterances)
    ]
    return [max(told, key=lambda fact: fact.updated_at)] if told else []


def _telling(words: str) -> list[str]:
    """Return the words that tell which fact is meant."""
    return [
        word
        for word in dict.fromkeys(parts_of(words))
        if is_telling(word) and not is_weak(word)
    ]


def _count(fact: Fact, words: Iterable[str]) -> int:
    """Return how many of some words a fact has, in any form."""
    own = set(parts_of(f"{fact.subject} {fact.key} {fact.value} {fact.quote}"))
    return sum(is_said_in_any_form(word, own) for word in words)
