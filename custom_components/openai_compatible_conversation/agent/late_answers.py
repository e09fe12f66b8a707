"""The answers of an entry that come later than the results of their turns.

Decision record: docs/decisions/0025-no-gap-in-speech.md.
"""

from dataclasses import dataclass, field
import json

from homeassistant.components.conversation import ConversationInput

from ..session.forgetting import IsForgotten
from ..session.turn_owner import TurnOwner
from ..speech.preamble import joined

MAX_AGE = 600.0
"""Seconds after which an answer that nobody could hear is no longer told."""

UNANSWERED = "Said before, still being worked on, and answered later by itself:"
"""Part of the context of a turn: what is not to be done again."""

UNHEARD = "Said to the user right before your answer, because it was not heard yet:"
"""Part of the context of a turn: what is not to be said again."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Who hears an answer: somebody at a device."""

    device: str | None
    user_id: str | None

    @classmethod
    def of(cls, user_input: ConversationInput) -> Listener:
        """Return who hears the answer of a turn."""
        device = user_input.satellite_id or user_input.device_id
        return cls(device, user_input.context.user_id)


@dataclass(frozen=True, slots=True)
class _Unheard:
    """An answer that nobody could hear yet."""

    question: str
    text: str
    kept_at: float


@dataclass(slots=True)
class LateAnswers:
    """What is still being answered, and the answers that nobody could hear yet.

    One for an entry, in memory alone. Times are the event loop's.
    """

    _questions: dict[object, tuple[TurnOwner, str]] = field(default_factory=dict)
    _unheard: dict[Listener, list[_Unheard]] = field(default_factory=dict)

    def begin(self, turn: object, owner: TurnOwner, question: str) -> None:
        """Note that what an owner said in a turn is answered later."""
        self._questions[turn] = (owner, question)

    def end(self, turn: object) -> None:
        """Note that a turn is over."""
        self._questions.pop(turn, None)

    def keep(self, listener: Listener, question: str, text: str, now: float) -> None:
        """Keep an answer that could not be heard, for the next turn of the listener."""
        self._unheard.setdefault(listener, []).append(_Unheard(question, text, now))

    def take(self, listener: Listener, now: float) -> str:
        """Return what the listener could not hear yet; it is heard now."""
        said = ""
        for unheard in self._unheard.pop(listener, ()):
            if now - unheard.kept_at <= MAX_AGE:
                said = joined(said, unheard.text)
        return said

    async def async_forget(self, is_forgotten: IsForgotten) -> None:
        """Tell nothing any more of what was forgotten."""
        for listener, answers in list(self._unheard.items()):
            self._unheard[listener] = [
                unheard
                for unheard in answers
                if not is_forgotten(unheard.text)
                and not is_forgotten(f"{unheard.question} {unheard.text}")
            ]

    def notes(self, owner: TurnOwner, unheard: str) -> list[str]:
        """Return what a turn of an owner is told; `unheard` is said in front of it."""
        questions = [text for other, text in self._questions.values() if other == owner]
        return [
            f"{label} {'; '.join(_quoted(text) for text in texts)}"
            for label, texts in (
                (UNANSWERED, questions),
                (UNHEARD, [unheard] if unheard else []),
            )
            if texts
        ]


def _quoted(text: str) -> str:
    """Return a text in quotes on one line."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False)
