"""English words for the words of other languages, from files.

The files in `glosses/`, one for each language, hold a line for each meaning: the forms of
a word, and after ` | ` one to three English words that stand in the same place of the same
sentence. What they say is only as much as the meaning of a whole sentence needs.

Decision record: docs/decisions/0028-a-sense-of-meaning.md.
"""

from collections.abc import Iterable
from functools import cache
import logging
from pathlib import Path

from .stems import stem
from .words import joined, tokens

FOLDER = Path(__file__).parent / "glosses"

MIN_KNOWN = 0.65
"""Share of the words of a sentence that have to be known."""

_LOGGER = logging.getLogger(__name__)
_SEPARATOR = " | "


class Glosses:
    """The English words for those of a language."""

    def __init__(self, language: str, lines: Iterable[str]) -> None:
        """Initialize with the lines of a file."""
        self._language = language
        self._by_form: dict[str, list[str]] = {}
        self._by_stem: dict[str, list[str]] = {}
        for line in lines:
            forms, separator, english = line.rstrip("\n").partition(_SEPARATOR)
            for form in tokens(forms) if separator else ():
                word = joined(form)
                # Of several meanings the most usual one comes first.
                self._by_form.setdefault(word, english.split())
                self._by_stem.setdefault(stem(word, language), english.split())

    def english(self, text: str) -> tuple[list[str], float]:
        """Return the English words for a text, and the share of its words that is known."""
        found: list[str] = []
        known = total = 0
        for parts in tokens(text):
            # "T'as" is no heap: a compound has its own meaning if a part has none.
            is_whole = len(parts) > 1 and not all(map(self._of, parts))
            for word in (joined(parts),) if is_whole else parts:
                words = self._of(word)
                known += bool(words)
                total += 1
                found += words
        return found, known / total if total else 0.0

    def _of(self, word: str) -> list[str]:
        """Return the English words for a word."""
        return self._by_form.get(word) or self._by_stem.get(
            stem(word, self._language), []
        )


@cache
def glosses_of(language: str, folder: Path = FOLDER) -> Glosses | None:
    """Return the words of a language, None without a file that can be read.

    Does blocking I/O the first time.
    """
    path = folder / f"{language}.txt"
    if not language.isalpha() or not path.exists():
        return None
    try:
        with path.open(encoding="utf-8") as lines:
            return Glosses(language, lines)
    except (OSError, ValueError) as error:
        _LOGGER.warning(
            "Tools are searched without the meanings of %s, because they cannot be read: %s",
            path.name,
            error,
        )
        return None


def in_english(text: str, languages: Iterable[Glosses]) -> list[str]:
    """Return a text in English words, none if it is in none of the languages.

    It is taken for the language of which most words are known, the first of several.
    """
    best: list[str] = []
    most = 0.0
    for glosses in languages:
        words, known = glosses.english(text)
        if known > most and known >= MIN_KNOWN:
            best, most = words, known
    return best
