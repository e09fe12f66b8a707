"""What begins a line of markdown: bullets, rules, headings, quotes and references."""

import re
from typing import Final

from .code_marks import read_code_line_start, read_fence
from .markdown_state import MarkdownState, Reader
from .marks import MAX_HELD
from .tables import read_divider, read_row_start

_BLANKS: Final = re.compile(r"[^\S\n]+")
_RUN: Final = re.compile(r"([-*_=])(?:[ \t]*\1)*[ \t]*")
_RULE_MARKS: Final = 3
_SIGN_BULLETS: Final = frozenset("•‣◦⁃∙・●○■□▪▫◆◇▶►➤➢❖✦✧")
_BULLET: Final = re.compile(r"[-*+–—·][ \t]+")
_MARKS: Final = frozenset("-*_=+–—·")
_HEADING: Final = re.compile(r"#{1,6}(?=[ \t\n]|\Z)")
_MAX_HASHES: Final = 7
_COMPARED: Final = re.compile(r">(?:=|[-+−]?[$€£¥]?[\d.])")
_ALERT: Final = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]", re.IGNORECASE)
_ALERTS: Final = ("[!note]", "[!tip]", "[!important]", "[!warning]", "[!caution]")
_MAX_ALERT: Final = max(map(len, _ALERTS))
_WARNINGS: Final = ("important", "warning", "caution")
_REFERENCE: Final = re.compile(
    r"\[(\^?)([^\[\]\n]{1,40})\](:?)[ \t]*(<?[a-z][a-z+.-]{1,15}:|www\.|/|#|\S|\n|\Z)",
    re.IGNORECASE,
)
_REFERENCE_START: Final = re.compile(
    r"\[(?:\^?[^\[\]\n]{0,40}(?:\]:?[ \t]*(?:<?[a-z+.-]{0,16})?)?)?\Z", re.IGNORECASE
)
_MAX_REFERENCE: Final = 80
_ADDRESSES: Final = ("www.", "/", "#")


def read_line_start(state: MarkdownState, text: str, position: int) -> int | None:
    """Read the next mark at the start of a line.

    Where there is none, the line has started; it ends where it began.
    """
    char = text[position]
    if char == "\n":
        return end_line(state, position)
    if found := _BLANKS.match(text, position):
        return found.end()
    end: int | None = position
    if state.fence:
        end = read_code_line_start(state, text, position)
    elif read := _READERS.get(char):
        end = read(state, text, position)
    if end is not None and end == position:
        state.is_line_start = False
    return end


def end_line(state: MarkdownState, position: int) -> int:
    """End a line at its line break, and with one that is no row a table."""
    state.is_table = state.is_table and state.is_row
    state.new_line()
    return position + 1


def _read_mark(state: MarkdownState, text: str, position: int) -> int | None:
    """Read a bullet, a rule, or the divider of a table."""
    limit = position + MAX_HELD
    run = _RUN.match(text, position, limit)
    end = run.end() if run else position + 1
    if end == len(text) and state.more(text, position, MAX_HELD):
        return None
    following = text[end : end + 1]
    count = sum(map(str.isprintable, text[position:end].replace(" ", "")))
    if following in ("", "\n") or end >= limit:
        if run and count >= _RULE_MARKS:
            if end >= limit:
                state.skip_run(text[position])
            return end
        if text[position] in "-+*–—·":
            # A bullet without an item.
            return end
        return position
    if text[position] == "-" and following in "|:":
        divider = read_divider(state, text, position)
        if divider is None or divider > position:
            return divider
    if bullet := _BULLET.match(text, position):
        if bullet.end() == len(text) and state.more(text, position, MAX_HELD):
            return None
        state.wording.is_sentence = True
        state.is_line_start = False
        return bullet.end()
    return position


def _read_sign_bullet(state: MarkdownState, text: str, position: int) -> int | None:
    """Read a sign as a bullet, unless it is repeated."""
    if state.more(text, position, 2):
        return None
    following = text[position + 1 : position + 2]
    if following == text[position]:
        return position
    state.wording.is_sentence = True
    state.is_line_start = False
    return position + 1


def _read_heading(state: MarkdownState, text: str, position: int) -> int | None:
    """Read the hashes of a heading."""
    hashes = len(text[position : position + _MAX_HASHES]) - len(
        text[position : position + _MAX_HASHES].lstrip("#")
    )
    if hashes < _MAX_HASHES and state.more(text, position + hashes, 1):
        return None
    if not (found := _HEADING.match(text, position)):
        return position
    state.is_heading = state.wording.is_sentence = True
    state.is_line_start = False
    return found.end()


def _read_quote(state: MarkdownState, text: str, position: int) -> int | None:
    """Read the mark of a quotation, unless it compares."""
    if state.more(text, position, 4) and text[position + 1 :] in (
        *("", "-", "+", "−", "$", "€", "£", "¥"),
        *("-$", "-€", "-£", "-¥", "+$", "+€", "+£", "+¥"),
    ):
        return None
    if _COMPARED.match(text, position):
        return position
    state.is_quote = True
    return position + 1


def _read_bracket(state: MarkdownState, text: str, position: int) -> int | None:
    """Read the head of an alert, or a reference to what a bracket points to."""
    if state.is_quote:
        end = _read_alert(state, text, position)
        if end is None or end > position:
            return end
    limit = position + _MAX_REFERENCE
    if _REFERENCE_START.match(text, position, limit) and state.more(
        text, position, _MAX_REFERENCE
    ):
        return None
    if not (found := _REFERENCE.match(text, position, limit)):
        return position
    is_note, label, colon, following = found.groups()
    is_number = label.isdigit()
    is_address = following.endswith(":") or following.lower() in _ADDRESSES
    if is_address and (is_note or colon or is_number):
        state.skip_until("\n")
        return found.end()
    if colon and (is_note or is_number):
        return found.end() - len(following)
    return position


def _read_alert(state: MarkdownState, text: str, position: int) -> int | None:
    """Read the head of an alert; end where it began if there is none."""
    start = text[position : position + _MAX_ALERT].lower()
    if not state.is_final and any(
        alert.startswith(start) and alert != start for alert in _ALERTS
    ):
        return None
    if not (alert := _ALERT.match(text, position)):
        return position
    if alert[1].lower() in _WARNINGS:
        state.wording.is_sentence = True
        state.wording.say_word(state.words.warning, pause=":")
    return alert.end()


_READERS: Final[dict[str, Reader]] = {
    **dict.fromkeys("`~", read_fence),
    ">": _read_quote,
    "#": _read_heading,
    "[": _read_bracket,
    "|": read_row_start,
    ":": read_divider,
    **dict.fromkeys(_MARKS, _read_mark),
    **dict.fromkeys(_SIGN_BULLETS, _read_sign_bullet),
}
