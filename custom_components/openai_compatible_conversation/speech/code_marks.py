"""Fences and spans of code in markdown."""

import re
from typing import Final

from .markdown_state import MarkdownState

_MIN_FENCE: Final = 3
_MAX_INFO: Final = 200
"""Maximum characters from a fence to the end of its line."""
_TICKS: Final = re.compile(r"`+")
_RUNS: Final = {"`": _TICKS, "~": re.compile(r"~+")}
_INFO: Final = {"`": re.compile(r"[^`\n]*"), "~": re.compile(r"[^\n]*")}
_CODE: Final = re.compile(r"[^\s]+(?: [^\s]+)*")
_SPANNED: Final = re.compile(r"[^\s`]+(?: [^\s`]+)*")
_BLANKS: Final = re.compile(r"[^\S\n]+")


def read_fence(state: MarkdownState, text: str, position: int) -> int | None:
    """Read the run that opens a fenced block; end where it began if it does not."""
    mark = text[position]
    run = _match(_RUNS[mark], text, position)
    if state.more(text, run, 1) and run - position < _MAX_INFO:
        return None
    if run - position < _MIN_FENCE:
        return position
    end = _match(_INFO[mark], text, run, run + _MAX_INFO)
    if end == len(text) and state.more(text, run, _MAX_INFO):
        return None
    if text[end : end + 1] != "\n":
        # It opens a span that is closed on its line, or the text ends in it.
        return position
    state.fence = text[position:run]
    state.new_line()
    return end + 1


def read_code_line_start(state: MarkdownState, text: str, position: int) -> int | None:
    """Read the run that closes a fenced block; end where it began if it does not."""
    mark, fence = text[position], state.fence
    if mark != fence[0]:
        return position
    run = _match(_RUNS[mark], text, position)
    if state.more(text, run, 1) and run - position < _MAX_INFO:
        return None
    following = text[run : run + 1]
    if run - position < len(fence) or following.isalnum():
        return position
    state.fence = ""
    state.is_line_start = following == "\n"
    return run


def read_code(state: MarkdownState, text: str, position: int) -> int:
    """Read the next words of a fenced block."""
    if found := _CODE.match(text, position):
        state.wording.say(found[0])
        return found.end()
    return _read_blanks(state, text, position)


def read_ticks(state: MarkdownState, text: str, position: int) -> int | None:
    """Read backticks, which open or close a code span."""
    run = _match(_TICKS, text, position)
    if state.more(text, run, 1):
        return None
    ticks = text[position:run]
    if state.span:
        if ticks == state.span:
            state.span = ""
    elif not state.before(text, position).isalnum():
        state.open_span(ticks)
    return run


def read_span(state: MarkdownState, text: str, position: int) -> int | None:
    """Read the next words of a code span."""
    if text[position] == "`":
        return read_ticks(state, text, position)
    if found := _SPANNED.match(text, position):
        state.wording.say(found[0])
        return found.end()
    return _read_blanks(state, text, position)


def _read_blanks(state: MarkdownState, text: str, position: int) -> int:
    """Read white space in code, up to the end of the line."""
    if found := _BLANKS.match(text, position):
        state.wording.blank()
        return found.end()
    state.new_line()
    return position + 1


def _match(
    pattern: re.Pattern[str], text: str, start: int, limit: int | None = None
) -> int:
    """Return the end of what matches at a position."""
    found = pattern.match(text, start, len(text) if limit is None else limit)
    return found.end() if found else start
