"""The data that a model answers with, in whatever it wraps it. Knows no Home Assistant."""

from collections import deque
from collections.abc import Iterator
import json
from math import isfinite
import re
from typing import Any

MAX_ANSWER = 500_000
"""Characters above which an answer is garbage."""

_MAX_BROKEN = 50
"""Places where JSON seems to begin and does not, until the rest is left alone."""

_MAX_VALUES = 20
"""Values in a text that may be meant: no more of them than the last ones."""

_MAX_DEPTH = 3
"""Wrappers around the data that are looked into."""

_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+"?)|,(?=\s*+[}\]])', re.DOTALL)


def _finite(text: str) -> float:
    """Return a number; raises `ValueError` for what Python takes for one and JSON does not."""
    if isfinite(number := float(text)):
        return number
    raise ValueError(text)


_DECODER = json.JSONDecoder(strict=False, parse_float=_finite, parse_constant=_finite)


def find_data(text: str) -> list[Any]:
    """Return the JSON values that an answer may mean, the likeliest first.

    That is all of the answer, or else what stands in it last: models think
    aloud first. What is wrapped comes after its wrapper.
    """
    if len(text) > MAX_ANSWER:
        return []
    clean = _COMMA.sub(r"\1", text.strip())
    try:
        values = [_DECODER.decode(clean)]
    except ValueError, RecursionError:
        values = list(deque(_embedded(clean), _MAX_VALUES))[::-1]
    return [inner for value in values for inner in _unwrapped(value, 0)]


def restore_integers(valid: Any, given: Any) -> Any:
    """Return validated data with whole numbers as they were given.

    Home Assistant's number selector makes 3.0 of 3.
    """
    match valid, given:
        case dict(), dict():
            return {
                key: restore_integers(part, given.get(key))
                for key, part in valid.items()
            }
        case list(), list() if len(valid) == len(given):
            return [restore_integers(*pair) for pair in zip(valid, given, strict=True)]
        case float(), int() if valid == given and not isinstance(given, bool):
            return given
    return valid


def _embedded(text: str) -> Iterator[Any]:
    """Yield the objects and lists that stand in a text, the outermost of each."""
    position = broken = 0
    while broken < _MAX_BROKEN and (start := _start(text, position)) >= 0:
        try:
            value, position = _DECODER.raw_decode(text, start)
        except ValueError, RecursionError:
            position, broken = start + 1, broken + 1
        else:
            yield value


def _start(text: str, position: int) -> int:
    """Return where the next object or list may begin, -1 if none does."""
    found = [text.find(bracket, position) for bracket in "{["]
    return min((start for start in found if start >= 0), default=-1)


def _unwrapped(value: Any, depth: int) -> Iterator[Any]:
    """Yield a value, and what is in it if it has nothing else in it."""
    yield value
    if depth == _MAX_DEPTH:
        return
    match value:
        case str():
            try:
                yield from _unwrapped(_DECODER.decode(value.strip()), depth + 1)
            except ValueError, RecursionError:
                return
        case [inner]:
            yield from _unwrapped(inner, depth + 1)
        case dict() if len(value) == 1:
            yield from _unwrapped(next(iter(value.values())), depth + 1)
