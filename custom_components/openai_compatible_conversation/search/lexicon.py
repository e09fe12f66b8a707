"""Everyday words of several languages, and what they mean in the words of tools.

The files in `meanings/` hold a paragraph for each meaning. Its first line has, after
`= `, words by which a tool can be found. The other lines start with a language, and
list what people say for it. Of words that are joined by `+`, a sentence has to have
all, in any order. The first word of a heading may be a mark:

- `?`: mostly no tool is for it, such as a taxi. It is missed if no document has one of
  the words.
- `!common`: words that only tell the language, `!stop`: function words, `!weak`: words that tell little about the tool, `!verb`:
  verbs that say nothing without their object, `!open`: words for what can have any
  name, such as a song.

Decision record: docs/decisions/0007-tools-on-demand.md.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from .stems import LANGUAGES, stem
from .words import STOP_WORDS, tokens

UNCOMMON = "?"
"""Mark of a meaning for which there mostly is no tool."""

type Meaning = tuple[str, ...]
"""Words of tools, perhaps after a mark."""

_FOLDER = Path(__file__).parent / "meanings"

_CERTAIN = 2
"""Common words of a language in a sentence that make it certain."""

_MIN_PART = 4
"""Minimum characters of a part of a compound."""

_COMPOUNDING = frozenset({"de", "nl", "sv"})
"""Languages that write compounds as one word."""

_LINKS = ("", "s", "n", "en", "es", "e")
"""What may stand between the parts of a compound."""


class Phrase(NamedTuple):
    """Words of a sentence that have a meaning together, by position."""

    positions: frozenset[int]
    meaning: Meaning


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
    is_open: bool = False
    """Whether the sentence is about something that can have any name."""


class _Words(NamedTuple):
    """The words of a language, by stem or as they are written."""

    single: defaultdict[str, list[Meaning]]
    phrases: defaultdict[str, list[tuple[frozenset[str], Meaning]]]
    """By the first of the stems that a sentence has to have."""
    kinds: defaultdict[str, set[str]]
    """Words and stems by the mark of their meaning."""
    common: set[str]


class Lexicon:
    """The meanings of words, in the languages of a home first. Thread-safe."""

    def __init__(self, languages: Iterable[str] = ()) -> None:
        """Initialize with the languages of the home, as codes such as `de-CH`.

        Does blocking I/O the first time.
        """
        self._tables = _tables()
        self._home = {
            language.replace("_", "-").partition("-")[0].casefold()
            for language in languages
        }

    def tool_words(self) -> set[str]:
        """Return the words of tools that words may mean."""
        return {
            word
            for table in self._tables.values()
            for meanings in (
                *table.single.values(),
                *([meaning for _, meaning in p] for p in table.phrases.values()),
            )
            for meaning in meanings
            for word in meaning
            if word != UNCOMMON
        }

    def read(self, sentence: Sequence[str], is_known: Callable[[str], bool]) -> Reading:
        """Return what the words of a sentence mean, given in lower case, unaccented.

        A word that `is_known` is not looked up in improbable languages.
        """
        tiers = self._tiers(sentence)
        reading = Reading([], languages=tiers[0])
        for position, word in enumerate(sentence):
            if self._is_common(word, tiers[0]):
                reading.common.add(position)
            is_certain = position in reading.common or is_known(word)
            reading.meanings.append(
                self._meanings(word, tiers[:1] if is_certain else tiers)
            )
        for language in tiers[0]:
            self._read_kinds(reading, sentence, language)
        for tier in tiers:
            for language in tier:
                reading.phrases += self._phrases(sentence, language)
            if reading.phrases:
                break
        return reading

    def _tiers(self, sentence: Sequence[str]) -> list[list[str]]:
        """Return the languages to look words up in, the most probable ones first."""
        scores: defaultdict[float, list[str]] = defaultdict(list)
        for language, table in self._tables.items():
            found = sum(word in table.common for word in sentence)
            scores[found + (language in self._home) / 2].append(language)
        best, *others = sorted(scores, reverse=True)
        first = scores[best]
        if best >= _CERTAIN:
            return [first] if "en" in first else [first, ["en"]]
        rest = [language for score in others for language in scores[score]]
        at_home = [language for language in rest if language in self._home]
        elsewhere = [language for language in rest if language not in self._home]
        return [first, *filter(None, (at_home, elsewhere))]

    def _is_common(self, word: str, languages: Iterable[str]) -> bool:
        """Return whether a word is a common one of a language."""
        return any(
            word in (table := self._tables[language]).common
            or stem(word, language) in table.kinds["!verb"]
            for language in languages
        )

    def _read_kinds(
        self, reading: Reading, sentence: Sequence[str], language: str
    ) -> None:
        """Add what the words of a sentence are good for in a language."""
        kinds = self._tables[language].kinds
        for position, word in enumerate(sentence):
            word_stem = stem(word, language)
            if word in kinds["!stop"]:
                reading.stop.add(position)
            elif word in kinds["!weak"] or word.isdecimal():
                reading.weak.add(position)
            elif word_stem in kinds["!verb"]:
                reading.verbs.add(position)
            reading.is_open |= word_stem in kinds["!open"]

    def _meanings(self, word: str, tiers: list[list[str]]) -> list[Meaning]:
        """Return what a word means in the most probable languages that have it."""
        for find in (self._of_word, self._of_parts):
            for tier in tiers:
                found = [m for language in tier for m in find(word, language)]
                if found:
                    return list(dict.fromkeys(found))
        return []

    def _of_word(self, word: str, language: str) -> Sequence[Meaning]:
        """Return what a word means in a language."""
        return self._tables[language].single.get(stem(word, language), ())

    def _of_parts(self, word: str, language: str) -> Iterator[Meaning]:
        """Yield what the parts of a compound mean; the last part is what it is."""
        if language not in _COMPOUNDING:
            return
        for cut in range(_MIN_PART, len(word) - _MIN_PART + 1):
            if last := self._of_word(word[cut:], language):
                yield from last
                for link in _LINKS:
                    first = word[:cut].removesuffix(link)
                    if word[:cut].endswith(link) and len(first) >= _MIN_PART:
                        yield from self._of_word(first, language)
                return

    def _phrases(self, sentence: Sequence[str], language: str) -> Iterator[Phrase]:
        """Yield what words of a sentence mean together in a language."""
        places: defaultdict[str, set[int]] = defaultdict(set)
        for position, word in enumerate(sentence):
            places[stem(word, language)].add(position)
        for first in places:
            for needed, meaning in self._tables[language].phrases.get(first, ()):
                if needed <= places.keys():
                    positions = [place for part in needed for place in places[part]]
                    yield Phrase(frozenset(positions), meaning)


@cache
def _tables() -> dict[str, _Words]:
    """Return the words of all languages."""
    tables = {
        language: _Words(defaultdict(list), defaultdict(list), defaultdict(set), set())
        for language in LANGUAGES
    }
    _add(tables["en"], "en", ("!stop",), STOP_WORDS)
    for path in sorted(_FOLDER.glob("*.txt")):
        heading: Meaning = ()
        for line in path.read_text("utf-8").splitlines():
            first, *entries = line.split()
            if first == "=":
                heading = tuple(entries)
            else:
                _add(tables[first], first, heading, entries)
    return tables


def _add(
    table: _Words, language: str, meaning: Meaning, entries: Iterable[str]
) -> None:
    """Add what people say for a meaning in a language."""
    kind = meaning[0]
    for entry in entries:
        spoken = [part for parts in tokens(entry) for part in parts]
        stems = [stem(word, language) for word in spoken]
        if kind in ("!verb", "!open"):
            table.kinds[kind].update(stems)
            table.common.update(spoken)
        elif kind.startswith("!"):
            table.kinds[kind].update(spoken)
            table.common.update(spoken)
        elif len(stems) == 1:
            table.single[stems[0]].append(meaning)
        else:
            table.phrases[stems[0]].append((frozenset(stems), meaning))
