"""A session of a config entry: the household's, or that of one user.

It spans conversations and areas, and expires when no turn is running or ended within
the timeout. Turns leave by expiry or eviction.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
import math

from homeassistant.components import conversation
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..stored_file import OnSetAside
from .callbacks import SessionCallbacks
from .chat_history import NOTHING_HEARD, Heard
from .expiry import Expiry
from .forgetting import IsForgotten
from .limits import TokenLimits
from .session_file import SessionFile, storage_key
from .session_state import SessionState
from .session_turn import SessionTurn
from .spoken_answers import SpokenAnswers
from .turns import Turn

PEEK_LIFETIME = 60
"""Seconds for which the state of a session without turns is kept after a peek."""


class Session:
    """The session history of one owner, persisted at the end of each turn.

    Kept over reloads: started when the entry is set up, stopped when it is unloaded,
    and removed with the entry.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        timeout: Callable[[], float],
        async_retain: Callable[[Sequence[Turn]], Awaitable[None]],
        user_id: str | None = None,
        *,
        limits: Callable[[], TokenLimits],
        on_set_aside: OnSetAside,
        spoken_answers: SpokenAnswers | None = None,
    ) -> None:
        """Initialize an empty session; `async_load` loads it.

        `user_id` is the user that it belongs to, None for the household. `timeout`
        returns the seconds without a turn after which the session expires, and `limits`
        the current limits of its turns. `async_retain` and `on_set_aside` are those of
        the `SessionFile`. `spoken_answers` are those of the entry.
        """
        self._spoken_answers = spoken_answers or SpokenAnswers(hass)
        self.state = SessionState()
        self._limits = limits
        self.callbacks = SessionCallbacks()
        self._file = SessionFile(
            hass,
            storage_key(entry_id, user_id),
            lambda: self.state,
            async_retain,
            on_set_aside=on_set_aside,
            on_saved=self._saved,
        )
        self._open_turns: set[SessionTurn] = set()
        self._peeked_at = -math.inf
        self._expiry = Expiry(
            hass,
            timeout,
            lambda: self.state,
            lambda: bool(self._open_turns),
            self.async_end,
        )
        self._loaded = False

    async def async_load(self) -> None:
        """Load the stored session on the first call."""
        if not self._loaded:
            self._loaded = True
            self.state = await self._file.async_load()

    @callback
    def async_start(self) -> None:
        """Resume expiry of a session that is loaded, or was never stored."""
        self._loaded = True
        self._expiry.async_start()

    @callback
    def async_stop(self) -> None:
        """Stop expiry and callbacks; running turns can still commit."""
        self._expiry.async_stop()
        self.callbacks.clear()

    @property
    def is_over(self) -> bool:
        """Return whether no turn is running and the session has no turns."""
        return not self._open_turns and not self.state.turns

    @property
    def turn_ids(self) -> set[str]:
        """Return the ids of the turns that may still be passed to `async_retain`."""
        return self._file.turn_ids

    @property
    def tokens(self) -> int:
        """Return the number of tokens in all turns."""
        return self.state.tokens(self._limits().count)

    async def async_remove(self) -> None:
        """Remove the session from disk; nothing is written afterwards."""
        self.async_stop()
        await self._file.async_remove()

    @callback
    def async_peek(self) -> SessionState:
        """Return the state that a turn starting within `PEEK_LIFETIME` will use."""
        self._expiry.async_check()
        if self.is_over:
            self.state = SessionState()
            self._peeked_at = _now()
        return self.state

    @asynccontextmanager
    async def async_begin_turn(
        self, chat_log: conversation.ChatLog, heard: Heard = NOTHING_HEARD
    ) -> AsyncGenerator[SessionTurn]:
        """Begin a turn on the current history, and commit and save it on exit.

        `heard` is what the chat log has for the turn, which is taken in first. A turn
        that is cancelled, or whose disk is slow, is saved in the background.
        """
        turn = self._begin_turn(chat_log, heard)
        cancelled = False
        try:
            yield turn
        except asyncio.CancelledError:
            cancelled = True
            self._spoken_answers.async_cancelled(turn)
            raise
        finally:
            self.commit(turn)
            if cancelled:
                self._file.save()
            else:
                self._spoken_answers.async_follow(turn, partial(self._interrupt, turn))
                await self._file.async_save_soon()

    @callback
    def _begin_turn(self, chat_log: conversation.ChatLog, heard: Heard) -> SessionTurn:
        """Take in what only the chat log has, and return the new turn."""
        self._expiry.async_check()
        is_peeked = 0 <= _now() - self._peeked_at < PEEK_LIFETIME
        if self.is_over and not is_peeked:
            self.state = SessionState()
        state = self.state
        if heard.turns:
            self._file.evict(state.append(heard.turns, _now(), self._limits()))
        turn = SessionTurn(
            chat_log,
            state.turns,
            lambda: self.state,
            self.drop,
            self._limits,
            utterances=heard.utterances,
        )
        self._open_turns.add(turn)
        self.callbacks.on_turn_start()
        return turn

    @callback
    def async_end(self) -> int:
        """End the session and save in the background; return its number of turns."""
        count = len(self.state.turns)
        if count:
            self._file.evict(self.state.unlearned)
            self.state = SessionState()
            self._file.save()
        self._expiry.async_cancel()
        return count

    async def async_end_now(self) -> int:
        """End the session and wait for the save; return its number of turns.

        Raises `HomeAssistantError` if it is still on disk.
        """
        count = self.async_end()
        await self._file.async_save()
        return count

    @callback
    def forget(self, is_forgotten: IsForgotten) -> bool:
        """Drop all that tells what was forgotten, but for turns that are running.

        Returns whether that has to be saved. A turn that is running leaves at its end.
        """
        for turn in self._open_turns:
            turn.forget(is_forgotten)
        is_waiting = self._file.forget(is_forgotten)
        return self.state.forget(is_forgotten) or is_waiting or not self._file.is_saved

    async def async_save(self) -> None:
        """Save the session. Raises `HomeAssistantError` if it is not on disk."""
        await self._file.async_save()

    async def async_flush(self) -> None:
        """Wait until the session is on disk, unless it cannot be written."""
        await self._file.async_flush()

    @callback
    def commit(self, turn: SessionTurn) -> None:
        """Append the messages of a turn to the session as one turn."""
        self._open_turns.discard(turn)
        self._file.evict(turn.commit())
        self._expiry.async_schedule()

    @callback
    def _interrupt(self, turn: SessionTurn, end: int) -> None:
        """Keep of the answer of a turn that has ended what was heard.

        `end` is the number of characters.
        """
        if turn.answer.interrupt_kept(
            self.state, turn.id, end, is_last=not self._open_turns
        ):
            self._file.save()

    @callback
    def drop(self, turns: Sequence[Turn]) -> None:
        """Drop turns that do not fit the server's context window."""
        self._file.evict(self.state.drop(turns))

    @callback
    def _saved(self) -> None:
        """Tell that the session has ended and is saved, if so."""
        if self.is_over:
            self.callbacks.on_session_end()


def _now() -> float:
    """Return the time, in seconds since 1970."""
    return dt_util.utcnow().timestamp()
