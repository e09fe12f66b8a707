"""What a query asks for that no tool does, and how much is missed without it."""

from collections.abc import Sequence, Set as AbstractSet

from .lexicon import Reading
from .matcher import Matcher
from .synonyms import synonyms_of

UNSERVED_CLAIM = 3.0
"""Claim of what mostly no tool is for."""

UNKNOWN_CLAIM = 0.7
"""Claim of what may be anything."""

KNOWN_VERB_SCORE = 0.2
"""Score of a word for a document to do what it says, if it is a verb."""


def unserved_claims(
    words: Sequence[str],
    reading: Reading,
    content: AbstractSet[int],
    served: AbstractSet[int],
    matcher: Matcher,
) -> dict[int, float]:
    """Return the claims of words for which there is no document, by position.

    The claim is 0 if a word is not missed. Of the `content`, other words together mean
    the words that are `served`.
    """
    command = reading.command
    is_clear = any(
        matcher.is_about(words[place])
        or any(map(matcher.is_served, reading.meanings[place]))
        for place in content - reading.verbs
    )
    # A question is about what is known, but a command may be one for hands.
    may_be_object = reading.is_question or (
        not command.is_service and (bool(served) or is_clear)
    )
    claims: dict[int, float] = {}
    left = UNKNOWN_CLAIM if reading.is_question else UNSERVED_CLAIM
    for place in sorted(content):
        if not _is_unserved(place, words[place], reading, served, matcher):
            continue
        is_verb = _is_verb(place, reading)
        claims[place] = 0.0
        if place not in served and (is_verb or not reading.holds_any):
            claims[place] = (
                UNKNOWN_CLAIM
                if place in reading.subordinate or (may_be_object and not is_verb)
                else left
            )
            left = UNKNOWN_CLAIM
    return claims


def _is_verb(place: int, reading: Reading) -> bool:
    """Return whether a word is the verb of a command, and can be nothing else."""
    command = reading.command
    return place == command.head and (command.is_by_hand or command.is_verb_certain)


def _is_unserved(
    place: int,
    word: str,
    reading: Reading,
    served: AbstractSet[int],
    matcher: Matcher,
) -> bool:
    """Return whether there is no document for a word."""
    meanings = reading.meanings[place]
    if _is_verb(place, reading):
        if reading.command.is_by_hand:
            return not matcher.is_about(word)
        if not meanings:
            return not served and not _is_known_verb(place, word, reading, matcher)
    return bool(meanings) and not any(map(matcher.is_served, meanings))


def _is_known_verb(place: int, word: str, reading: Reading, matcher: Matcher) -> bool:
    """Return whether a document may do what a verb says."""
    return place in reading.common or any(
        score >= KNOWN_VERB_SCORE
        for other in (word, *synonyms_of(word))
        for score in matcher.scores(other).values()
    )
