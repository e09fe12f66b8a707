"""Check of told facts against what the user said.

A model calls `learn_fact` for what a mail or a web page says as readily as for what the
user says. There is no quote here, so the value itself has to be in the user's words.

Decision record: docs/decisions/0008-memory-quotes-its-source.md.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
import re
from typing import NamedTuple

from ...search.words import STOP_WORDS
from ..facts.fact import NAMED, Category
from ..words.content_words import FRAME, is_content_word, names_in, numbers_in
from ..words.normalization import spoken_words
from ..words.spoken_numbers import with_digits, with_times
from ..words.word_forms import has_opposite, is_said, is_said_in_any_form

MAX_UTTERANCES = 20
"""Number of utterances that are searched, the last ones."""

MAX_UTTERANCE = 4000
"""Characters of an utterance that are searched."""

_MIN_FOREIGN = 2
"""Words of a key that stood in earlier texts only, from which on it is not the user's."""

_MIN_RUN = 3
"""Minimum digits of a number that may be said in groups of digits."""

_NOTHING = """
yes no true false on off always never i im ive like likes dislike dislikes love loves
hate hates prefer prefers want wants favorite favourite
ja nein nie immer mag oui non jamais toujours si nunca siempre sempre nee nooit
altijd sim nao nej aldrig tak nigdy да нет никогда 是 否 对
"""

_SAYS_NOTHING = frozenset(_NOTHING.split())
"""Words that say nothing without the key, as in `vegetarian: yes`."""

_AGE = frozenset({"year", "years", "old", "aged"})
"""Words that models add to the number of years."""

_ESCAPE = re.compile(r"\\[bfnrt]")
"""Escaped white space in JSON."""

_LATE = re.compile(
    r"\d ?p ?m\b|afternoon|evening|night|abend|nachmittag|nacht|soir|apres ?midi|nuit"
    r"|tarde|noche|middag|avond|sera\b|pomeriggio|notte|noite|kvall|wieczor|вечер|晚|下午"
)
"""What tells that an hour is one after noon."""


class Proof(NamedTuple):
    """Whether a fact was told."""

    unsaid: list[str]
    """The words that it lacks in what was said, none if it is told."""
    utterance: str
    """The utterance that has most of it, of several the last one, "" if none."""


