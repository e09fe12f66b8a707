"""The entries that a long text consists of: items of a list, rows, lines or sentences.

Does not depend on Home Assistant.
"""

from collections.abc import Collection
from dataclasses import dataclass
import re

MAX_PART = 300
"""Characters of a line, from which it is split at its sentences and words."""

PARTS = "parts"
"""What the entries of a text are called that is no list."""

_MIN_ITEMS = 3
_ITEM = re.compile(r"^(?:[-*•] |\d{1,5}[.)] )", re.MULTILINE)
"""The start of an item in a list in YAML or Markdown."""

_SENTENCE = re.compile(r"[^.!?。！？]*[.!?。！？]*\s*")
_SEPARATOR = re.compile(r"[,;\t|]")
_MIN_ROWS = 4


@dataclass(frozen=True, slots=True)
class TextEntries:
    """A text as entries, each with the space that follows it."""

    header: str
    """What stands before the entries and explains them."""
    entries: tuple[str, ...]
    unit: str
    """What the entries are called."""

    @property
    def gap(self) -> str:
        """Return what stands in place of entries that are missing between others.

        Without a mark, parts would read as one text.
        """
        return "…\n" if self.unit == PARTS else ""

    def joined(self, numbers: Collection[int]) -> str:
        """Return a text of some entries, without the space at its end."""
        parts = [self.header]
        previous = -1
        for number in sorted(numbers):
            if number != previous + 1:
                parts.append(self.gap)
            parts.append(self.entries[number])
            if number + 1 not in numbers and not parts[-1].endswith("\n"):
                parts.append("\n")
            previous = number
        return "".join(parts).rstrip()


def text_entries(text: str) -> TextEntries:
    """Return a text as items of a list or rows of a table, else in parts."""
    starts = [found.start() for found in _ITEM.finditer(text)]
    if len(starts) >= _MIN_ITEMS:
        ends = [*starts[1:], len(text)]
        items = tuple(text[start:end] for start, end in zip(starts, ends, strict=True))
        return TextEntries(text[: starts[0]], items, "entries")
    lines = text.splitlines(keepends=True)
    if _is_table(lines):
        return TextEntries(lines[0], tuple(lines[1:]), "rows")
    return text_parts(text)


def text_parts(text: str, longest: int = MAX_PART) -> TextEntries:
    """Return a text in parts: lines, and the sentences or words of long ones.

    `longest` is the number of characters of a part, 2 or more.
    """
    lines = text.splitlines(keepends=True)
    parts = tuple(part for line in lines for part in _parts(line, longest))
    return TextEntries("", parts, PARTS)


def _is_table(lines: list[str]) -> bool:
    """Return whether lines are rows of the same number of cells, the first a header."""
    counts = {len(_SEPARATOR.findall(line)) for line in lines}
    return len(lines) >= _MIN_ROWS and len(counts) == 1 and counts != {0}


def _parts(line: str, longest: int) -> list[str]:
    """Return a line in parts of at most `longest` characters."""
    if len(line) <= longest:
        return [line]
    parts = [""]
    for sentence in _SENTENCE.findall(line):
        if len(parts[-1]) + len(sentence) > longest:
            parts.append("")
        start = 0
        while len(sentence) - start > longest:
            latest = start + longest
            end = sentence.rfind(" ", start + longest // 2, latest) + 1 or latest
            parts[-1:] = [parts[-1] + sentence[start:end], ""]
            start = end
        parts[-1] += sentence[start:]
    return [part for part in parts if part]
