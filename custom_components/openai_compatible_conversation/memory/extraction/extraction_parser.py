"""Lenient parser for the JSON objects in a model's extraction answer.

Models wrap the facts in reasoning, prose, code fences, strings or tool arguments, add
trailing commas, or are cut off. Every complete object is still taken.
"""

from collections.abc import Iterable, Iterator
import json
import re
from typing import Any

MAX_ANSWER = 200_000
"""Characters above which an answer is not parsed."""

FIELDS = ("quote", "category", "key", "value")
"""The fields of a fact. Some may be missing or of another type than text."""

_MIN_FIELDS = 2
_MAX_BROKEN = 50
"""Failed attempts to decode JSON after which the rest of an answer is ignored."""

_MAX_DEPTH = 4
"""Maximum depth of wrappers around the facts."""

_MAX_NOTHING = 300
"""Maximum characters of an answer in words that there are no facts."""

_TAGS = "think|thinking|thoughts?|reasoning|reflection|analysis|scratchpad"
_REASONING = re.compile(
    rf"\s*(?:<(?P<tag>{_TAGS})>.*?(?:</(?P=tag)>|\Z)|\[THINK\].*?(?:\[/THINK\]|\Z))",
    re.IGNORECASE | re.DOTALL,
)
_REASONING_END = re.compile(rf"</(?:{_TAGS})>|\[/THINK\]", re.IGNORECASE)
_START = re.compile(r'\{\s*["}]|\[\s*[]{\["]')
_BEGINS = re.compile(rf"\s*(?:{_START.pattern}|\"|`)")
_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+"?)|,(?=\s*+[}\]])', re.DOTALL)
_NOTHING = re.compile(
    r"\bno[ _](?:\w+ ){0,4}facts?\b|\A\W*(?:none|nothing|null|empty|n/a)\b[^\n:]*\Z",
    re.IGNORECASE,
)
_DECODER = json.JSONDecoder(strict=False)


def fact_objects(text: str) -> list[dict[str, Any]] | None:
    """Return the fact objects in an answer, None if the answer cannot be parsed.

    Returns an empty list if the answer says, as JSON or in words, that there are no
    facts. From an answer that is cut off or partly invalid, the complete objects are
    returned.
    """
    if len(text) > MAX_ANSWER:
        return None
    return _parse(_without_reasoning(text), 0)


def _without_reasoning(text: str) -> str:
    """Return an answer without reasoning in tags before it."""
    if found := _REASONING.match(text):
        return text[found.end() :]
    if not _BEGINS.match(text) and (end := _REASONING_END.search(text)):
        return text[end.end() :]
    return text


def _parse(text: str, depth: int) -> list[dict[str, Any]] | None:
    """Return the fact objects in a text, None if it cannot be parsed."""
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
    """Yield the JSON values in a text."""
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
        # An empty value within broken JSON does not mean that there are no facts.
        if value or not broken:
            yield value


def _items(value: Any, depth: int) -> list[dict[str, Any]] | None:
    """Return the fact objects in a value, None if it has anything else."""
    if depth > _MAX_DEPTH:
        return None
    match value:
        case {"facts": None}:
            return []
        case {"facts": inner}:
            return _items(inner, depth + 1)
        case str():
            return _parse(value, depth + 1)
        case dict() | list() if not value:
            return []
        case dict() if _is_item(value):
            return [value]
        case dict():
            # A wrapper, or the arguments of a tool call.
            return next(filter(None, _parts(value.values(), depth)), None)
        case list():
            parts = _parts((part for part in value if isinstance(part, dict)), depth)
            return [item for items in parts for item in items or ()] or None
    return None


def _parts(values: Iterable[Any], depth: int) -> Iterator[list[dict[str, Any]] | None]:
    """Yield the fact objects of each part of a value."""
    for part in values:
        yield _items(part, depth + 1)


def _is_item(value: dict[str, Any]) -> bool:
    """Return whether an object has enough of the fields of a fact."""
    return sum(isinstance(value.get(name), str) for name in FIELDS) >= _MIN_FIELDS
