"""Marks of what was forgotten, so that it is not learned again from what was said.

A model extracts a fact now under one key and now under another, so a mark holds keyed
hashes of the fact's identity, of the words of its key, and of the words of its value:
what was forgotten, and not what it was. Only facts that are told anew come back.

Decision record: docs/decisions/0023-a-memory-forgets-and-corrects.md.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
import hashlib
import hmac
import secrets
from typing import Any, Self

from ...search.words import words
from ..facts.fact import NAMED, Fact
from ..facts.fact_json import moment
from ..words.key_words import key_words
from ..words.normalization import fold
from ..words.telling_words import telling_words

MAX_MARKS = 1000
"""Maximum number of marks; the oldest ones are dropped."""

MAX_WORDS = 6
"""Words of a value that are compared."""

_MIN_TELLING = 2
"""Words from which on a value is known again under any other key."""

_SIZE = 16
"""Hexadecimal digits of a hash."""

_KEY_BYTES = 16


@dataclass(frozen=True, slots=True)
class _Mark:
    """What was forgotten at a time, in keyed hashes."""

    at: str
    """When it was forgotten, ISO 8601 in UTC."""
    fact: str = ""
    """The identity of the fact, empty if that was told anew with another value."""
    key: frozenset[str] = frozenset()
    """The words of the fact's key."""
    value: str = ""
    """The words of the value together, empty if it was not known or says nothing."""
    is_named: bool = False
    """Whether the value is a name, of which one word is enough."""

    def to_json(self) -> dict[str, Any]:
        """Return the mark as JSON-serializable data."""
        data = {"at": self.at, "fact": self.fact, "key": sorted(self.key)}
        more = {"value": self.value, "named": self.is_named}
        return data | {name: value for name, value in more.items() if value}


@dataclass(frozen=True, slots=True)
class _Hashes:
    """The hashes of a fact that may be one that was forgotten."""

    fact: str
    key: frozenset[str]
    values: dict[str, int]
    """The number of words of each part of the value."""

    def is_same(self, mark: _Mark) -> bool:
        """Return whether it has the value of a mark, and clearly is about the same."""
        count = self.values.get(mark.value, 0)
        is_alike = self.fact == mark.fact or bool(self.key & mark.key)
        return count >= _MIN_TELLING or (count > 0 and is_alike)

    def may_be_same(self, mark: _Mark) -> bool:
        """Return whether it is what was forgotten, if it is from the same words."""
        return (
            self.fact == mark.fact
            or self.is_same(mark)
            or (mark.is_named and mark.value in self.values)
        )


