"""The questions that wait for a yes, each for the person and the place it was asked.

They are kept in memory alone: after a restart nothing waits any more.

Does not depend on Home Assistant.

Decision record: docs/decisions/0027-a-yes-before-it-is-done.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
import secrets
from typing import Any

from .wording import Harm

LIFETIME = 60
"""Seconds within which the turn with the yes has to begin."""

MAX_PLACES = 100
"""Devices and conversations in which questions may wait at the same time."""

_LETTERS = "bcdfghjkmnpqrstvwxz23456789"
_TOKEN_LENGTH = 5


@dataclass(frozen=True, slots=True)
class Approver:
    """Who can say yes, and where: the person at a device or in a conversation."""

    user_id: str | None
    """The user, None if the device knows none."""
    place: str
    """The device, or the conversation if there is none."""
    conversation_id: str
    utterances: int
    """What was said in the conversation until now, in texts of users."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A call that is run once somebody has said yes to it."""

    token: str
    tool: str
    """The wire name of the tool."""
    integration: str | None
    arguments: Mapping[str, Any]
    identity: str
    """What the same call has in common with this one."""
    harms: tuple[Harm, ...]
    """What the call would do."""
    text: str
    """The question, in the language of who is asked."""
    is_worded: bool
    """Whether the text is in that language, not in English for want of words."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Questions that were asked."""

    approver: Approver
    at: float
    questions: tuple[Question, ...]

    def is_for(self, approver: Approver, now: float) -> bool:
        """Return whether a turn of somebody may hold the yes."""
        before = self.approver
        return (
            approver.user_id == before.user_id
            and 0 <= now - self.at <= LIFETIME
            and (
                approver.conversation_id != before.conversation_id
                # What Home Assistant understood by itself is a turn as well.
                or approver.utterances == before.utterances + 1
            )
        )


@dataclass(slots=True)
class OpenQuestions:
    """The questions of an entry that wait for a yes.

    They wait for the next turn in their place, whoever speaks then.
    """

    now: Callable[[], float]
    """Returns the time in seconds."""
    _asked: dict[str, _Asked] = field(default_factory=dict)

    def take(self, approver: Approver) -> tuple[Question, ...]:
        """Return the questions that a turn may say yes to; they wait no longer."""
        asked = self._asked.pop(approver.place, None)
        if asked and asked.is_for(approver, self.now()):
            return asked.questions
        return ()

    def ask(self, approver: Approver, questions: Sequence[Question]) -> None:
        """Have questions wait for the next turn in the place where they were asked."""
        self._asked.pop(approver.place, None)
        while len(self._asked) >= MAX_PLACES:
            del self._asked[next(iter(self._asked))]
        self._asked[approver.place] = _Asked(approver, self.now(), tuple(questions))

    def clear(self) -> None:
        """Have no question wait any more."""
        self._asked.clear()


def new_token() -> str:
    """Return a token that no text can know, short enough for a model to repeat."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_TOKEN_LENGTH))
