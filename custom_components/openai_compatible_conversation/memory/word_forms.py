"""Words that are forms or compounds of others, in any language."""

from itertools import takewhile

from .evidence import is_said

_MIN_STEM = 4
"""Minimum letters that two forms of a word have in common."""


def is_said_in_any_form(word: str, said: set[str]) -> bool:
    """Return whether a word was said, or others of which it is a form or a compound."""
    if is_said(word, said):
        return True
    alike = {other for other in said if other.startswith(word[: _MIN_STEM - 1])}
    if any(_is_form_of(word, other) for other in alike):
        return True
    rests = {word[_common(word, other) :] for other in alike}
    return any(
        _is_form_of(rest, other)
        for rest in rests
        if _MIN_STEM <= len(rest) <= len(word) - _MIN_STEM
        for other in said
    )


def _is_form_of(word: str, other: str) -> bool:
    """Return whether two words are likely forms of one: `allergic` and `allergy`."""
    short, long = sorted((word, other), key=len)
    if len(short) == _MIN_STEM - 1:
        return long.removeprefix(short) in {"s", "n", "e"}
    common = _common(word, other)
    return common >= _MIN_STEM and 5 * common >= 3 * len(long)


def _common(word: str, other: str) -> int:
    """Return how many letters two words have in common at their beginning."""
    pairs = zip(word, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
