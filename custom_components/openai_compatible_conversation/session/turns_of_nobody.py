"""Turns without a session: those of automations, scripts and webhooks.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from homeassistant.components import conversation
from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from .chat_history import Heard
from .forgetting import IsForgotten
from .limits import TokenLimits
from .session_state import SessionState
from .session_turn import SessionTurn


class TurnsOfNobody:
    """The running turns without a session, of which nothing is kept."""

    def __init__(self, limits: Callable[[], TokenLimits]) -> None:
        """Initialize without turns; `limits` returns the current limits."""
        self._limits = limits
        self._open_turns: set[SessionTurn] = set()

    @property
    def is_over(self) -> bool:
        """Return whether no turn is running."""
        return not self._open_turns

    @contextmanager
    def begin_turn(
        self, chat_log: conversation.ChatLog, heard: Heard
    ) -> Generator[SessionTurn]:
        """Begin a turn whose only history is what its own conversation has for it."""
        state = SessionState()
        state.append(heard.turns, dt_util.utcnow().timestamp(), self._limits())
        turn = SessionTurn(
            chat_log,
            state.turns,
            lambda: state,
            state.drop,
            self._limits,
            utterances=heard.utterances,
        )
        self._open_turns.add(turn)
        try:
            yield turn
        finally:
            self._open_turns.discard(turn)

    @callback
    def forget(self, is_forgotten: IsForgotten) -> None:
        """Do not tell the model any more what was forgotten."""
        for turn in self._open_turns:
            turn.forget(is_forgotten)
