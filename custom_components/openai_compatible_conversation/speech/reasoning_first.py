"""Whether a complete text starts inside reasoning."""

from .code_tracker import CodeTracker
from .tags import OUTLINE


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
        if kind in ("late", "think") and not (
            code.fence or (code.span and code.is_span(text, end, final=True))
        ):
            return kind == "late"
        code.feed(text[start:end])
        position = end
    return False
