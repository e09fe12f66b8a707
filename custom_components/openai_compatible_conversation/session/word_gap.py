"""Texts of a user or a model without their middle: what is asked stands at either end."""

from .limits import Count

_MARGIN = 0.97
"""Share of the length that should fit, as some parts of a text take more tokens."""

_MAX_WORD = 40
"""Characters up to the space at which a text is cut."""


def without_middle(text: str, limit: int, count: Count, gap: str) -> str:
    """Return a text of at most `limit` tokens, with its beginning and its end.

    `count` returns the tokens of a text, and `gap` stands in place of the middle. A
    limit below its tokens is not kept.
    """
    shown = text
    room = len(text)
    while (size := count(shown)) > limit and room > 0:
        room = int(room * limit / size * _MARGIN)
        head = _up_to_space(text[: room // 2])
        tail = _up_to_space(text[len(text) - room // 2 :][::-1])[::-1]
        shown = f"{head}{gap}{tail}"
    return shown


def _up_to_space(text: str) -> str:
    """Return a text up to its last space, if there is one near its end."""
    end = max(text.rfind(" "), text.rfind("\n"))
    return text[:end] if 0 < len(text) - end <= _MAX_WORD else text