class ForgottenMarks:
    """The marks of what was forgotten, the oldest first. Has no clock."""

    def __init__(self, secret: str = "") -> None:
        """Initialize without marks; `secret` is the key of the hashes, or a new one."""
        self._secret = secret or secrets.token_hex(_KEY_BYTES)
        self._marks: dict[tuple[str, str], _Mark] = {}
        self._all_until = ""
        """When everything was forgotten, empty if it never was."""

    def add(self, fact: Fact, now: str) -> None:
        """Mark a fact as forgotten, by its identity alone if the value is empty."""
        value = _value_words(fact.value)[:MAX_WORDS]
        self._add(
            _Mark(
                now,
                self._identity(fact),
                self._key(fact),
                self._hash("value", *value) if value else "",
                fact.category in NAMED,
            )
        )

    def add_all(self, now: str) -> None:
        """Mark everything that was said until now as forgotten."""
        self._all_until = now

    def discard(self, *facts: Fact) -> None:
        """Remove the marks of facts that were told anew."""
        for hashes in map(self._hashes, facts) if self._marks else ():
            for place, mark in list(self._marks.items()):
                if hashes.is_same(mark):
                    del self._marks[place]
                elif mark.fact == hashes.fact:
                    del self._marks[place]
                    if mark.value:
                        # That is not the value that was told.
                        self._add(replace(mark, fact=""))

    def has(self, fact: Fact, said_at: str = "") -> bool:
        """Return whether an extracted fact is one that was forgotten.

        `said_at` is when it was said, empty if that is not known. What was said before
        may be what was forgotten in other words. What was said since then is that only
        with the same value.
        """
        if self._all_until and _is_before(said_at, self._all_until):
            return True
        hashes = self._hashes(fact)
        for mark in self._marks.values():
            if hashes.is_same(mark) or (mark.fact == hashes.fact and not mark.value):
                return True
            is_earlier = not said_at or _is_before(said_at, mark.at)
            if is_earlier and hashes.may_be_same(mark):
                return True
        return False

    def to_json(self) -> dict[str, Any]:
        """Return the marks as JSON-serializable data, empty if there are none."""
        marks = [mark.to_json() for mark in self._marks.values()]
        if self._all_until:
            marks.append({"at": self._all_until, "everything": True})
        return {"forgotten": marks, "forgotten_key": self._secret} if marks else {}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> tuple[Self, int]:
        """Return the marks from stored data, and the number of items lost."""
        secret, items = data.get("forgotten_key"), data.get("forgotten")
        marks = cls(secret if isinstance(secret, str) else "")
        if items is None:
            return marks, 0
        if not isinstance(items, list) or marks._secret != secret:
            return marks, 1
        return marks, sum(not marks._restore(item) for item in items)

    def _restore(self, data: object) -> bool:
        """Add a mark from stored data; return whether it is valid."""
        match data:
            case {"at": str() as at, "everything": True} if moment(at):
                self._all_until = at
            case {
                "at": str() as at,
                "fact": str() as fact,
                "key": [*key],
                **others,
            } if moment(at):
                value = others.get("value", "")
                if not isinstance(value, str) or not all(map(_is_text, key)):
                    return False
                is_named = others.get("named") is True
                self._add(_Mark(at, fact, frozenset(key), value, is_named))
            case _:
                return False
        return True

    def _add(self, mark: _Mark) -> None:
        """Add a mark as the newest one."""
        self._marks.pop((mark.fact, mark.value), None)
        self._marks[mark.fact, mark.value] = mark
        while len(self._marks) > MAX_MARKS:
            del self._marks[next(iter(self._marks))]

    def _hashes(self, fact: Fact) -> _Hashes:
        """Return the hashes of a fact."""
        parts = _runs(_value_words(fact.value))
        values = {self._hash("value", *part): len(part) for part in parts}
        return _Hashes(self._identity(fact), self._key(fact), values)

    def _identity(self, fact: Fact) -> str:
        """Return the hash of a fact's identity."""
        return self._hash("fact", fact.category, fold(fact.key), fold(fact.subject))

    def _key(self, fact: Fact) -> frozenset[str]:
        """Return the hashes of the words of a fact's key."""
        return frozenset(self._hash("key", word) for word in key_words(fact.key))

    def _hash(self, *texts: str) -> str:
        """Return the keyed hash of texts."""
        message = "\n".join(texts).encode()
        digest = hmac.new(self._secret.encode(), message, hashlib.sha256).hexdigest()
        return digest[:_SIZE]


def _is_text(value: object) -> bool:
    """Return whether a value is a text."""
    return isinstance(value, str)


def _is_before(time: str, other: str) -> bool:
    """Return whether a time is known and not after another one."""
    one, two = moment(time), moment(other)
    return bool(one and two and one <= two)


def _value_words(text: str) -> list[str]:
    """Return the words and numbers that tell a value, in order."""
    telling = set(telling_words(text))
    return [word for word in words(text) if word in telling or word.isdigit()]


def _runs(found: list[str]) -> Iterator[list[str]]:
    """Yield the runs of up to `MAX_WORDS` adjacent words."""
    for begin in range(len(found)):
        for end in range(begin + 1, min(begin + MAX_WORDS, len(found)) + 1):
            yield found[begin:end]
