"""Stars, underscores and tildes: which of them are markdown's, and which are said.

A star may also multiply, stand for any name of a file, or be dialed.
"""

import re
from typing import Final
import unicodedata

from .markdown_state import MarkdownState
from .marks import MAX_RUN

_MAX_SPAN: Final = 60
"""Characters within which emphasis is closed that may also be none."""
_RUNS: Final = {mark: re.compile(rf"{re.escape(mark)}+") for mark in "*_~"}
_CLOSED: Final = {
    "*": re.compile(r"(?<=[^\s*])\*(?![\w*])"),
    "**": re.compile(r"(?<=[^\s*])\*\*(?!\d)"),
    "_": re.compile(r"(?<=[^\s_])_(?!\w)"),
}
_DIALED: Final = re.compile(r"\d+\*\d")
_NUMBER: Final = re.compile(r"\d+")
_DUNDER: Final = re.compile(r"__[A-Za-z]\w*?__(?=[.(]\w|\(\))")
_DUNDER_START: Final = re.compile(r"__(?:[A-Za-z]\w*[.(]?)?\Z")
_MAX_NAME: Final = 40
_OPENING: Final = frozenset("\"'([{<«„“‹‘¿¡+-–—−`~*_&\\$€£¥")
"""What may stand after a mark that opens emphasis, beside letters."""


def read_emphasis(state: MarkdownState, text: str, position: int) -> int | None:
    """Read a run of one mark, and say it if it is no emphasis."""
    mark = text[position]
    run = _RUNS[mark].match(text, position)
    end = run.end() if run else position
    if end - position >= MAX_RUN:
        state.skip_run(mark)
        return end
    if state.more(text, end, 1):
        return None
    signs, following = text[position:end], text[end : end + 1]
    before = state.before(text, position)
    left = _unclosed(state, signs, before, following)
    if left == signs and _may_open(state, signs, before, following):
        name = _name_end(state, text, position)
        opens = None if name is None else _opens(state, text, end, signs)
        if name is None or opens is None:
            return None
        if name > position:
            state.wording.say(text[position:name])
            return name
        if opens:
            state.open_emphasis += _parts(signs)
            left = ""
    if left:
        state.wording.say(left)
    return end


def _parts(signs: str) -> list[str]:
    """Return the emphasis that a run of marks may open or close."""
    mark = signs[0]
    if mark == "~":
        return [signs]
    return [mark * 2] * (len(signs) // 2) + [mark] * (len(signs) % 2)


def _unclosed(state: MarkdownState, signs: str, before: str, following: str) -> str:
    """Close what a run of marks closes, and return the marks that close nothing."""
    mark, emphasis = signs[0], state.open_emphasis
    if not emphasis or not before.strip() or (mark == "_" and following.isalnum()):
        return signs
    if before.isdigit() and following.isdigit():
        return signs
    for part in _parts(signs):
        if part in emphasis:
            emphasis.remove(part)
            signs = signs[len(part) :]
            if mark == "~":
                state.wording.say_aside(state.words.crossed_out)
    return signs


def _may_open(state: MarkdownState, signs: str, before: str, following: str) -> bool:
    """Return whether marks may open emphasis, by the characters around them."""
    mark = signs[0]
    if not following.strip() or (mark == "~" and len(signs) != len("~~")):
        return False
    if not before.strip():
        return True
    if before.isalnum():
        # Scripts without capital letters often have no spaces between words.
        is_wide = not before.isdigit() and before.lower() == before.upper()
        return mark != "_" and is_wide and not state.is_address
    if before in ")]}%°" or unicodedata.category(before) == "Sc":
        return mark != "_" and len(signs) > 1 and following.isalpha()
    if before in "/.":
        return mark == "*" and len(signs) > 1 and following.isalpha()
    return not state.is_address


def _opens(state: MarkdownState, text: str, end: int, signs: str) -> bool | None:
    """Return whether marks up to a position open emphasis; None if unknown yet."""
    following = text[end]
    if signs[0] == "~":
        return True
    if signs[0] == "*" and following in "./":
        # It stands for the names of files.
        return False
    if signs == "_":
        return _is_closed(state, text, end, signs)
    if following.isdigit():
        if len(signs) == 1:
            return _is_closed(state, text, end, signs)
        if not (number := _NUMBER.match(text, end, end + _MAX_SPAN)):
            return True
        if state.more(text, number.end(), len("*0")) and text[
            number.end() : number.end() + 1
        ] in ("", "*"):
            return None
        return not _DIALED.match(text, end)
    if following.isalnum() or following in _OPENING or not following.isascii():
        return True
    return _is_closed(state, text, end, signs[:2])


def _is_closed(state: MarkdownState, text: str, start: int, signs: str) -> bool | None:
    """Return whether emphasis is closed on its line; None if unknown yet.

    Longer than it is usual, it is not looked at.
    """
    limit = start + _MAX_SPAN
    line = text.find("\n", start, limit)
    stop = min(limit, len(text)) if line < 0 else line
    found = _CLOSED.get(signs, _CLOSED["**"]).search(text, start, stop)
    if found and (found.end() < stop or line >= 0 or state.is_final):
        return True
    if line >= 0 or state.is_final:
        return False
    return None if len(text) < limit else True


def _name_end(state: MarkdownState, text: str, position: int) -> int | None:
    """Return the end of a name such as `__init__.py`; its start if there is none.

    None if that is unknown yet.
    """
    if not text.startswith("__", position):
        return position
    if found := _DUNDER.match(text, position, position + _MAX_NAME):
        return found.end()
    if state.more(text, position, _MAX_NAME) and _DUNDER_START.match(text, position):
        return None
    return position
