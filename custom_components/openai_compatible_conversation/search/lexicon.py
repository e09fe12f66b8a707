"""Everyday words of several languages, and what they mean in the words of tools.

A sentence is read in its own language, which its commonest words tell, and in those of
the home. The words are those of `word_tables.py`.

Decision record: docs/decisions/0007-tools-on-demand.md.
"""

from collections import defaultdict
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Sequence,
    Set as AbstractSet,
)
from dataclasses import dataclass, field

from .commands import NO_COMMAND, Command, read_command, subordinate_start
from .phrases import Phrase, compound_parts, find_phrases
from .stems import stem
from .word_forms import verb_of
from .word_tables import UNCOMMON, Meaning, WordTable, word_tables

_CERTAIN = 2
"""Common words of a language in a sentence that make it certain."""

_MIN_UNSERVED = 5
"""Minimum characters of a stem that may mean something without a tool."""


@dataclass(slots=True)
class Reading:
    """What a lexicon tells of the words of a sentence, by position."""

    meanings: list[list[Meaning]]
    """What each word means by itself."""
    phrases: list[Phrase] = field(default_factory=list)
    stop: set[int] = field(default_factory=set)
    weak: set[int] = field(default_factory=set)
    verbs: set[int] = field(default_factory=set)
    common: set[int] = field(default_factory=set)
    """Words that are no misspelling of others."""
    languages: list[str] = field(default_factory=list)
    """The languages that the sentence may be in."""
    is_question: bool = False
    is_open: bool = False
    """Whether the sentence is about something that can have any name."""
    holds_any: bool = False
    """Whether the sentence has what can be about anything."""
    command: Command = NO_COMMAND
    """What is known of its verb, if it is no question."""
    subordinate: range = range(0)
    """Words of a clause that tells when or why."""


class Lexicon:
    """The meanings of words, in the languages of a home first. Thread-safe."""

    def __init__(self, languages: Iterable[str] = ()) -> None:
        """Initialize with the languages of the home, as codes such as `de-CH`.

        Does blocking I/O the first time.
        """
        self._tables = word_tables()
        self._home = dict.fromkeys(
            language.replace("_", "-").partition("-")[0].casefold()
            for language in languages
        )

    @property
    def languages(self) -> Collection[str]:
        """Return the languages of the home, as codes such as `de`."""
        return self._home.keys()

    def tool_words(self) -> set[str]:
        """Return the words of tools that words may mean."""
        return {
            word
            for table in self._tables.values()
            for meanings in (
                *table.by_stem.values(),
                *([meaning for _, meaning in p] for p in table.phrases.values()),
            )
            for meaning in meanings
            for words in meaning
            if words != UNCOMMON
            for word in words.split("+")
        }

    def read(
        self,
        sentence: Sequence[str],
        is_known: Callable[[str], bool],
        names: AbstractSet[str] = frozenset(),
    ) -> Reading:
        """Return what the words of a sentence mean, given in lower case, unaccented.

        A word that `is_known` is not looked up in improbable languages. What means
        nothing else and is among `names` may be a person.
        """
        tiers = self._tiers(sentence)
        reading = Reading([], languages=[table.language for table in tiers[0]])
        for position, word in enumerate(sentence):
            if _is_common(word, tiers[0]):
                reading.common.add(position)
            is_certain = position in reading.common or is_known(word)
            reading.meanings.append(_meanings(word, tiers[:1] if is_certain else tiers))
        for table in tiers[0]:
            _read_marks(reading, sentence, table)
        start = subordinate_start(sentence, tiers[0])
        reading.subordinate = range(start, len(sentence))
        if not reading.is_question:
            reading.command = read_command(
                sentence, tiers[0], reading.stop | reading.weak
            )
        people = {
            position
            for position, word in enumerate(sentence)
            if word in names and not reading.meanings[position] and not is_known(word)
        }
        for tier in tiers:
            for table in tier:
                reading.phrases += find_phrases(sentence, table, people, reading.stop)
            if reading.phrases:
                break
        return reading

    def may_be(self, language: str, sentence: Sequence[str]) -> bool:
        """Return whether a sentence may be in a language, by its commonest words."""
        scores = self._probable(sentence)
        best = max(scores)
        return best < _CERTAIN or self._tables[language] in scores[best]

    def _probable(self, sentence: Sequence[str]) -> dict[float, list[WordTable]]:
        """Return the languages by how probable each is for a sentence."""
        scores: defaultdict[float, list[WordTable]] = defaultdict(list)
        for language, table in self._tables.items():
            found = sum(word in table.common for word in sentence)
            scores[found + (language in self._home) / 2].append(table)
        return scores

    def _tiers(self, sentence: Sequence[str]) -> list[list[WordTable]]:
        """Return the languages to look words up in, the most probable ones first."""
        scores = self._probable(sentence)
        best, *others = sorted(scores, reverse=True)
        first = scores[best]
        english = self._tables["en"]
        if best >= _CERTAIN:
            return [first] if english in first else [first, [english]]
        rest = [table for score in others for table in scores[score]]
        at_home = [table for table in rest if table.language in self._home]
        elsewhere = [table for table in rest if table.language not in self._home]
        return [first, *filter(None, (at_home, elsewhere))]


def _is_common(word: str, tables: Iterable[WordTable]) -> bool:
    """Return whether a word is a common one of a language."""
    return any(
        word in table.common or stem(word, table.language) in table.marked["!verb"]
        for table in tables
    )


def _read_marks(reading: Reading, sentence: Sequence[str], table: WordTable) -> None:
    """Add what the words of a sentence are good for in a language."""
    marked = table.marked
    for position, word in enumerate(sentence):
        word_stem = stem(word, table.language)
        if word in marked["!stop"]:
            reading.stop.add(position)
        elif word in marked["!weak"] or word.isdecimal():
            reading.weak.add(position)
        elif word_stem in marked["!verb"] and (
            word in table.common or word not in table.by_spelling
        ):
            reading.verbs.add(position)
        reading.is_question |= position == 0 and word in marked["!ask"]
        reading.is_open |= word_stem in marked["!open"]
        if word not in marked["!weak"]:
            reading.holds_any |= word_stem in marked["!any"]


def _meanings(word: str, tiers: list[list[WordTable]]) -> list[Meaning]:
    """Return what a word means in the most probable languages that have it."""
    for find in (_of_word, _of_participle, _of_parts):
        for tier in tiers:
            found = [meaning for table in tier for meaning in find(word, table)]
            if found:
                return list(dict.fromkeys(found))
    return []


def _of_word(word: str, table: WordTable) -> Sequence[Meaning]:
    """Return what a word means in a language."""
    if spelled := table.by_spelling.get(word):
        return spelled
    if word in table.marked["!weak"] or word in table.marked["!stop"]:
        # "New" is no news.
        return ()
    part = stem(word, table.language)
    # Too few letters, or those of a verb, do not say that there is no tool for it.
    is_doubtful = part in table.marked["!verb"] or (
        len(part) < _MIN_UNSERVED and part != word
    )
    return [
        meaning
        for meaning in table.by_stem.get(part, ())
        if not (is_doubtful and meaning[0] == UNCOMMON)
    ]


def _of_participle(word: str, table: WordTable) -> Sequence[Meaning]:
    """Return what the verb of a participle means."""
    verb = verb_of(word, table.language)
    return _of_word(verb, table) if verb != word else ()


def _of_parts(word: str, table: WordTable) -> Iterator[Meaning]:
    """Yield what the parts of a compound mean."""
    for part in compound_parts(word, table):
        yield from table.by_stem.get(part, ())
