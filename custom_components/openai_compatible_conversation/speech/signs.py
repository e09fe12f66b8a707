"""Pictures and odd characters: which are said, in which words, and which are not."""

import re
from typing import Final

from .emoji import CROSS, DECORATION, GENDERS, JOINER, STATUS
from .markdown_state import MarkdownState
from .marks import SENTENCE_ENDS

INVISIBLE: Final = "\u00ad\u200b\u2060-\u2064\ufeff\ue000-\uf8ff"
"""Characters that are displayed as nothing, as ranges of a regular expression."""
HYPHENS: Final = "\u2010\u2011"
"""Hyphens that speech output does not know."""

_INVISIBLE: Final = re.compile(rf"[{INVISIBLE}]")
_OPERAND: Final = re.compile(r"[ \t\u00a0\u202f]{0,3}([\w(√+\-−.]?)")
_MAX_OPERAND: Final = 6


def read_sign(state: MarkdownState, text: str, position: int) -> int | None:
    """Read a character that is no letter, number or usual punctuation."""
    char, wording = text[position], state.wording
    if char in HYPHENS:
        wording.say("-")
    elif char in STATUS:
        _read_status(state, STATUS[char])
    elif char == CROSS:
        return _read_cross(state, text, position)
    elif char in GENDERS and state.before(text, position) != JOINER:
        wording.say(char)
    elif char == JOINER and not wording.is_sign_removed:
        # Some scripts join letters with it.
        wording.say(char)
    elif not _INVISIBLE.match(char):
        wording.remove_sign()
    return position + 1


def _read_status(state: MarkdownState, kind: str) -> None:
    """Say what a picture stands for, unless it decorates what is said in words."""
    wording, word = state.wording, getattr(state.words, kind)
    if (
        kind in DECORATION
        and not wording.is_cell_due
        and (wording.is_at_start or wording.line[-1] in SENTENCE_ENDS)
    ):
        wording.remove_sign()
    elif wording.is_at_start:
        if kind == "yes" and not wording.has_said:
            wording.hold_word(word)
        else:
            wording.say_word(word, pause=":")
    elif kind == "yes" and wording.line[-1] in SENTENCE_ENDS:
        wording.hold_word(word)
    else:
        wording.say_word(word)


def _read_cross(state: MarkdownState, text: str, position: int) -> int | None:
    """Read a cross, which multiplies if it stands between two values."""
    found = _OPERAND.match(text, position + 1, position + 1 + _MAX_OPERAND)
    is_open = found and not found[1] and found.end() == len(text)
    if is_open and state.more(text, position, _MAX_OPERAND):
        return None
    if found and found[1] and not state.wording.is_at_start:
        state.wording.say(CROSS)
    else:
        _read_status(state, "no")
    return position + 1
