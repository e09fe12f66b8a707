"""Patterns of model text that is not spoken, matched while the text arrives.

A pattern has a bounded length. From each pattern, a second regular expression is
derived that matches all of its prefixes. The end of the text is held back only
while it matches one of these.

Decision record: docs/decisions/0005-text-is-filtered-as-it-arrives.md.
"""

from collections.abc import Iterable, Mapping
from itertools import takewhile
import re

type Element = tuple[str, int, int]
"""A regular expression for one character, its least and its most repetitions."""


def literal(text: str, gap: Element | None = None) -> list[Element]:
    """Return the elements of a literal text, allowing a gap between characters."""
    elements: list[Element] = []
    for char in text:
        if gap and elements:
            elements.append(gap)
        elements.append((re.escape(char), 1, 1))
    return elements


class PatternSet:
    """Patterns to find in text that is still arriving.

    Each is a sequence of elements of bounded length, so any end of a text can be
    checked for whether it may still become a match.
    """

    def __init__(self, patterns: Mapping[str, Iterable[list[Element]]]) -> None:
        """Initialize with the patterns by kind."""
        full: list[str] = []
        prefixes: list[list[Element]] = []
        starts: set[str] = set()
        self._single: dict[str, str] = {}
        """The kinds of the patterns that are a single character, which begins no other."""
        for kind, sequences in patterns.items():
            several: list[list[Element]] = []
            for elements in sequences:
                starts |= set(_first_characters(elements))
                if len(elements) == 1 and elements[0][1:] == (1, 1):
                    self._single[elements[0][0].removeprefix("\\")] = kind
                else:
                    several.append(elements)
                    if beginning := elements[:-1]:
                        prefixes.append(beginning)
            if several:
                full.append(f"(?P<{kind}>{_any_of(several)})")
        self._full = re.compile("|".join(full), re.IGNORECASE)
        self._prefix = re.compile(f"{_prefixes(prefixes)}\\Z", re.IGNORECASE)
        self._start = re.compile(f"[{''.join(sorted(starts))}]", re.IGNORECASE)

    def find(
        self, text: str, start: int = 0, *, final: bool = False
    ) -> tuple[int, int, str | None]:
        """Return start, end and kind of the next match, in characters.

        Without a match the kind is None, and the end is the end of the text. The
        start is then that of the text that may still become a match, or the end if
        there is none, as always if the text is final.
        """
        while candidate := self._start.search(text, start):
            start = candidate.start()
            if kind := self._single.get(candidate[0]):
                return start, start + 1, kind
            if not final and self._prefix.match(text, start):
                return start, len(text), None
            if found := self._full.match(text, start):
                return start, found.end(), found.lastgroup
            start += 1
        return len(text), len(text), None


class PatternRemover:
    """Remove all matches of patterns from streamed text; flush it at the end."""

    def __init__(self, patterns: PatternSet) -> None:
        """Initialize for one text."""
        self._patterns = patterns
        self._held = ""

    def feed(self, text: str, *, final: bool = False) -> str:
        """Return the text that is certain after one more chunk."""
        text = self._held + text
        start, end, kind = self._patterns.find(text, final=final)
        if kind is None:
            self._held = text[start:]
            return text[:start]
        kept: list[str] = []
        position = 0
        while kind is not None:
            kept.append(text[position:start])
            position = end
            start, end, kind = self._patterns.find(text, position, final=final)
        self._held = text[start:]
        return "".join([*kept, text[position:start]])

    def flush(self) -> str:
        """Return the remaining text at the end."""
        return self.feed("", final=True)


def _any_of(patterns: list[list[Element]]) -> str:
    """Return the regular expression of several patterns, the first of which wins."""
    return "|".join(map(_full_group, _by_first(patterns)))


def _by_first(patterns: list[list[Element]]) -> Iterable[list[list[Element]]]:
    """Return patterns grouped by their first element, which is matched only once."""
    groups: dict[Element, list[list[Element]]] = {}
    for elements in patterns:
        groups.setdefault(elements[0], []).append(elements)
    return groups.values()


def _full_group(patterns: list[list[Element]]) -> str:
    """Return the regular expression of patterns that have their beginning in common."""
    columns = zip(*patterns, strict=False)
    common = len(list(takewhile(lambda column: len(set(column)) == 1, columns)))
    rests = "|".join(_full(elements[common:]) for elements in patterns)
    return f"{_full(patterns[0][:common])}(?:{rests})"


def _full(elements: Iterable[Element]) -> str:
    """Return the regular expression of a pattern."""
    return "".join(f"{chars}{{{least},{most}}}" for chars, least, most in elements)


def _prefixes(patterns: list[list[Element]]) -> str:
    """Return the regular expression of all beginnings of several patterns."""
    expressions: list[str] = []
    for group in _by_first(patterns):
        chars, least, most = group[0][0]
        rests = [rest for elements in group if (rest := elements[1:])]
        following = f"{_prefixes(rests)}?" if rests else ""
        expressions.append(f"{chars}{{{min(least, 1)},{most}}}{following}")
    return f"(?:{'|'.join(expressions)})"


def _first_characters(elements: list[Element]) -> Iterable[str]:
    """Yield the character classes a pattern can start with, without brackets."""
    for chars, least, _ in elements:
        yield chars.removeprefix("[").removesuffix("]") if len(chars) > 2 else chars
        if least:
            return
