"""What the tool calls of a turn came to, as far as a user has to hear of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_SUBJECT = 60
"""Characters of an argument that names what a call was for."""

_NAMING = ("name", "item", "area", "floor", "query")
"""Arguments that say what a call is for, the most telling first."""


@dataclass(slots=True)
class Outcome:
    """Whether the tool calls of a turn acted, and what failed.

    An act is confirmed only if nothing failed in the same round or after it.
    """

    _acted_in: int = -1
    _failed_in: int = -1
    _failures: list[str] = field(default_factory=list)
    _round: int = 0

    @property
    def has_acted(self) -> bool:
        """Return whether a call acted, and none failed with it or after it."""
        return self._acted_in > self._failed_in

    @property
    def failures(self) -> list[str]:
        """Return what the failed calls were for, without those that an act followed."""
        return [] if self.has_acted else list(dict.fromkeys(self._failures))

    def next_round(self) -> None:
        """Begin a round: another response of the model."""
        self._round += 1

    def acted(self) -> None:
        """Record that a call acted."""
        self._acted_in = self._round

    def failed(self, subject: str) -> None:
        """Record that a call failed, and what it was for."""
        if self.has_acted and self._acted_in < self._round:
            self._failures.clear()
        self._failed_in = self._round
        self._failures.append(subject)


def subject_of(arguments: Mapping[str, Any], title: str) -> str:
    """Return what a call is for: the thing that it names, else the tool's title."""
    for name in _NAMING:
        value = arguments.get(name)
        if isinstance(value, str) and (text := " ".join(value.split())):
            return text[:MAX_SUBJECT]
    return title
