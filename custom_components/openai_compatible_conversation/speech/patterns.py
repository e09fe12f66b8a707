"""What a model writes that is not for ears, as patterns that know their own beginnings."""

from collections.abc import Iterable, Mapping
import re

type Element = tuple[str, int, int]
"""A character class as a regular expression writes it, and how often it may stand."""


def literal(text: str, gap: Element | None = None) -> list[Element]:
    """Return the elements of a text, with a gap allowed between its characters."""
    elements: list[Element] = []
    for char in text:
        if gap and elements:
            elements.append(gap)
        elements.append((re.escape(char), 1, 1))
    return elements


class PatternSet:
    """Patterns that are looked for in text which is still arriving.

    Each is a sequence of elements of bounded length, so that it is known of any
    end of a text whether it could still become one of them.
    """

    def __init__(self, patterns: Mapping[str, Iterable[list[Element]]]) -> None:
        """Initialize with the patterns of each kind."""
        whole: list[str] = []
        begun: list[str] = []
        starts: set[str] = set()
        for kind, sequences in patterns.items():
            for elements in sequences:
                whole.append(f"(?P<{kind}_{len(whole)}>{_whole(elements)})")
                begun.append(_begun(elements))
                starts |= set(_starts(elements))
        self._whole = re.compile("|".join(whole), re.IGNORECASE)
        self._begun = re.compile(f"(?:{'|'.join(begun)})\\Z", re.IGNORECASE)
        self._start = re.compile(f"[{''.join(sorted(starts))}]", re.IGNORECASE)

    def find(
        self, text: str, start: int = 0, *, final: bool = False
    ) -> tuple[int, int, str | None]:
        """Return where the next pattern stands in a text, and its kind.

        The kind is None if the text ends in what may become a pattern, which
        then goes on to the end of the text; it begins there if there is none.
        Nothing may become one if the text is final.
        """
        while candidate := self._start.search(text, start):
            start = candidate.start()
            if not final and self._begun.match(text, start):
                return start, len(text), None
            if found := self._whole.match(text, start):
                kind = found.lastgroup or ""
                return start, found.end(), kind.rpartition("_")[0]
            start += 1
        return len(text), len(text), None


class PatternRemover:
    """Takes text in pieces of any cut, and leaves out what patterns match."""

    def __init__(self, tokens: PatternSet) -> None:
        """Initialize at the start of a text."""
        self._tokens = tokens
        self._held = ""

    def feed(self, text: str, *, final: bool = False) -> str:
        """Return what has become certain with some more text."""
        text = self._held + text
        kept: list[str] = []
        position = 0
        start, end, kind = self._tokens.find(text, final=final)
        while kind is not None:
            kept.append(text[position:start])
            position = end
            start, end, kind = self._tokens.find(text, position, final=final)
        self._held = text[start:]
        return "".join([*kept, text[position:start]])

    def flush(self) -> str:
        """Return what is left when the text has ended."""
        return self.feed("", final=True)


def _whole(elements: Iterable[Element]) -> str:
    """Return the expression of a pattern."""
    return "".join(f"{chars}{{{least},{most}}}" for chars, least, most in elements)


def _begun(elements: Iterable[Element]) -> str:
    """Return the expression of all beginnings of a pattern, without the whole of it.

    The last element is one character: that which makes it whole.
    """
    expression = ""
    for chars, least, most in reversed(list(elements)[:-1]):
        rest = f"(?:{expression})?" if expression else ""
        expression = f"{chars}{{{min(least, 1)},{most}}}{rest}"
    return expression


def _starts(elements: list[Element]) -> Iterable[str]:
    """Yield the classes with which a pattern can begin, without their brackets."""
    for chars, least, _ in elements:
        yield chars.removeprefix("[").removesuffix("]") if len(chars) > 2 else chars
        if least:
            return
