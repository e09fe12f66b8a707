"""The words of the lexicon, by language, from its files.

The files in `meanings/` hold a paragraph for each meaning. Its first line has, after
`= `, words by which a tool can be found. The other lines start with a language, or `*`
for those that have all classes, and list what people say for it. Of words that are
joined by `+`, a sentence has to have all, in any order. A word such as `@pet` stands
for each word of the paragraph `= @pet`.
The first word of a heading may be a mark:

- `?`: mostly no tool is for it, such as a taxi. It is missed if no document is about
  one of the words. Of those that are joined by `+`, one document has to have all. Alone,
  it stands before what is said itself.
- `!stop`: function words.
- `!weak`: words that tell little about the tool.
- `!common`: words that only tell the language.
- `!verb`: verbs that say nothing without their object.
- `!open`: words for what can have any name, such as a song.
- `!any`: words for what can be about anything, such as a note.
- `!ask`: words that begin a question.
- `!clause`: words that begin a clause which tells when or why.
- `!lead`: words that may stand before the verb of a command.
- `!act`: verbs of what tools do.
- `!hand`: verbs of what is done by hand, or in person.
- `!service`: verbs of what others do for one, such as to book.
- `!article`: words that may stand between a verb and its object.
- `!particle`: words that belong to the verb before them.
- `!noun`: words after which the word before them is none of these verbs.

Decision record: docs/decisions/0007-tools-on-demand.md.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from .stems import LANGUAGES, stem
from .words import STOP_WORDS, tokens

UNCOMMON = "?"
"""Mark of a meaning for which there mostly is no tool."""

type Meaning = tuple[str, ...]
"""Words of tools, perhaps after a mark."""

_WITH_CLASSES = ("de", "en", "es", "fr", "it", "nl")
"""Languages that have words for each class."""
_FOLDER = Path(__file__).parent / "meanings"
_BY_STEM = frozenset({"!any", "!open", "!verb"})
"""Marks of words that are meant in each inflected form."""
_TELLING = frozenset({"!common", "!open", "!stop", "!verb", "!weak"})
"""Marks of words that tell the language."""


def _sets() -> defaultdict[str, set[str]]:
    """Return an empty set for each key."""
    return defaultdict(set)


@dataclass(frozen=True, slots=True)
class WordTable:
    """The words of a language."""

    language: str
    by_stem: defaultdict[str, list[Meaning]] = field(
        default_factory=lambda: defaultdict(list)
    )
    by_spelling: defaultdict[str, list[Meaning]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """It comes before the stem: a freezer does not freeze."""
    phrases: defaultdict[str, list[tuple[tuple[str, ...], Meaning]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """Stems and classes that a sentence has to have, by one of them."""
    marked: defaultdict[str, set[str]] = field(default_factory=_sets)
    """Words or stems, by the mark of their paragraph."""
    class_by_spelling: defaultdict[str, set[str]] = field(default_factory=_sets)
    """What a word is one of, such as `@pet`."""
    class_by_stem: defaultdict[str, set[str]] = field(default_factory=_sets)
    parts: set[str] = field(default_factory=set)
    """Stems of the phrases and the classes."""
    common: set[str] = field(default_factory=set)
    """Words that tell the language."""

    def add(self, meaning: Meaning, entries: Iterable[str]) -> None:
        """Add what people say for a meaning, given as a heading."""
        mark, *words = meaning
        for entry in entries:
            classes = {part for part in entry.split("+") if part.startswith("@")}
            spoken = [
                word
                for part in entry.split("+")
                if part not in classes
                for parts in tokens(part)
                for word in parts
            ]
            stems = [stem(word, self.language) for word in spoken]
            if mark.startswith("!"):
                self.marked[mark].update(stems if mark in _BY_STEM else spoken)
                if mark in _TELLING:
                    self.common.update(spoken)
            elif mark.startswith("@"):
                self._add_to_class(mark, spoken, stems)
            elif words or mark != UNCOMMON:
                self._add_meaning(meaning, spoken, stems, classes)
            else:
                self._add_meaning((mark, "+".join(spoken)), spoken, stems, classes)

    def _add_to_class(self, name: str, spoken: list[str], stems: list[str]) -> None:
        """Add words to a class."""
        for word in spoken:
            self.class_by_spelling[word].add(name)
        for part in stems:
            self.class_by_stem[part].add(name)
        self.parts.update(stems)

    def _add_meaning(
        self, meaning: Meaning, spoken: list[str], stems: list[str], classes: set[str]
    ) -> None:
        """Add a word or a phrase with a meaning."""
        if len(stems) == 1 and not classes:
            self.by_stem[stems[0]].append(meaning)
            self.by_spelling[spoken[0]].append(meaning)
        else:
            needed = [*stems, *classes]
            self.phrases[needed[0]].append((tuple(dict.fromkeys(needed)), meaning))
            self.parts.update(needed)


@cache
def word_tables() -> dict[str, WordTable]:
    """Return the words of all languages. Does blocking I/O the first time."""
    tables = {language: WordTable(language) for language in LANGUAGES}
    tables["en"].add(("!stop",), STOP_WORDS)
    for path in sorted(_FOLDER.glob("*.txt")):
        heading: Meaning = ()
        for line in path.read_text("utf-8").splitlines():
            first, *entries = line.split()
            if first == "=":
                heading = tuple(entries)
            else:
                for language in _WITH_CLASSES if first == "*" else (first,):
                    tables[language].add(heading, entries)
    return tables
