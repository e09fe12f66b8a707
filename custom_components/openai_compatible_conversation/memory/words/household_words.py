"""What the words of households are about, in several languages.

Facts are told in other words than they are asked for: "what must I not eat?" asks for an
allergy. The file beside this module holds a paragraph for each subject. Its lines start
with a language. In front of `?` stand words that tell the subject wherever they occur,
behind it those that ask for it where the household is spoken of. Of words joined by
`+`, a text has to have all, of those joined by `_`, one after the other.
The paragraph `!common` has words by which a language is told.

Decision record: docs/decisions/0014-facts-go-with-the-turn.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ...search.stems import stem
from ...search.words import tokens

MAX_CACHED = 8000
"""Maximum words whose subjects are cached."""

type Subjects = dict[str, bool]
"""The subjects of a word or a text, and whether it tells them by itself."""

_FILE = Path(__file__).with_suffix(".txt")

_COMPOUNDING = frozenset({"de", "nl"})
_MIN_TAIL = 4
_MIN_HEAD = 3
"""Minimum letters of the last part of a compound, and of what is before it."""


_CERTAIN = 2
"""Common words of a language in a text that make it certain."""


class _Language(NamedTuple):
    """The words of a language."""

    common: set[str]
    single: defaultdict[str, Subjects]
    """Subjects by stem."""
    joined: list[tuple[frozenset[str], str, bool]]
    """Stems that stand anywhere in a text, with their subject."""
    phrases: list[tuple[str, str, bool]]
    """Words that stand one after the other, with their subject."""


def parts_of(text: str) -> list[str]:
    """Return the words of a text, in lower case and without accents."""
    return [part for parts in tokens(text) for part in parts]


def languages_of(words: Iterable[str]) -> list[str]:
    """Return the languages in which words may be: all if nothing tells."""
    found = set(words)
    counts = {name: len(found & table.common) for name, table in _LANGUAGES.items()}
    most = max(counts.values())
    return [name for name, count in counts.items() if count == most]


def certain_language_of(text: str) -> str | None:
    """Return the language that a text certainly is in, None if there is none."""
    words = set(parts_of(text))
    counts = {name: len(words & table.common) for name, table in _LANGUAGES.items()}
    best, second = sorted(counts, key=lambda name: -counts[name])[:2]
    is_certain = counts[best] >= _CERTAIN and counts[best] > counts[second]
    return best if is_certain else None


def subjects_told(words: Sequence[str], languages: Iterable[str]) -> set[str]:
    """Return what words of a fact are about, read in some languages."""
    return {
        subject
        for name in languages
        for subjects in _read(words, name).values()
        for subject, is_told in subjects.items()
        if is_told
    }


def subjects_asked(
    words: Sequence[str], languages: Iterable[str]
) -> dict[str, Subjects]:
    """Return what each word of a question is about, read in some languages.

    What several words are about together is returned for "". The last part of a
    compound only asks for its subject: a capital is none of the household's towns.
    """
    found: defaultdict[str, Subjects] = defaultdict(dict)
    for name in languages:
        table = _LANGUAGES[name]
        for word, subjects in _read(words, name).items():
            is_compound = word and stem(word, name) not in table.single
            for subject, is_told in subjects.items():
                tells = is_told and not is_compound
                found[word][subject] = found[word].get(subject, False) or tells
    return found


def _read(words: Sequence[str], language: str) -> dict[str, Subjects]:
    """Return the subjects of each word, and for "" those of several ones."""
    table = _LANGUAGES[language]
    found = {word: _subjects_of(word, language) for word in words}
    said = {stem(word, language) for word in words}
    line = f" {' '.join(words)} "
    found[""] = {
        subject: telling for needed, subject, telling in table.joined if needed <= said
    } | {
        subject: telling for phrase, subject, telling in table.phrases if phrase in line
    }
    return found


@lru_cache(MAX_CACHED)
def _subjects_of(word: str, language: str) -> Subjects:
    """Return the subjects of a word, or of the last part of a compound."""
    table = _LANGUAGES[language]
    if found := table.single.get(stem(word, language)):
        return found
    if language in _COMPOUNDING:
        for cut in range(_MIN_HEAD, len(word) - _MIN_TAIL + 1):
            if found := table.single.get(stem(word[cut:], language)):
                return found
    return {}


def _load() -> dict[str, _Language]:
    """Return the words of the file by language."""
    tables: defaultdict[str, _Language] = defaultdict(
        lambda: _Language(set(), defaultdict(dict), [], [])
    )
    subject = ""
    for line in _FILE.read_text("utf-8").splitlines():
        name, *entries = line.split()
        if name == "=":
            subject = entries[0]
        elif subject == "!common":
            tables[name].common.update(parts_of(" ".join(entries)))
        else:
            _add(tables[name], name, subject, entries)
    return dict(tables)


def _add(table: _Language, name: str, subject: str, entries: Iterable[str]) -> None:
    """Add a line of the file."""
    telling = True
    for entry in entries:
        if entry == "?":
            telling = False
        elif "_" in entry:
            table.phrases.append((f" {' '.join(parts_of(entry))} ", subject, telling))
        else:
            stems = [stem(word, name) for word in parts_of(entry)]
            if len(stems) == 1:
                table.single[stems[0]].setdefault(subject, telling)
            else:
                table.joined.append((frozenset(stems), subject, telling))


# Home Assistant imports integrations in an executor, so this does not block.
_LANGUAGES = _load()
