"""Tables in markdown, with and without bars around them."""

import re
from typing import Final

from .markdown_state import MarkdownState
from .marks import MAX_HELD

_DIVIDER: Final = re.compile(r"[ \t]*[|:\-][|:\- \t]*(?=\n|\Z)")
_DIVIDER_START: Final = re.compile(r"[|:\- \t]*\Z")
_MAX_AHEAD: Final = 300
"""Characters within which the divider below a heading begins."""


def read_divider(state: MarkdownState, text: str, position: int) -> int | None:
    """Read the line below the heading of a table; end where it began if it is none."""
    limit = position + MAX_HELD
    if _DIVIDER_START.match(text, position, limit) and state.more(
        text, position, MAX_HELD
    ):
        return None
    found = _DIVIDER.match(text, position, limit)
    if not found or "|" not in found[0] or found.end() == limit:
        return position
    state.is_table = state.is_row = True
    return found.end()


def read_row_start(state: MarkdownState, text: str, position: int) -> int | None:
    """Read the bar that begins a row of a table, or the whole divider."""
    end = read_divider(state, text, position)
    if end is not None and end == position:
        state.is_row = state.wording.is_sentence = True
        state.is_line_start = False
        return position + 1
    return end


def read_bar(state: MarkdownState, text: str, position: int) -> int | None:
    """Read a bar within a line, which ends a cell if it stands in a table."""
    if state.is_row:
        state.wording.cell()
        return position + 1
    if state.is_table:
        state.is_row = state.wording.is_sentence = True
        state.wording.cell()
        return position + 1
    is_heading = _is_heading(state, text, position)
    if is_heading is None:
        return None
    before, following = state.before(text, position), text[position + 1 : position + 2]
    is_spaced = before in (" ", "\t") and following in (" ", "\t")
    if is_heading or is_spaced:
        state.is_row = True
        state.wording.is_sentence = is_heading
        state.wording.cell()
    else:
        state.wording.say("|")
    return position + 1


def _is_heading(state: MarkdownState, text: str, position: int) -> bool | None:
    """Return whether a line with a bar is the heading of a table; None if unknown."""
    limit = position + _MAX_AHEAD
    line = text.find("\n", position, limit) + 1
    if not line:
        return None if state.more(text, position, _MAX_AHEAD) else False
    if _DIVIDER_START.match(text, line, limit) and state.more(
        text, position, _MAX_AHEAD
    ):
        return None
    found = _DIVIDER.match(text, line, limit)
    return bool(found and "|" in found[0] and "-" in found[0])
