"""Words that are forms, compounds or opposites of others, in any language."""

from collections.abc import Iterable
from itertools import takewhile

_MIN_COMPOUND_PART = 4
"""Minimum letters for a word to match as part of another, as in a compound."""

_MIN_STEM = 4
"""Minimum letters that two forms of a word have in common."""

_NEGATING = ("un", "dis", "des", "in", "de", "ent", "ont")
"""Prefixes that turn a word into its opposite, in European languages."""

_MIN_OPPOSITE = 4
"""Minimum letters of two forms of a word, of which one is the opposite."""


def is_said(word: str, said: set[str]) -> bool:
    """Return whether a word, a compound of it or a part of it was said."""
    return word in said or (
        len(word) >= _MIN_COMPOUND_PART
        and any(
            len(other) >= _MIN_COMPOUND_PART
            and (word in other or other in word)
            and not _are_opposites(word, other)
            for other in said
        )
    )


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


def has_opposite(word: str, said: Iterable[str]) -> bool:
    """Return whether the opposite of a word was said, such as `lock` for `unlocked`."""
    return any(_are_opposites(word, other) for other in said)


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


def _are_opposites(one: str, two: str) -> bool:
    """Return whether one of two words is the other one with a negating prefix."""
    return any(
        word.startswith(prefix) and _is_beginning(word.removeprefix(prefix), other)
        for word, other in ((one, two), (two, one))
        for prefix in _NEGATING
    )


def _is_beginning(one: str, two: str) -> bool:
    """Return whether two words are the same, or one of them is the other's beginning."""
    short, long = sorted((one, two), key=len)
    return one == two or (len(short) >= _MIN_OPPOSITE and long.startswith(short))
