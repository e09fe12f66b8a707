"""The answer of a turn as it is spoken, and what the session keeps if it is interrupted.

Does not depend on Home Assistant.

Decision record: docs/decisions/0026-interrupted-is-known.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ..completions.messages import Message
from ..speech.spoken_text import SpokenText, last_words
from .heard_messages import Interruption, heard_messages
from .session_state import SessionState
from .turns import normalize


@dataclass(slots=True)
class HeardAnswer:
    """The answer of one turn, of which not all may be heard."""

    device: str = ""
    """The ID of the satellite or device that the turn is said to, empty if none."""
    spoken: SpokenText = field(default_factory=SpokenText)
    """What is said of the answer, and when."""
    interruption: Interruption | None = None
    """How the turn was interrupted before its end, None if it was not."""

    def interrupt(self, messages: Iterable[Message], end: int) -> list[Message]:
        """Return the messages of the turn with what was heard: so many characters."""
        kept, is_cut = self._heard(messages, end)
        self.interruption = self._interruption(end, is_cut=is_cut)
        return kept

    def interrupt_kept(
        self, state: SessionState, turn_id: str, end: int, *, is_last: bool
    ) -> bool:
        """Keep in the session what was heard of the turn, which has ended.

        Returns whether the session still has it. What a server has in its prompt cache
        by now is not cut, which is all that is not the last (`is_last`): of that, the
        model is only told.
        """
        turns = state.turns
        kept = next((other for other in turns if other.id == turn_id), None)
        if kept is None:
            return False
        is_cut = False
        if kept is turns[-1] and is_last:
            messages, is_cut = self._heard(kept.messages, end)
            kept = replace(kept, messages=normalize(messages).messages)
            state.turns = (*turns[:-1], kept)
        kept.interruption = self._interruption(end, is_cut=is_cut)
        return True

    def _heard(
        self, messages: Iterable[Message], end: int
    ) -> tuple[list[Message], bool]:
        """Return messages with what was heard, and whether they hold only that."""
        spoken = self.spoken
        return heard_messages(messages, spoken.text, end, spoken.spoken_of)

    def _interruption(self, end: int, *, is_cut: bool) -> Interruption:
        """Return the interruption of the answer after so many characters."""
        return Interruption(last_words(self.spoken.text[:end]), is_cut, self.device)