class ToldEvidence:
    """What a user said in a conversation, to check facts against that a model learns.

    Do not use it in the event loop: rules for spelled numbers are read from disk.
    """

    def __init__(
        self,
        utterances: Sequence[str],
        language: str,
        read: Iterable[str] = (),
        earlier: Iterable[str] = (),
    ) -> None:
        """Initialize with utterances, their language, and what others wrote.

        `read` was read by tools in this turn, `earlier` is all else; both may be JSON.
        """
        self._language = language.replace("_", "-").split("-")[0].casefold()
        self._utterances = [
            _Utterance(text, words, reading)
            for text in reversed(utterances[-MAX_UTTERANCES:])
            if (words := spoken_words(text[:MAX_UTTERANCE]))
            for reading in self._readings(words)
        ]
        self._said = {word for said in self._utterances for word in said.words}
        just_read = _words_of(read)
        self._is_reading = bool(just_read)
        """Whether a tool was read in this turn: then nothing is taken for paraphrase."""
        self._read = just_read | _words_of(earlier)

    def proof(self, category: Category, key: str, value: str) -> Proof:
        """Return what proves that a fact was told, or what is missing.

        Models paraphrase, so one utterance has to contain only:

        - every number, in digits or in words;
        - half of the content words, in any form. The others must not be in what others
          wrote: such a word is no paraphrase, but was read there. If it was just read,
          all have to be said, as the model may paraphrase that as well;
        - every name, in categories where names matter, and no opposite of a word.

        If the value says nothing by itself, such as `yes`, that holds for the key, names
        apart, and after reading also for the value. No key may be what others wrote.
        """
        words = spoken_words(value)
        names = set(names_in(value)) - _SAYS_NOTHING if category in NAMED else set()
        if _content(words):
            # A title has capitals everywhere; otherwise May and Will are names.
            names -= STOP_WORDS | FRAME
        elif not names:
            words = spoken_words(key)
            # Of `Ada likes tea`, the name is said in any sentence about her.
            named = {name for said in self._utterances for name in names_in(said.text)}
            words = [word for word in words if word not in named] or words
        if not words:
            return Proof([value], "")
        unsaid = [word for word in spoken_words(value) if word not in self._said]
        if self._is_reading and unsaid and not _content(spoken_words(value)):
            # Whether it is so may have been read.
            return Proof(unsaid, "")
        candidates = (
            Proof(self._missing(utterance, words, reading, names), utterance.text)
            for utterance in self._utterances
            for reading in self._readings(words)
        )
        best = min(
            candidates, key=lambda proof: len(proof.unsaid), default=Proof(words, "")
        )
        unsaid = list(dict.fromkeys([*best.unsaid, *self._foreign(key)]))
        return best._replace(unsaid=unsaid)

    def _foreign(self, key: str) -> list[str]:
        """Return the words of a key that are not the user's, but what others wrote."""
        foreign = [
            word
            for word in _content(spoken_words(key))
            if is_said_in_any_form(word, self._read)
            and not is_said_in_any_form(word, self._said)
        ]
        # The user may speak of what was read before: "he", for the plumber.
        return foreign if self._is_reading or len(foreign) >= _MIN_FOREIGN else []

    def _missing(
        self,
        utterance: _Utterance,
        words: list[str],
        reading: list[str],
        names: set[str],
    ) -> list[str]:
        """Return what is missing in one utterance of the words of a fact, as read."""
        numbers = utterance.numbers(late=bool(_LATE.search(" ".join(reading))))
        content = _content(reading) or reading
        unsaid = [word for word in content if not utterance.has(word, numbers)]
        # An article may be a spelled number one, so only a digit counts as that.
        ignored = {"1"} - numbers_in(words)
        missing = {
            word
            for word in unsaid
            if numbers_in([word]) - ignored
            or is_said_in_any_form(word, self._read)
            or has_opposite(word, utterance.words)
            or 2 * len(unsaid) > len(content)
            # The zeros of a time need not be said.
            or (self._is_reading and word.strip("0"))
        }
        missing |= {name for name in names if not is_said(name, utterance.words)}
        return [word for word in dict.fromkeys([*reading, *words]) if word in missing]

    def _readings(self, words: list[str]) -> list[list[str]]:
        """Return words with digits for numbers, and with those for times as well."""
        digits = with_digits(words, dict.fromkeys((self._language, "en")))
        times = with_times(digits, self._language)
        return [digits] if digits == times else [digits, times]


class _Utterance:
    """The words and numbers of an utterance, in one of its readings."""

    def __init__(self, text: str, words: list[str], reading: list[str]) -> None:
        """Initialize with a text, its words, and the words as they are read."""
        self.text = text
        self.words = {*words, *reading}
        self._late = bool(_LATE.search(" ".join(words)))
        self._numbers = numbers_in(reading)
        self._runs = [
            "".join(run)
            for is_number, run in groupby(reading, str.isdecimal)
            if is_number
        ]

    def numbers(self, *, late: bool) -> set[str]:
        """Return the numbers, and those of the hours after noon if it is late."""
        if not late and not self._late:
            return self._numbers
        hours = {int(number) for number in self._numbers if len(number) <= 2}
        return self._numbers | {str((hour + 12) % 24) for hour in hours if hour < 24}

    def has(self, word: str, numbers: set[str]) -> bool:
        """Return whether a word was said in any form; `numbers` are those said."""
        if wanted := numbers_in([word]):
            return all(
                number in numbers
                or (
                    len(number) >= _MIN_RUN and any(number in run for run in self._runs)
                )
                for number in wanted
            )
        return is_said_in_any_form(word, self.words)


def _words_of(texts: Iterable[str]) -> set[str]:
    """Return the words of texts, which may be JSON."""
    return {word for text in texts for word in spoken_words(_ESCAPE.sub(" ", text))}


def _content(words: Iterable[str]) -> list[str]:
    """Return the different words that say something without others."""
    return [
        word
        for word in dict.fromkeys(words)
        if is_content_word(word) and word not in _SAYS_NOTHING | _AGE
    ]
