"""Parts of a transcript that fit into a request.

What fits is not known when a session ends: the model, and with it the tokenizer and the
size of the context, may be another one by the time that facts are extracted.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from ..facts.said_line import SaidLine

MIN_SPLIT = 200
"""Characters of a transcript below which it is not halved: any context has room for it."""

type Size = Callable[[SaidLine], int]
"""Returns how much of a request a line takes."""


def transcript_parts(
    lines: Iterable[SaidLine], size: Size, limit: int
) -> list[list[SaidLine]]:
    """Return lines in parts of at most a size, in order.

    A line that is longer than a part is split, at a space if possible.
    """
    parts: list[list[SaidLine]] = []
    room = 0
    for line in lines:
        for piece in _pieces(line, size, limit):
            taken = size(piece)
            if taken > room:
                parts.append([])
                room = limit
            parts[-1].append(piece)
            room -= taken
    return parts


def halves(lines: Sequence[SaidLine]) -> list[list[SaidLine]]:
    """Return lines in two or three parts, in one if they are short."""
    total = sum(map(length, lines))
    if total < MIN_SPLIT:
        return [list(lines)]
    return transcript_parts(lines, length, (total + 1) // 2)


def length(line: SaidLine) -> int:
    """Return the characters of a line."""
    return len(line.text)


def _pieces(line: SaidLine, size: Size, limit: int) -> Iterator[SaidLine]:
    """Yield a line in pieces of at most a size, unless one character is larger."""
    text = line.text
    while len(text) > 1 and (whole := size(replace(line, text=text))) > limit:
        # What is not spread evenly is cut again.
        cut = max(min(len(text) * limit // whole, len(text) - 1), 1)
        while cut > 1 and size(replace(line, text=text[:cut])) > limit:
            cut //= 2
        at_space = text.rfind(" ", cut // 2, cut + 1)
        cut = at_space if at_space > 0 else cut
        if piece := text[:cut].rstrip():
            yield replace(line, text=piece)
        text = text[cut:].lstrip()
    if text:
        yield replace(line, text=text)
