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
    """Whether the tool calls of a turn acted, and what failed, round by round.

    An act is confirmed only if nothing failed in the same round or after it.
    """

    _acts: list[str] = field(default_factory=list)
    _failures: list[str] = field(default_factory=list)
    _acted_in: int = -1
    _failed_in: int = -1
    _unfinished_in: int = -1
    _stalled_in: int = -1
    _succeeded_in: int = -1
    _new_in: int = -1
    _repeated_in: int = -1
    _reminded_in: int = -1
    _reminded_rounds: int = 0
    _asked_in: int = -1
    _failed_rounds: int = 0
    _round: int = 0

    @property
    def has_acted(self) -> bool:
        """Return whether a call acted, and all with it or after it came to an end."""
        return self._has_recovered and self._acted_in > self._unfinished_in

    @property
    def acts(self) -> list[str]:
        """Return what the calls that acted were for."""
        return list(dict.fromkeys(self._acts))

    @property
    def failures(self) -> list[str]:
        """Return what the failed calls were for, without those that an act followed."""
        return [] if self._has_recovered else list(dict.fromkeys(self._failures))

    @property
    def only_repeats(self) -> bool:
        """Return whether the last round brought only what came in earlier ones, too."""
        return self._repeated_in == self._round > max(self._new_in, self._unfinished_in)

    @property
    def may_insist(self) -> bool:
        """Return whether the model was just told that a call is done, but may mean it.

        That is so once a turn.
        """
        return self._reminded_in == self._round and self._reminded_rounds == 1

    @property
    def only_asks(self) -> bool:
        """Return whether all calls of the last round wait for a yes."""
        others = (self._succeeded_in, self._failed_in, self._unfinished_in)
        return self._asked_in == self._round > max(*others, self._stalled_in)

    @property
    def failed_rounds(self) -> int:
        """Return in how many rounds until now nothing but failures came."""
        last = max(self._failed_in, self._unfinished_in, self._stalled_in)
        return self._failed_rounds + (last == self._round != self._succeeded_in)

    @property
    def _has_recovered(self) -> bool:
        """Return whether a call acted, and none failed with it or after it."""
        return self._acted_in > self._failed_in

    def next_round(self) -> None:
        """Begin a round: another response of the model."""
        self._failed_rounds = self.failed_rounds
        self._round += 1

    def succeeded(self, subject: str, *, acts: bool, is_repeated: bool = False) -> None:
        """Record that a call succeeded, and what it was for.

        `is_repeated` tells whether the same succeeded in an earlier round.
        """
        self._succeeded_in = self._round
        self._add(is_repeated=is_repeated)
        self._failed_rounds = 0
        if acts:
            self._acted_in = self._round
            self._acts.append(subject)

    def failed(self, subject: str, *, is_repeated: bool = False) -> None:
        """Record that a call failed, and what it was for.

        `is_repeated` tells whether the same failed in an earlier round.
        """
        self._add(is_repeated=is_repeated)
        if self._has_recovered and self._acted_in < self._round:
            self._failures.clear()
        self._failed_in = self._round
        self._failures.append(subject)

    def left_unfinished(self) -> None:
        """Record that a call goes on, and what comes of it is not known."""
        self._unfinished_in = self._round

    def reminded(self) -> None:
        """Record that a call was not run, because the same was done in an earlier round.

        The model may mean it all the same.
        """
        self._reminded_rounds += self._reminded_in != self._round
        self._reminded_in = self._round
        self._add(is_repeated=True)

    def asked(self) -> None:
        """Record that a call was not run, because the user has to say yes first."""
        self._asked_in = self._round
        self._add(is_repeated=False)

    def _add(self, *, is_repeated: bool) -> None:
        """Record a call that is new, or that is not."""
        if is_repeated:
            self._repeated_in = self._round
        else:
            self._new_in = self._round

    def stalled(self) -> None:
        """Record that a call was not made again, because nothing new would come of it."""
        self._stalled_in = self._round
        self._add(is_repeated=True)


def subject_of(arguments: Mapping[str, Any], title: str) -> str:
    """Return what a call is for: the thing that it names, else the tool's title."""
    for name in _NAMING:
        value = arguments.get(name)
        if isinstance(value, str) and (text := " ".join(value.split())):
            return text[:MAX_SUBJECT]
    return title


def targets_of(response: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the entities for which an intent succeeded, and those for which it failed.

    `response` is that of Home Assistant, which may name areas as well.
    """
    data = response.get("data")
    return _entities_of(data, "success"), _entities_of(data, "failed")


def _entities_of(data: object, key: str) -> list[str]:
    """Return the names of entities in a response, which may not be an intent's."""
    targets = data.get(key) if isinstance(data, Mapping) else None
    return [
        str(target.get("name"))[:MAX_SUBJECT]
        for target in (targets if isinstance(targets, list) else ())
        if isinstance(target, Mapping) and target.get("type") == "entity"
    ]
