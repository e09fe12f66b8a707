"""Find the unit that repeats back to back at the end of a text, and weigh it.

How much of it is too much depends on what it is: a person may ask for many zeros or
dashes, but for no sentence ten times in a row.
"""

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
import re
import unicodedata

KEY = 40
"""Characters at the end of the text that are looked up before it."""

MAX_LOOKUPS = 8
"""Maximum number of earlier places of the key that are tried."""

MIN_SPAN = 400
MIN_DATA_SPAN = 2000
"""Least characters that are hopeless of words, and of data, signs or code."""

DENSITY = 3
"""How many letters of an alphabet say as much as one ideograph."""

MIN_NUMBERED_SPAN = 1000
"""Least characters of list items that are all the same."""

MIN_COUNTED_SPAN = 2400
MAX_COUNTED_SPAN = 3200
"""Least characters of 40 other units that count up, for short and for long ones."""

MIN_COUNTED_LETTERS = 5
"""Letters of a unit from which it is more than a number."""

COUNTING_TAIL = 1024
"""Characters at the end of the text that tell whether a unit counts up at all."""

MAX_NUMBERS = 3
"""Numbers in a unit with a counter; more of them are dates, times or data."""

_SIGNS = re.compile(r"[{}\[\]<>|=_\\]")
_NUMBER = re.compile(r"\d+")
_ITEM = re.compile(
    r"(?:^|[\n.!?…।॥؟۔。！？])\s*[*_#]*(?:0[.)、．:：]|[^\W\d]{2,12} ?0[.):：])"
)


@dataclass(frozen=True, slots=True)
class Run:
    """A unit that repeats back to back up to the end of a text, in characters."""

    period: int
    span: int
    """The length of all repetitions, the first included."""


def find_run(text: str) -> Run | None:
    """Return the run of the shortest unit that fills the end of the text.

    Returns None if its span is too short for any kind of unit.
    """
    size, end = len(text), len(text) - 1
    key = text[-KEY:]
    for _ in range(MAX_LOOKUPS):
        found = text.rfind(key, 0, end)
        if found < 0:
            return None
        period = size - KEY - found
        span = _min_span(period, MIN_SPAN // DENSITY)
        if span <= size and text[-span:-period] == text[period - span :]:
            return Run(period, _span(text, period))
        end = found + KEY - 1
    return None


def is_hopeless(text: str, run: Run) -> bool:
    """Return whether a run at the end of a text is too long for its kind of unit."""
    unit = text[-run.period :]
    if not is_prose(unit):
        return run.span >= _min_span(run.period, MIN_DATA_SPAN)
    least = MIN_SPAN // DENSITY if _is_dense(unit) else MIN_SPAN
    return run.span >= _min_span(run.period, least)


def find_counting_run(text: str) -> Run | None:
    """Return a hopeless run of a unit in which nothing but one counter changes.

    The items of a list are such a unit if they are all the same; other units have to
    repeat much longer, since rooms, lamps and hours are counted as well.
    """
    # Most texts with numbers are told apart by their end, which takes less time.
    if not _find_counting(text[-COUNTING_TAIL:]) or not (found := _find_counting(text)):
        return None
    run, unit = found
    if is_prose(unit.replace("0", "")) and _ITEM.search(unit + unit):
        needed = max(MIN_NUMBERED_SPAN, 4 * run.period)
        if _is_dense(unit):
            needed //= DENSITY
    elif sum(map(str.isalpha, unit)) >= MIN_COUNTED_LETTERS:
        needed = max(MIN_COUNTED_SPAN, min(40 * run.period, MAX_COUNTED_SPAN))
    else:
        return None
    return run if run.span >= needed else None


def _find_counting(text: str) -> tuple[Run, str] | None:
    """Return the run of a unit with a counter, and the unit with 0 for each number."""
    # A number at the end may be incomplete, and so may the first one.
    text = text.rstrip("0123456789")
    folded = _NUMBER.sub("0", text)
    run = find_run(folded)
    if not run or not 0 < (per_unit := folded.count("0", -run.period)) <= MAX_NUMBERS:
        return None
    numbers = _NUMBER.findall(text)[(1 - run.span // run.period) * per_unit :]
    if not _is_counter(numbers, per_unit):
        return None
    # Numbers have more digits in the text itself.
    period = run.period + sum(map(len, numbers[:per_unit])) - per_unit
    span = run.span + sum(map(len, numbers)) - len(numbers)
    return Run(period, span), folded[-run.period :]


def is_prose(unit: str) -> bool:
    """Return whether a unit consists of words: not of signs, numbers, data or code."""
    letters = cased = 0
    for char in unit:
        if char.isalpha():
            letters += 1
            cased += char.lower() != char.upper()
        elif not char.isascii():
            # Vowel signs of Indic scripts are marks, and an emoji is a word.
            letters += unicodedata.category(char)[0] == "M" or char >= "\U0001f000"
    # Scripts without case may have no spaces between words.
    is_spaced = 2 * cased > letters
    return 10 * letters >= 6 * len(unit) and not is_data(unit, is_spaced=is_spaced)


def is_data(unit: str, *, is_spaced: bool) -> bool:
    """Return whether a unit has the signs of data or code, or lacks needed spaces."""
    spaces = unit.count(" ") + unit.count("\n")
    return 20 * len(_SIGNS.findall(unit)) > len(unit) or (
        is_spaced and 16 * spaces < len(unit)
    )


def _min_span(period: int, least: int) -> int:
    """Return the least span that is hopeless: short units repeat more often."""
    return max(least, 3 * period + least * 9 // 20)


def _span(text: str, period: int) -> int:
    """Return how much of the end of a text repeats with a period."""
    last = len(text) - period
    return len(text) - bisect_left(
        range(last),
        x=True,
        key=lambda start: text[start:last] == text[start + period :],
    )


def _is_dense(unit: str) -> bool:
    """Return whether a unit consists of ideographs, syllables or emoji."""
    return 2 * sum(unicodedata.east_asian_width(c) in "WF" for c in unit) > len(unit)


def _is_counter(numbers: list[str], per_unit: int) -> bool:
    """Return whether the numbers count up by one, and all others stay the same."""
    steps: set[int] = set()
    changing = 0
    for slot in range(per_unit):
        values = [int(number[-18:]) for number in numbers[slot::per_unit]]
        differences = {b - a for a, b in pairwise(values)}
        if differences != {0}:
            changing += 1
            steps |= differences
    # Two items in a unit count up by two.
    return steps == {changing}
