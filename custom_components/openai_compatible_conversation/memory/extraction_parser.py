"""The objects that a model answers with, in whatever it wraps them."""

from collections.abc import Iterable, Iterator
import json
import re
from typing import Any

MAX_ANSWER = 200_000
"""Characters above which an answer is garbage."""

FIELDS = ("quote", "category", "key", "value")
"""What an item has. Some may be missing, or be of another type than text."""

_MIN_FIELDS = 2
_MAX_BROKEN = 50
"""Places where JSON seems to begin and does not, until the rest is left alone."""

_MAX_DEPTH = 4
"""Wrappers around the list that are looked into."""

_MAX_NOTHING = 300
"""Characters of an answer that says in words that there is nothing."""

_TAGS = "think|thinking|thoughts?|reasoning|reflection|analysis|scratchpad"
_THOUGHTS = re.compile(
    rf"\s*(?:<(?P<tag>{_TAGS})>.*?(?:</(?P=tag)>|\Z)|\[THINK\].*?(?:\[/THINK\]|\Z))",
    re.IGNORECASE | re.DOTALL,
)
_LATE = re.compile(rf"</(?:{_TAGS})>|\[/THINK\]", re.IGNORECASE)
_START = re.compile(r'\{\s*["}]|\[\s*[]{\["]')
_BEGINS = re.compile(rf"\s*(?:{_START.pattern}|\"|`)")
_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+"?)|,(?=\s*+[}\]])', re.DOTALL)
_NOTHING = re.compile(
    r"\bno[ _](?:\w+ ){0,4}facts?\b|\A\W*(?:none|nothing|null|empty|n/a)\b[^\n:]*\Z",
    re.IGNORECASE,
)
_DECODER = json.JSONDecoder(strict=False)


def fact_objects(text: str) -> list[dict[str, Any]] | None:
    """Return the items of an answer, as JSON objects, None if it is no answer.

    An answer that says that there are none has none. One that was cut off, or is
    damaged in places, has those that are whole.
    """
    if len(text) > MAX_ANSWER:
        return None
    return _listed(_without_thoughts(text), 0)


def _without_thoughts(text: str) -> str:
    """Return what a model says after its thoughts."""
    if found := _THOUGHTS.match(text):
        return text[found.end() :]
    if not _BEGINS.match(text) and (late := _LATE.search(text)):
        return text[late.end() :]
    return text


def _listed(text: str, depth: int) -> list[dict[str, Any]] | None:
    """Return the items that stand in a text, None if it tells of none."""
    items: list[dict[str, Any]] = []
    answered = False
    for value in _values(_COMMA.sub(r"\1", text)):
        if (found := _items(value, depth)) is not None:
            answered = True
            items += found
    if answered:
        return items
    brief = text.strip()
    if len(brief) <= _MAX_NOTHING and _NOTHING.search(brief):
        return []
    return None


def _values(text: str) -> Iterator[Any]:
    """Yield the JSON values that stand in a text."""
    try:
        yield _DECODER.decode(text)
    except ValueError, RecursionError:
        pass
    else:
        return
    position = broken = 0
    while broken < _MAX_BROKEN and (start := _START.search(text, position)):
        try:
            value, position = _DECODER.raw_decode(text, start.start())
        except ValueError, RecursionError:
            position, broken = start.start() + 1, broken + 1
            continue
        # What is empty within something broken does not say that there is nothing.
        if value or not broken:
            yield value


def _items(value: Any, depth: int) -> list[dict[str, Any]] | None:
    """Return the items that a value holds, None if it holds something else."""
    if depth > _MAX_DEPTH:
        return None
    match value:
        case {"facts": None}:
            return []
        case {"facts": inner}:
            return _items(inner, depth + 1)
        case str():
            return _listed(value, depth + 1)
        case dict() | list() if not value:
            return []
        case dict() if _is_item(value):
            return [value]
        case dict():
            # A wrapper, or the arguments of a call.
            return next(filter(None, _parts(value.values(), depth)), None)
        case list():
            parts = _parts((part for part in value if isinstance(part, dict)), depth)
            return [item for items in parts for item in items or ()] or None
    return None


def _parts(values: Iterable[Any], depth: int) -> Iterator[list[dict[str, Any]] | None]:
    """Yield the items of each part of a value."""
    for part in values:
        yield _items(part, depth + 1)


def _is_item(value: dict[str, Any]) -> bool:
    """Return whether an object looks like what was asked for."""
    return sum(isinstance(value.get(name), str) for name in FIELDS) >= _MIN_FIELDS
