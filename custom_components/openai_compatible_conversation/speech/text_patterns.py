"""Which patterns have a meaning at a position of the text outside of blocks."""

from .mentions import is_call_mention, is_mention
from .patterns import PatternSet
from .tags import CALL_START, CALL_TEXT, FENCE, SPAN, START, TEXT
from .visible_text import VisibleText

STARTS = (START, CALL_START)
START_KINDS = ("generic", "role", "raw")
"""What has a meaning only before the first visible text."""
_OWN_CALLS = ("call", "inner", "function", "invoke", "rest")
"""Calls between tags or tokens of their own."""


def patterns_at(visible: VisibleText, *, may_call: bool) -> PatternSet:
    """Return the patterns that have a meaning after the visible text so far."""
    if visible.code.fence:
        return FENCE
    if visible.code.span:
        return SPAN
    if may_call:
        return CALL_TEXT if visible.last else CALL_START
    return TEXT if visible.last else START


def is_written_about(
    visible: VisibleText, text: str, end: int, kind: str, *, final: bool
) -> bool | None:
    """Return whether a tag up to a position is written about; None if unknown yet."""
    if kind in _OWN_CALLS:
        span = visible.code.span
        return is_call_mention(visible.last, text, end, span=span, final=final)
    if kind not in ("think", "late"):
        return False
    if visible.code.span:
        is_code = visible.code.is_span(text, end, final=final)
        if is_code is not False:
            return is_code
    return kind == "late" and is_mention(visible.last, text[end : end + 2], final=final)
