"""Any value as a JSON value: what a tool returns may hold anything.

What JSON cannot express is replaced by a readable text where it stands, so that the
rest stays as it was.

Does not depend on Home Assistant.
"""

import base64
from collections.abc import Container, Iterable, Mapping, Set as AbstractSet, Sized
from dataclasses import fields, is_dataclass
from datetime import date, time
from enum import Enum
import math
from pathlib import PurePath
import re

import orjson

from .omission import Omission

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None

MAX_DEPTH = 40
"""Levels of nesting, below which a value is replaced."""

MAX_VALUES = 100_000
"""Values that are converted; what a list or object holds beyond them is counted."""

MAX_TEXT = 500
"""Characters of the text that stands for a value of an unknown type."""

_DIGITS_PER_BIT = math.log10(2)
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
"""Characters that no text has."""

_BITS = 64
"""Bits of an integer, beyond which JSON parsers do not agree."""


def to_json(value: object) -> Json:
    """Return a value that can be written as JSON.

    Bytes become a data URL if they are no text. Sets are sorted.
    """
    return _Converter().convert(value, 0)


def json_text(value: Json) -> str:
    """Return the JSON text of a value."""
    return orjson.dumps(value).decode()


def unused_key(key: str, known: Container[str]) -> str:
    """Return a key of an object that is not taken: the keys 1 and "1" are the same."""
    name, number = key, 2
    while name in known:
        name, number = f"{key} ({number})", number + 1
    return name


class _Converter:
    """Converts one value, and counts the values in it."""

    def __init__(self) -> None:
        """Initialize with all values left to convert."""
        self._left = MAX_VALUES
        self._parents: set[int] = set()
        """The objects around the value, by identity."""

    def convert(self, value: object, depth: int) -> Json:
        """Return a value that can be written as JSON."""
        self._left -= 1
        if id(value) in self._parents:
            return "(contains itself)"
        if depth > MAX_DEPTH:
            return "(nested too deeply)"
        try:
            return self._plain(value, depth)
        # A class of another integration may raise anything.
        except Exception as err:  # noqa: BLE001
            return f"(unreadable: {type(err).__name__})"

    def _plain(self, value: object, depth: int) -> Json:
        """Return a plain value, else a list, an object or a text in its place."""
        match value:
            case None | bool() | Omission():
                return value
            case Enum():
                # Some enums are strings or numbers, too.
                return self.convert(_enum_value(value), depth)
            case str():
                return _clean(value)
            case int():
                return _integer(value)
            case float():
                return float(value) if math.isfinite(value) else _constant(value)
            case bytes() | bytearray() | memoryview():
                return _binary(bytes(value))
            case date() | time():
                return value.isoformat()
            case PurePath():
                return _clean(value.as_posix())
            case type():
                return value.__name__
        self._parents.add(id(value))
        try:
            return self._compound(value, depth)
        finally:
            self._parents.discard(id(value))

    def _compound(self, value: object, depth: int) -> Json:
        """Return a list, an object, or a text in place of anything else."""
        if (items := _members(value)) is not None:
            return self._object(items.items(), len(items), depth)
        if isinstance(value, AbstractSet):
            return sorted(self._list(value, len(value), depth), key=json_text)
        # An iterator may have no end, and can be read only once.
        if isinstance(value, Sized) and isinstance(value, Iterable):
            return self._list(value, len(value), depth)
        return _text(value)

    def _list(self, values: Iterable[object], count: int, depth: int) -> list[Json]:
        """Return values as a list, which ends with a count of what is missing."""
        result: list[Json] = []
        for value in values:
            if self._left <= 0:
                result.append(Omission(count - len(result), count))
                break
            result.append(self.convert(value, depth + 1))
        return result

    def _object(
        self, items: Iterable[tuple[object, object]], count: int, depth: int
    ) -> dict[str, Json]:
        """Return items as an object, with a count of what is missing."""
        result: dict[str, Json] = {}
        for key, value in items:
            name = unused_key(_key(key), result)
            if self._left <= 0:
                omission = Omission(count - len(result), count)
                result[unused_key(omission.KEY, result)] = omission
                break
            result[name] = self.convert(value, depth + 1)
        return result


def _members(value: object) -> Mapping[object, object] | None:
    """Return the members of an object by name, None if it has none."""
    if isinstance(value, Mapping):
        return value
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    for name in ("as_dict", "model_dump"):
        if callable(convert := getattr(value, name, None)):
            members = convert()
            return members if isinstance(members, Mapping) else None
    return None


def _enum_value(value: Enum) -> object:
    """Return the value of an enum member if it is plain, else its name."""
    plain = value.value
    return plain if isinstance(plain, str | int | float) else value.name


def _clean(text: str) -> str:
    """Return a text without lone surrogates, which cannot be encoded."""
    text = str(text)
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _integer(value: int) -> int | str:
    """Return an integer, as text if it has more than 64 bits."""
    if value.bit_length() < _BITS:
        return int(value)
    try:
        return str(int(value))
    except ValueError:
        # Python refuses to write thousands of digits.
        digits = int(value.bit_length() * _DIGITS_PER_BIT)
        return f"(an integer of about {digits} digits)"


def _constant(value: float) -> str:
    """Return the name of a number that JSON cannot represent."""
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def _binary(value: bytes) -> str:
    """Return bytes as the text that they are, else as a data URL."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        pass
    else:
        if not _CONTROL.search(text):
            return text
    return f"data:application/octet-stream;base64,{base64.b64encode(value).decode()}"


def _key(key: object) -> str:
    """Return the key of an object, as Python's JSON encoder writes it."""
    if isinstance(key, str) and not isinstance(key, Enum):
        return _clean(key)
    value = _Converter().convert(key, MAX_DEPTH - 1)
    return value if isinstance(value, str) else json_text(value)


def _text(value: object) -> str:
    """Return a short text for a value, the same one each time."""
    text = _ADDRESS.sub("", _clean(str(value)))
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
