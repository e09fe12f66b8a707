r"""Math in TeX's notation, as models write it between `$` or `\(` and `\)`."""

import re
from typing import Final

from .markdown_state import MarkdownState
from .tex import COMMANDS, tex_to_text

_MAX_LINE: Final = 200
_MAX_BLOCK: Final = 600
_DOLLARS: Final = re.compile(r"\$(?=[^\s$])([^$\n]*[^\s$])\$(?!\d)")
_BLOCK: Final = re.compile(r"\$\$([^$]+)\$\$")
_BRACKETED: Final = re.compile(r"\\\((.+?)\\\)|\\\[(.+?)\\\]", re.DOTALL)
_MONEY: Final = re.compile(
    # No equation that begins with a number has a word or a second price in it.
    r"\$\d[\d.,]*(?:\s*(?:[A-Za-z]{2,}|[^\s\d\w+\-*/=^\\<>(){}|!%×÷±$])|\s+[A-Za-z]"
    r"|\s*[+\-*/=^<>(]?\s*[\d.,\s+\-*/=^<>(){}]*(?:(?<![\\A-Za-z])[A-Za-z]{2,}|\$\d))"
)
_BARE: Final = re.compile(r"\\([A-Za-z]+)(?:\s*\{[^{}\n]*\}){0,2}")
_BARE_START: Final = re.compile(
    r"\\[A-Za-z]{0,14}(?:\{[^{}\n]*(?:\}(?:\{[^{}\n]*)?)?)?\Z"
)
_MAX_BARE: Final = 80
_ESCAPABLE: Final = frozenset("\\`*_{}[]()#+-.!|<>~\"'&$%^=:;,?/@")
_IS_MATH: Final = re.compile(r"[\\^_=+*/<>≤≥×÷√]|\d|^\s*\w\s*$")


def read_dollar(state: MarkdownState, text: str, position: int) -> int | None:
    """Read math between dollar signs, and say the sign if it is that of money."""
    before = state.before(text, position)
    if before.isalnum() or before == "$":
        return _say(state, text, position)
    if state.more(text, position, 2):
        return None
    is_block = text.startswith("$$", position)
    following = text[position + 1 : position + 2]
    limit = position + (_MAX_BLOCK if is_block else _MAX_LINE)
    if not following.strip() or (
        following.isdigit() and _MONEY.match(text, position, limit)
    ):
        return _say(state, text, position)
    found = (_BLOCK if is_block else _DOLLARS).match(text, position, limit)
    if found and not state.more(text, found.end(), 1):
        if is_block or _IS_MATH.search(found[1]):
            return _say_math(state, found[1], found.end())
        return _say(state, text, position)
    is_over = not is_block and "\n" in text[position:limit]
    if (found or not is_over) and state.more(text, position, limit - position):
        return None
    return _say(state, text, position)


def read_backslash(state: MarkdownState, text: str, position: int) -> int | None:
    """Read math after a backslash, an escaped character or a hard break."""
    if state.more(text, position, 2):
        return None
    following = text[position + 1 : position + 2]
    end: int | None = position
    if following in ("(", "["):
        end = _read_bracketed(state, text, position, following)
    elif following == "\n":
        end = position + 1
    elif following.isalpha():
        end = _read_command(state, text, position)
    if end is None or end > position:
        return end
    if following and following in _ESCAPABLE:
        state.wording.say(following)
        return position + 2
    return _say(state, text, position)


def _read_bracketed(
    state: MarkdownState, text: str, position: int, bracket: str
) -> int | None:
    """Read math in brackets; end where it began if there is none."""
    limit = position + (_MAX_LINE if bracket == "(" else _MAX_BLOCK)
    if found := _BRACKETED.match(text, position, limit):
        if _IS_MATH.search(content := found[1] or found[2]):
            return _say_math(state, content, found.end())
    elif state.more(text, position, limit - position):
        return None
    return position


def _read_command(state: MarkdownState, text: str, position: int) -> int | None:
    """Read a command with its arguments; end where it began if it is none."""
    before = state.before(text, position)
    if before.isalpha() or before in (":", "\\", "/"):
        # It is a path.
        return position
    if state.more(text, position, _MAX_BARE) and (
        _BARE_START.match(text, position) and _may_be_command(text, position)
    ):
        return None
    found = _BARE.match(text, position, position + _MAX_BARE)
    if found and found[1] in COMMANDS:
        return _say_math(state, found[0], found.end())
    return position


def _may_be_command(text: str, position: int) -> bool:
    """Return whether a backslash begins a known command, or may do so."""
    name = text[position + 1 :].partition("{")[0]
    return any(command.startswith(name) for command in COMMANDS)


def _say_math(state: MarkdownState, tex: str, end: int) -> int:
    """Say a formula, and return where it ends."""
    for number, line in enumerate(tex_to_text(tex).split("\n")):
        if number:
            state.new_line()
            state.is_line_start = False
        state.wording.say_all(line)
    return end


def _say(state: MarkdownState, text: str, position: int) -> int:
    """Say a sign as it is."""
    state.wording.say(text[position])
    return position + 1
