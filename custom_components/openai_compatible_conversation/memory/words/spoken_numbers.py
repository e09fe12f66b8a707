"""Numbers and times of day that are spelled out in what somebody said.

`unicode_rbnf` comes with Home Assistant's conversation integration, by way of hassil.
It reads its rules from disk, so do not call this module in the event loop.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
import re

from unicode_rbnf import RbnfEngine
from unicode_rbnf.engine import FormatPurpose, RbnfError

from .normalization import spoken_words

_CARDINALS = (*range(101), *range(200, 1001, 100))
_ORDINALS = range(32)
"""Ordinals are said of days, weeks and hours."""

_MAX_WORDS = 8
"""Maximum words of a spelled number."""

_POLISH_ORDINALS = (
    *("pierwsz", "drug", "trzeci", "czwart", "piąt", "szóst", "siódm", "ósm"),
    *("dziewiąt", "dziesiąt", "jedenast", "dwunast"),
)
_POLISH_ENDINGS = ("a", "y", "i", "e", "ą", "ej", "ym", "im", "ego", "emu", "")
"""Polish tells the time with ordinals, for which `unicode_rbnf` has no rules."""

_HOURS = r"(?: (?:h|heures?|uhr|ore|horas?))?"
# In Spanish and Italian a quarter is called a fourth, which is a digit by then.
_QUARTER = "(?:quarter|viertel|kwart|kvart|(?:(?:1|le) )?(?:quart|4))"
_TO = "(?:to|before|till|vor|voor)"
_PAST = "(?:past|after|nach|over)"
_MINUS = "(?:moins|menos|meno)"

_TIMES = (
    (rf"half {_PAST} (?P<h>\d+)", 0, 30),
    (rf"{_QUARTER} {_PAST} (?P<h>\d+)", 0, 15),
    (rf"{_QUARTER} {_TO} (?P<h>\d+)", 1, 45),
    (rf"(?P<m>\d+)(?: minutes?)? {_PAST} (?P<h>\d+)", 0, 0),
    (rf"(?P<m>\d+)(?: minutes?)? {_TO} (?P<h>\d+)", 1, 60),
    (r"dreiviertel (?P<h>\d+)", 1, 45),
    (rf"(?P<h>\d+){_HOURS} (?:et|y|e) (?:demie?|media|mezz[ao]|meia)", 0, 30),
    (rf"(?P<h>\d+){_HOURS} (?:et|y|e) {_QUARTER}", 0, 15),
    (rf"(?P<h>\d+){_HOURS} {_MINUS} {_QUARTER}", 1, 45),
    (rf"(?P<h>\d+){_HOURS} {_MINUS} (?P<m>\d+)", 1, 60),
    # No time, but a number such as 18.5
    (r"(?P<h>\d+) (?:and a half|y medio)", 0, 5),
)
"""Patterns of times: how many hours to go back, and from which minute to count."""

_HALF = r"(?:half|halb|halv) (?P<h>\d+)"
"""Half past the hour in English, half an hour before it in German and its neighbours."""

type _Table = dict[tuple[str, ...], int]


def with_digits(words: Sequence[str], languages: Iterable[str]) -> list[str]:
    """Return words with digits for spelled numbers: `21` for `twenty one`."""
    tables = [_spelled_numbers(language) for language in languages]
    found: list[str] = []
    position = 0
    while position < len(words):
        for length in range(_MAX_WORDS, 0, -1):
            spelled = tuple(words[position : position + length])
            numbers = [table[spelled] for table in tables if spelled in table]
            if numbers:
                found.append(str(numbers[0]))
                position += len(spelled)
                break
        else:
            found.append(words[position])
            position += 1
    return found


def with_times(words: Iterable[str], language: str) -> list[str]:
    """Return words with hours and minutes for times: `6 30` for `half past 6`.

    Spelled numbers have to be digits already.
    """
    text = " ".join(words)
    for pattern, hours_back, minute in (*_TIMES, (_HALF, int(language != "en"), 30)):
        text = re.sub(
            rf"(?<!\S){pattern}(?!\S)", partial(_time, hours_back, minute), text
        )
    return text.split()


def _time(hours_back: int, minute: int, found: re.Match[str]) -> str:
    """Return the hour and minute of a match, unchanged if it is no time of day."""
    parts = found.groupdict()
    # Anything may be said, such as a number that is too long to be parsed.
    if any(len(part) > 2 for part in parts.values()):
        return found[0]
    hour = int(parts["h"]) - hours_back
    return f"{hour or 12} {abs(minute - int(parts.get('m', 0)))}"


@lru_cache(maxsize=16)
def _spelled_numbers(language: str) -> _Table:
    """Return the numbers of a language by the words of which they are spelled."""
    table: _Table = {
        (f"{stem}{ending}",): number
        for number, stem in enumerate(map(_folded, _POLISH_ORDINALS), 1)
        for ending in map(_folded, _POLISH_ENDINGS)
        if language == "pl"
    }
    try:
        engine = RbnfEngine.for_language(language)
    except ValueError:
        return table
    for purpose, numbers in (
        (FormatPurpose.ORDINAL, _ORDINALS),
        (FormatPurpose.CARDINAL, _CARDINALS),
    ):
        for number in numbers:
            for text in _spellings(engine, number, purpose):
                table[tuple(spoken_words(text))] = number
    return table


def _spellings(
    engine: RbnfEngine, number: int, purpose: FormatPurpose
) -> Iterator[str]:
    """Yield the spellings of a number, none if the language has no rules for it."""
    try:
        yield from engine.format_number(number, purpose).text_by_ruleset.values()
    except RbnfError, ValueError:
        return


def _folded(text: str) -> str:
    """Return a word as `spoken_words` does."""
    return "".join(spoken_words(text))
