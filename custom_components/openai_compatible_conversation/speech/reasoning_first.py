"""Whether a complete text starts inside reasoning, and where that ends."""

from .code_tracker import CodeTracker
from .mentions import is_mention
from .tags import CLOSERS, EDGES, OUTLINE

_TOKENS = ("control", "header", "other", "text", "stray", "marker")
"""What a server adds, and what is no answer."""


def is_reasoning_first(text: str) -> bool:
    """Return whether a complete text has an end of reasoning before any start of it.

    Tags in code are text.
    """
    code = CodeTracker()
    position = 0
    while position < len(text):
        code.end_run(text[position])
        start, end, kind = OUTLINE.find(text, position, final=True)
        code.feed(text[position:start])
        if kind == "generic" and not text[:start].strip():
            return False
        is_text = (
            code.fence
            or (code.span and code.is_span(text, end, final=True))
            or (kind == "late" and _is_mention(text, start, end))
        )
        if kind in ("late", "think", "channel") and not is_text:
            return kind == "late"
        code.feed(text[start:end])
        position = end
    return False


def end_of_reasoning(text: str) -> tuple[int, int] | None:
    """Return start and end of what ends the reasoning that a complete text starts in."""
    start, end, kind = CLOSERS["first"].find(text, final=True)
    while kind is not None:
        if kind == "next" and not text[:start].strip():
            return None
        if kind == "end" and not _is_mention(text, start, end):
            return start, end
        start, end, kind = CLOSERS["first"].find(text, end, final=True)
    return None


def is_followed(text: str, position: int) -> bool:
    """Return whether more than tokens follows a position in a complete text."""
    while True:
        start, end, kind = EDGES.find(text, position, final=True)
        if text[position:start].strip():
            return True
        if kind not in _TOKENS:
            return kind is not None
        position = end


def _is_mention(text: str, start: int, end: int) -> bool:
    """Return whether a tag in a complete text stands within a sentence."""
    return bool(
        is_mention(text[max(0, start - 1) : start], text[end : end + 2], final=True)
    )
