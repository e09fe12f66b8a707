"""Check that a user asked for what a model wants to forget.

A model calls `forget_fact` for what a mail says as readily as for what the user says,
and sometimes for a question. To forget cannot be undone, so the user has to have spoken
of the fact.

Decision record: docs/decisions/0008-memory-quotes-its-source.md.
"""

from collections.abc import Iterable, Sequence
import re

from ..facts.fact import Fact
from ..facts.subject import is_same_person, of_speaker
from ..words.household_words import (
    certain_language_of,
    languages_of,
    parts_of,
    subjects_asked,
    subjects_told,
)
from ..words.normalization import spoken_words
from ..words.telling_words import is_telling, is_weak, telling_words
from ..words.word_forms import is_said_in_any_form
from .forget_request import asks_not_to_forget, asks_to_forget

MAX_RECENT = 3
"""Number of utterances of which one asks to forget: a question may be in between."""

MAX_TEXT = 20_000
"""Characters of a text of others that are searched."""

_MAX_ANSWER = 4
"""Words of an answer to a question of the model."""

_MIN_CODE = 3
"""Digits of a number that tells which fact is meant."""

_EVERYTHING = re.compile(
    r"\b(?:everything|all|alles|tout|todo|tutto|tudo|wszystko|allt|alt)\b"
)


class ForgetEvidence:
    """What was said in a conversation, to check what a model wants to forget."""

    def __init__(
        self,
        utterances: Sequence[str],
        *,
        speaker: str = "",
        read: Iterable[str] = (),
        earlier: Iterable[str] = (),
        told: Sequence[str] = (),
        said_before: Iterable[str] = (),
    ) -> None:
        """Initialize with utterances, and who says the last one, "" if not known.

        `read` was read by tools in this turn, `earlier` is what others wrote before.
        `told` is what the model said, and was told of facts, in the session, the last
        text last. `said_before` are users' words in it before the conversation.
        """
        recent = list(utterances[-MAX_RECENT:])
        last = recent[-1] if recent else ""
        self._speaker = speaker
        self._said = [parts_of(text) for text in utterances]
        self._words = {word for words in self._said for word in words}
        self._asks = any(map(asks_to_forget, recent))
        self._is_own = of_speaker(last)
        self._is_all = bool(_EVERYTHING.search(" ".join(spoken_words(last)))) and all(
            is_weak(word) or asks_to_forget(word) or _EVERYTHING.match(word)
            for word in telling_words(last)
        )
        self._told = {word for text in told for word in parts_of(text)}
        self._told |= {word for text in said_before for word in parts_of(text)}
        is_foreign = any(read) or any(
            asks_to_forget(text[:MAX_TEXT]) for text in earlier
        )
        is_agreed = (
            not is_foreign
            and len(spoken_words(last)) <= _MAX_ANSWER
            and any(map(asks_to_forget, told[-1:]))
        )
        # How that is said in other languages is not known.
        is_certain = is_foreign or any(map(certain_language_of, recent))
        self._may_ask = self._asks or is_agreed or not is_certain
        self._refuses = asks_not_to_forget(last)

    def allows(self, fact: Fact, words: str = "") -> bool:
        """Return whether the user asked to have a fact forgotten.

        `words` are those by which the model means it.
        """
        if self._refuses or not self._may_ask:
            return False
        return self._is_spoken_of(fact, words) or (self._asks and self._is_meant(fact))

    def _is_spoken_of(self, fact: Fact, words: str) -> bool:
        """Return whether the user said a word that tells which fact is meant."""
        own = parts_of(f"{fact.subject} {fact.key} {fact.value} {fact.quote} {words}")
        if any(
            is_said_in_any_form(word, self._words)
            for word in own
            if (is_telling(word) and not is_weak(word)) or _is_code(word)
        ):
            return True
        about = subjects_told(own, languages_of(own))
        return any(
            about.intersection(subjects)
            for said in self._said
            for subjects in subjects_asked(said, languages_of(said)).values()
        )

    def _is_meant(self, fact: Fact) -> bool:
        """Return whether a request to forget that, or everything, means a fact."""
        if self._is_all and (
            not self._is_own or is_same_person(fact.subject, self._speaker)
        ):
            return True
        content = [word for word in parts_of(fact.value) if len(word) > 1]
        return any(is_said_in_any_form(word, self._told) for word in content)


def _is_code(word: str) -> bool:
    """Return whether a word is a number that is not said by chance."""
    return word.isdecimal() and len(word) >= _MIN_CODE
