"""The facts in memory by the words with which they are asked for.

A fact fits a sentence if they share something that few other facts have: a word in any
inflection, a name, or what the words are about. What is not about the household has
words that no fact has, or such as many have, and nothing fits it.

Decision record: docs/decisions/0014-facts-go-with-the-turn.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import log
import re

from ..facts.fact import Fact
from ..facts.subject import first_name, first_names_in, is_same_person, of_speaker
from ..words.household_words import (
    languages_of,
    parts_of,
    subjects_asked,
    subjects_told,
)
from ..words.telling_words import is_favourite, is_telling, is_weak, telling_words
from .recall_match import KEY_WEIGHT, Match, asked_besides, forms_of, tails_of

MAX_COMMON = 3
COMMON_SHARE = 0.1
"""Number or share of the facts that may have a word for it to tell them apart."""

MIN_SCORE = 0.4
"""Share of the best score that further facts have."""

_FIELD_WEIGHTS = {"key": KEY_WEIGHT, "value": 2.0, "past": 1.0, "quote": 1.0}
_TOLD_WEIGHT = 2.0
_ASKED_WEIGHT = 1.5
"""Weights of a subject, where the words tell it or only ask for it."""

_NAME_WEIGHT = 2.0
_COMPOUND_FACTOR = 0.8

type _Postings = defaultdict[str, dict[str, float]]


class RecallIndex:
    """Facts by id. Not thread-safe."""

    def __init__(self) -> None:
        """Initialize without facts."""
        self._facts: dict[str, Fact] = {}
        self._postings: _Postings = defaultdict(dict)
        """By the forms of words, `=` with what words are about, and `@` with names."""
        self._tails: _Postings = defaultdict(dict)
        """By the last parts of long words, which may be compounds."""

    def clear(self) -> None:
        """Remove all facts."""
        self._facts.clear()
        self._postings.clear()
        self._tails.clear()

    def put(self, fact_id: str, fact: Fact) -> None:
        """Add a fact, replacing the one with the same id. Takes about 0.1 ms."""
        self.remove(fact_id)
        self._facts[fact_id] = fact
        for postings, entries in self._entries(fact):
            for key, weight in entries:
                found = postings[key]
                found[fact_id] = max(weight, found.get(fact_id, 0.0))

    def remove(self, fact_id: str) -> None:
        """Remove a fact, if present."""
        if (fact := self._facts.pop(fact_id, None)) is None:
            return
        for postings, entries in self._entries(fact):
            for key, _ in entries:
                if found := postings.get(key):
                    found.pop(fact_id, None)
                if not found:
                    postings.pop(key, None)

    def search(self, text: str, speaker: str = "") -> list[str]:
        """Return the ids of the facts that clearly fit what was said, the best first.

        `speaker` is the name of who said it, "" if not known. What other people told of
        themselves is left out, unless they are named.
        """
        names = [
            name
            for name in first_names_in(text)
            if f"@{name}" in self._postings and _is_name(name, text)
        ]
        asks = speaker if speaker and of_speaker(text) else ""
        matches = self._matches(text, names)
        most = max(MAX_COMMON, int(len(self._facts) * COMMON_SHARE))
        found: set[str] = set()
        rarities = []
        for match in matches:
            ids = match.ids(most)
            rarities.append(log(1 + len(self._facts) / max(1, len(ids))))
            if match.is_telling and len(ids) <= most:
                found |= ids
        is_meant = {
            subject: _is_meant(subject, names, asks)
            for subject in {self._facts[fact_id].subject for fact_id in found}
        }
        scores = {
            fact_id: 0.0 for fact_id in found if is_meant[self._facts[fact_id].subject]
        }
        for match, rarity in zip(matches, rarities, strict=True):
            for fact_id, weight in match.weights(scores.keys()).items():
                scores[fact_id] += rarity * weight
        least = MIN_SCORE * max(scores.values(), default=0.0)
        best = sorted(scores, key=lambda fact_id: -scores[fact_id])
        besides = asked_besides(matches, best, most)
        return [
            fact_id
            for fact_id in best
            if scores[fact_id] >= least or fact_id in besides
        ]

    def _matches(self, text: str, names: Iterable[str]) -> list[Match]:
        """Return which facts have what a sentence has."""
        words = parts_of(text)
        languages = tuple(languages_of(words))
        by_word = {word: self._of_word(word, languages) for word in telling_words(text)}
        named = [[(self._postings[f"@{name}"], _NAME_WEIGHT)] for name in names]
        is_at_home = bool(
            named
            or any(found for word, found in by_word.items() if not is_weak(word))
            or of_speaker(text, or_household=True)
        )
        # Who asks for their favourite food does not ask for their allergy.
        is_favourite_asked = any(map(is_favourite, words))
        about = set()
        for word, subjects in subjects_asked(words, languages).items():
            for subject, tells in subjects.items():
                found = self._postings.get(f"={subject}")
                is_clear = tells and is_telling(word) and not is_weak(word)
                if is_favourite_asked and not tells:
                    continue
                if found and (is_at_home or is_clear):
                    weight = _TOLD_WEIGHT if tells else _ASKED_WEIGHT
                    by_word.setdefault(word, []).append((found, weight))
                    about.add(word)
        return [
            *(
                Match(found, is_telling=word in about or not is_weak(word))
                for word, found in by_word.items()
            ),
            *map(Match, named),
        ]

    def _of_word(
        self, word: str, languages: tuple[str, ...]
    ) -> list[tuple[Mapping[str, float], float]]:
        """Return the facts with a word in any inflection, or a compound of it."""
        found = []
        for form in forms_of(word, languages):
            found += [(self._postings.get(form), 1.0)]
            found += [(self._tails.get(form), _COMPOUND_FACTOR)]
        for tail in tails_of(word):
            found += [(self._postings.get(tail), _COMPOUND_FACTOR)]
        return [(facts, factor) for facts, factor in found if facts]

    def _entries(
        self, fact: Fact
    ) -> Iterator[tuple[_Postings, Iterable[tuple[str, float]]]]:
        """Yield by what a fact is found, with weights."""
        fields = {
            "key": parts_of(fact.key),
            "value": parts_of(fact.value),
            "past": parts_of(" ".join(past.value for past in fact.past)),
            "quote": parts_of(fact.quote),
        }
        said = [*fields["key"], *fields["value"], *fields["quote"]]
        # Models name the keys in English.
        languages = tuple(dict.fromkeys([*languages_of(said), "en"]))
        words = [
            (word, _FIELD_WEIGHTS[name])
            for name, words in fields.items()
            for word in words
            if is_telling(word)
        ]
        yield (
            self._postings,
            [(form, w) for word, w in words for form in forms_of(word, languages)],
        )
        yield self._tails, [(tail, w) for word, w in words for tail in tails_of(word)]
        about = {f"={name}" for name in subjects_told(said, languages)}
        about.add(f"={fact.category}")
        if fact.subject:
            about.add(f"@{first_name(fact.subject)}")
        yield self._postings, dict.fromkeys(about, 1.0).items()


def _is_name(name: str, text: str) -> bool:
    """Return whether a word is a name and not one of any sentence: Will, May, An."""
    return is_telling(name) or name.title() in re.findall(r"\w+", text)[1:]


def _is_meant(subject: str, names: Sequence[str], speaker: str) -> bool:
    """Return whether a sentence may mean a fact of a person, or of nobody."""
    if not subject:
        return True
    if names:
        return first_name(subject) in names
    return not speaker or is_same_person(subject, speaker)
