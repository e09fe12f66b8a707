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
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..stored_file import OnSetAside
from ..tools.result import result_excerpt
from .chat_log_import import START_OF_LOG, unseen_turns, utterances_after
from .limits import TokenLimits
from .session_file import SessionFile, storage_key
from .session_state import ChatLogCursor, SessionState
from .session_turn import SessionTurn
from .turns import Turn, normalize

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
    ) -> None:
        """Initialize an empty session; `async_start` loads it.

        `user_id` is the user that it belongs to, None for the household. `timeout`
        returns the seconds without a turn after which the session expires, and `limits`
        the current limits of its turns. `async_retain` and `on_set_aside` are those of
        the `SessionFile`.
        """
        self.state = SessionState()
        self._hass = hass
        self._timeout = timeout
        self._limits = limits
        self._on_turn_start: CALLBACK_TYPE = _no_op
        self._on_session_end: CALLBACK_TYPE = _no_op
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
        self._timer: CALLBACK_TYPE | None = None
        self._loaded = self._started = False

    async def async_start(self) -> None:
        """Load the stored session on the first call, and resume expiry."""
        if not self._loaded:
            self._loaded = True
            self.state = await self._file.async_load()
        self.async_resume()

    @callback
    def async_resume(self) -> None:
        """Resume expiry of a session that is loaded, or was never stored."""
        self._loaded = self._started = True
        self._end_if_over()
        self._schedule_expiry()

    @callback
    def async_stop(self) -> None:
        """Stop expiry and callbacks; running turns can still commit."""
        self._started = False
        self._cancel_expiry()
        self._on_turn_start = self._on_session_end = _no_op

    @callback
    def async_set_callbacks(
        self, on_turn_start: CALLBACK_TYPE, on_session_end: CALLBACK_TYPE
    ) -> None:
        """Set the callbacks for the start of a turn and for an ended, saved session."""
        self._on_turn_start, self._on_session_end = on_turn_start, on_session_end

    @property
    def is_over(self) -> bool:
        """Return whether no turn is running and the session has no turns."""
        return not self._open_turns and not self.state.turns

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
        self._end_if_over()
        if self.is_over:
            self.state = SessionState()
            self._peeked_at = _now()
        return self.state

    @asynccontextmanager
    async def async_begin_turn(
        self,
        chat_log: conversation.ChatLog,
        name: Callable[[str], str],
        after: ChatLogCursor = START_OF_LOG,
    ) -> AsyncGenerator[SessionTurn]:
        """Begin a turn on the current history, and commit and save it on exit.

        Turns found only in the chat log after `after` are imported first; `name` maps
        a tool name to the one sent to the model. The last item of the chat log is the
        user's message. A turn that is cancelled, or whose disk is slow, is saved in the
        background.
        """
        turn = self._begin_turn(chat_log, name, after)
        cancelled = False
        try:
            yield turn
        except asyncio.CancelledError:
            cancelled = True
            raise
        finally:
            self.commit(turn)
            if cancelled:
                self._file.save()
            else:
                await self._file.async_save_soon()

    @callback
    def _begin_turn(
        self,
        chat_log: conversation.ChatLog,
        name: Callable[[str], str],
        after: ChatLogCursor,
    ) -> SessionTurn:
        """Import turns found only in the chat log, and return the new turn."""
        self._end_if_over()
        if self.is_over and self._is_stale():
            self.state = SessionState()
        state = self.state
        own = state.cursors.get(chat_log.conversation_id, START_OF_LOG)
        cursor = max(own, after, key=lambda cursor: cursor.position)
        limits = self._limits()
        text_of = partial(result_excerpt, limit=limits.result, count=limits.count)
        if turns := unseen_turns(chat_log.content[1:-1], cursor, name, text_of):
            self._file.evict(state.append(turns, _now(), limits))
        turn = SessionTurn(
            chat_log, state.turns, lambda: self.state, self.drop, self._limits
        )
        # What an automation said in the conversation is no user's.
        turn.utterances = utterances_after(chat_log.content[1:], after)
        self._open_turns.add(turn)
        # Another turn of the same conversation may begin before this one ends.
        self._move_cursor(turn)
        self._on_turn_start()
        return turn

    @callback
    def async_end(self) -> int:
        """End the session and save in the background; return its number of turns."""
        count = len(self.state.turns)
        if count or self.state.cursors:
            self._file.evict(self.state.unlearned)
            self.state = SessionState()
            self._file.save()
        self._cancel_expiry()
        return count

    async def async_end_now(self) -> int:
        """End the session and wait for the save; return its number of turns.

        Raises `HomeAssistantError` if it is still on disk.
        """
        count = self.async_end()
        await self._file.async_save()
        return count

    async def async_flush(self) -> None:
        """Wait until the session is on disk, unless it cannot be written."""
        await self._file.async_flush()

    @callback
    def commit(self, turn: SessionTurn) -> None:
        """Append the messages of a turn to the session as one turn."""
        self._open_turns.discard(turn)
        if turn.new_messages:
            self._append(turn)
        self._move_cursor(turn)
        self._schedule_expiry()

    @callback
    def _append(self, turn: SessionTurn) -> None:
        """Append the messages of a turn."""
        finished = normalize(turn.new_messages)
        # With another turn in between, it is not clear what was told last.
        is_next = self.state.told is turn.told_before
        self.state.told = turn.told if is_next else None
        self._file.evict(
            self.state.append(
                [finished], _now(), self._limits(), is_refused=turn.is_refused
            )
        )
        if self.state.turns[-1] is not finished:
            # It was cut, and its context may be gone.
            turn.sent_extra_prompt = None

    @callback
    def _move_cursor(self, turn: SessionTurn) -> None:
        """Move the conversation's cursor to the end of the turn's chat log."""
        self.state.move_cursor(turn.chat_log.conversation_id, turn.cursor)

    @callback
    def drop(self, turns: Sequence[Turn]) -> None:
        """Drop turns that do not fit the server's context window."""
        self._file.evict(self.state.drop(turns))

    @callback
    def _saved(self) -> None:
        """Tell that the session has ended and is saved, if so."""
        if self.is_over:
            self._on_session_end()

    @callback
    def _end_if_over(self) -> None:
        """End the session if it has expired and no turn is running."""
        expired = self.state.is_over(_now(), self._timeout())
        if expired and not self._open_turns:
            self.async_end()

    def _is_stale(self) -> bool:
        """Return whether the last peek is longer ago than `PEEK_LIFETIME`."""
        return not 0 <= _now() - self._peeked_at < PEEK_LIFETIME

    @callback
    def _schedule_expiry(self) -> None:
        """Schedule the end of the session at its expiry."""
        self._cancel_expiry()
        if self.state.turns and self._started:
            left = self.state.last_turn_at + self._timeout() - _now()
            self._timer = async_call_later(self._hass, max(left, 0), self._expire)

    @callback
    def _cancel_expiry(self) -> None:
        """Cancel the expiry timer."""
        if self._timer:
            self._timer()
            self._timer = None

    @callback
    def _expire(self, _now: object) -> None:
        """End the session if it has expired, otherwise schedule expiry again."""
        self._timer = None
        self._end_if_over()
        if not self._open_turns:
            self._schedule_expiry()


def _no_op() -> None:
    """Do nothing."""


def _now() -> float:
    """Return the time, in seconds since 1970."""
    return dt_util.utcnow().timestamp()
