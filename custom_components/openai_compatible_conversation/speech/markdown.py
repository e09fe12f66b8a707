"""Turn markdown and pictures into plain words while the text arrives.

Markdown libraries build a tree of the whole text, but speech starts before the text
has ended. So emphasis loses its signs even if it is never closed, and a bracket is
dropped before it is known whether an address follows. Only the end of the text is held
that may still become markup.

Decision record: docs/decisions/0005-text-is-filtered-as-it-arrives.md.
"""

import re
from typing import Final

from .brackets import read_closing, read_exclamation, read_opening, read_source
from .code_marks import read_code, read_span, read_ticks
from .emoji import SIGNS
from .emphasis import read_emphasis
from .html_tags import read_angle, read_entity
from .line_starts import end_line, read_line_start
from .markdown_state import MarkdownState, Reader
from .math_markup import read_backslash, read_dollar
from .signs import HYPHENS, INVISIBLE, read_sign
from .status_words import status_words
from .tables import read_bar
from .wording import Wording, capitalized

_MARKS: Final = r"\s\\*_~`\[\]!<|&$#【" + SIGNS + INVISIBLE + HYPHENS
_PLAIN: Final = re.compile(rf"[^{_MARKS}]+(?: [^{_MARKS}]+)*")
_BLANKS: Final = re.compile(r"[^\S\n]+")
_HASHES: Final = re.compile(r"#+[ \t]*(?=\n|\Z)")
_MAX_HASHES: Final = 20


def _read_hash(state: MarkdownState, text: str, position: int) -> int | None:
    """Read a hash, which may close a heading."""
    if state.is_heading and (found := _HASHES.match(text, position)):
        if found.end() == len(text) and state.more(text, position, _MAX_HASHES):
            return None
        if state.wording.space:
            return found.end()
    state.wording.say("#")
    return position + 1


_READERS: Final[dict[str, Reader]] = {
    **dict.fromkeys("*_~", read_emphasis),
    "`": read_ticks,
    "[": read_opening,
    "]": read_closing,
    "!": read_exclamation,
    "<": read_angle,
    "&": read_entity,
    "$": read_dollar,
    "\\": read_backslash,
    "|": read_bar,
    "#": _read_hash,
    **dict.fromkeys("【\ue200", read_source),
}


class MarkdownFilter:
    """Turn streamed markdown into the words it stands for; flush it at the end.

    Emphasis, code marks, brackets, addresses of links, tags and pictures are removed.
    List items, headings and table rows become sentences, and signs of a status are said
    in the language of a BCP 47 tag. Numbers, other signs and names are kept. White
    space is emitted with the next visible character.
    """

    def __init__(self, language: str = "") -> None:
        """Initialize for one text."""
        self._wording = Wording(language)
        self._state = MarkdownState(self._wording, status_words(language))
        self._held = ""

    @property
    def only_sign(self) -> str:
        """Return the word for the sign that is all of the text so far, if it is one."""
        wording = self._wording
        return "" if wording.has_said else capitalized(wording.pending)

    def feed(self, text: str) -> str:
        """Return the words that are certain after one more chunk."""
        state = self._state
        if not (self._held or state.is_special) and _PLAIN.fullmatch(text):
            # Most chunks are a part of a word.
            state.last = text[-1]
            self._wording.say(text)
        else:
            self._read(self._held + text)
        return self._wording.drain()

    def flush(self) -> str:
        """Return the remaining words at the end of the text."""
        self._state.is_final = True
        self._read(self._held)
        self._wording.end_sentence()
        return self._wording.drain()

    def _read(self, text: str) -> None:
        """Read a text up to what takes more of it."""
        state, wording = self._state, self._wording
        position, size = 0, len(text)
        end: int | None
        while position < size:
            if state.is_special:
                end = self._read_special(text, position)
            elif plain := _PLAIN.match(text, position):
                wording.say(plain[0])
                end = plain.end()
            elif blanks := _BLANKS.match(text, position):
                wording.blank()
                end = blanks.end()
            elif (char := text[position]) == "\n":
                end = end_line(state, position)
            else:
                end = _READERS.get(char, read_sign)(state, text, position)
            if end is None:
                break
            position = end
        if position:
            state.last = text[position - 1]
        self._held = text[position:]

    def _read_special(self, text: str, position: int) -> int | None:
        """Read what is not within a line, or no usual part of it."""
        state = self._state
        if state.skipped_until or state.skipped_mark:
            return _skip(state, text, position)
        if state.is_line_start:
            return read_line_start(state, text, position)
        if state.fence:
            return read_code(state, text, position)
        if state.span:
            return read_span(state, text, position)
        state.is_special = False
        return position


def _skip(state: MarkdownState, text: str, position: int) -> int | None:
    """Skip a part of the text that is not said."""
    if mark := state.skipped_mark:
        end = len(text) - len(text[position:].lstrip(mark))
        if end < len(text):
            state.skipped_mark = ""
        return end
    closing = state.skipped_until
    is_of_line = len(closing) == 1
    end = text.find(closing, position)
    line = text.find("\n", position) if is_of_line else -1
    if line >= 0 and (end < 0 or line <= end):
        state.skipped_until = ""
        return line
    if end >= 0:
        state.skipped_until = ""
        return end + len(closing)
    # The beginning of what ends it is kept.
    end = len(text) if state.is_final else len(text) - len(closing) + 1
    return end if end > position else None
