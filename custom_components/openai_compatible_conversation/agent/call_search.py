"""The search for a tool call in a text, in any writing.

Texts may be hostile, so that each search is linear in the length of a text.

Does not depend on Home Assistant.
"""

from dataclasses import dataclass
from functools import cached_property
import re
from typing import NamedTuple

from .written_forms import Form, letters_of

MAX_KEY_GAP = 40
"""Letters between an argument's name and its value: the tags of a markup at most."""

MAX_OCCURRENCES = 200
"""Places with a tool's name that are looked at; a text with more is not trusted."""

_OVERHEAD = 60
"""Letters of markup around a call, and again around each argument."""

_CALLING = r"(?:name|function|invoke|tool|call|action|recipient|to)\s*+[^\w\s]\W{0,3}"

_MIN_NAME = 6
"""Letters below which a tool's name is a part of other words."""

_MARKUP = (
    r"(?:[\W_]|(?<![^\W_])(?:arg|key|value|argument|parameter|string|true)(?![^\W_]))"
)
"""A sign or word of markup between an argument's name and its value."""

_MAX_MARKUP = 80
_MAX_STRICT = 200
"""Letters of an argument that are compared where words count."""


class Pair(NamedTuple):
    """The letters of an argument's name and of its value."""

    key: str
    value: str


@dataclass(frozen=True)
class SoughtCall:
    """A call to look for: a tool's name without its namespace, and its arguments."""

    name: str
    pairs: tuple[Pair, ...]

    def is_in(self, form: Form, *, names_tools: bool) -> bool:
        """Return whether a text holds the call.

        A text that says how to use tools names them and their arguments anyway: there
        the parts stand close to each other, as in a call. In all others, anything may
        stand between them.
        """
        if not self.pairs:
            return self._is_called(form.plain)
        if self._letters not in form.letters:
            return False
        if self._is_common and not self._is_called(form.plain):
            return False
        opens = self._opens(form.plain)
        if names_tools:
            return (opens or self._has_written_pairs(form.plain)) and self._is_near(
                form.letters, opens=opens
            )
        return all(_has_pair(form.letters, pair) for pair in self.pairs) or (
            opens and all(pair.value in form.letters for pair in self.pairs)
        )

    def is_repeated(self, answered: tuple[str, str] | None) -> bool:
        """Return whether the model made the call before, by name and arguments.

        What answers a call may repeat it, and tell what is wrong with it.
        """
        if not answered or answered[0].rpartition("__")[2] != self.name:
            return False
        arguments = letters_of(answered[1])
        return all(_has_pair(arguments, pair) for pair in self.pairs)

    @cached_property
    def _letters(self) -> str:
        """Return the letters of the name."""
        return letters_of(self.name)

    @cached_property
    def _is_common(self) -> bool:
        """Return whether the name may stand in a text without meaning the tool."""
        is_word = self.name.isalpha() and self.name[1:].islower()
        return is_word or len(self._letters) < _MIN_NAME

    @cached_property
    def _opening(self) -> re.Pattern[str]:
        """Return the pattern of the name with the opening of an argument list."""
        return re.compile(
            rf"\b(?:\w{{0,64}}__)?{self._escaped}[\"'`]?(?::\d{{1,9}})?\s*+(?:[({{\[]|<[|｜])"
        )

    @cached_property
    def _calling(self) -> re.Pattern[str]:
        """Return the pattern of the name where a call has the name of its tool."""
        return re.compile(rf"{_CALLING}(?:[\w.]{{0,64}}(?:__|\.))?{self._escaped}\b")

    @property
    def _escaped(self) -> str:
        """Return the name as part of a regular expression."""
        return re.escape(self.name.casefold())

    @cached_property
    def _written_pairs(self) -> list[re.Pattern[str]]:
        """Return the patterns of each pair with nothing but markup between."""
        return [
            re.compile(
                rf"{_spaced(pair.key)}\s*+(?=[^\w\s]){_MARKUP}{{1,{_MAX_MARKUP}}}?"
                rf"{_spaced(pair.value)}(?![^\W_])"
            )
            for pair in self.pairs
        ]

    def _is_called(self, plain: str) -> bool:
        """Return whether a text calls the tool, rather than mentions it."""
        return self._opens(plain) or bool(self._calling.search(plain))

    def _opens(self, plain: str) -> bool:
        """Return whether the name is followed by the opening of an argument list."""
        return bool(self._opening.search(plain))

    def _has_written_pairs(self, plain: str) -> bool:
        """Return whether each argument is followed by its value as in a call."""
        return all(pattern.search(plain) for pattern in self._written_pairs)

    def _is_near(self, letters: str, *, opens: bool) -> bool:
        """Return whether all arguments stand near the name."""
        span = _OVERHEAD + sum(
            len(pair.key) + len(pair.value) + _OVERHEAD for pair in self.pairs
        )
        values = "".join(pair.value for pair in self.pairs)
        start = letters.find(self._letters)
        for _ in range(MAX_OCCURRENCES):
            if start < 0:
                return False
            end = start + len(self._letters)
            near = letters[max(0, start - span) : end + span]
            if all(_has_pair(near, pair) for pair in self.pairs):
                return True
            # A call without the names of its arguments.
            if opens and letters.startswith(values, end):
                return True
            start = letters.find(self._letters, start + 1)
        return True


def _has_pair(letters: str, pair: Pair) -> bool:
    """Return whether an argument's value stands soon after its name."""
    found = -1
    start = letters.find(pair.key)
    while start >= 0:
        after = start + len(pair.key)
        if found < after and (found := letters.find(pair.value, after)) < 0:
            return False
        if found - after <= MAX_KEY_GAP:
            return True
        nearest = found - MAX_KEY_GAP - len(pair.key)
        start = letters.find(pair.key, max(start + 1, nearest))
    return False


def _spaced(letters: str) -> str:
    """Return the pattern of letters with anything that is no letter between them."""
    return r"[\W_]{0,20}+".join(map(re.escape, letters[:_MAX_STRICT]))
