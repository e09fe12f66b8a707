"""The one session of an entry: over all conversations, rooms and users."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
import logging
import math
from typing import Any

from homeassistant.components import conversation
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from .chat_log_import import cursor_at_end, unseen_turns
from .serialization import from_json, to_json
from .session_state import SessionState
from .session_turn import SessionTurn
from .turns import Turn, normalize

_LOGGER = logging.getLogger(__name__)

PEEK_LIFETIME = 60
"""Seconds for which a session that nobody has spoken in keeps what was prepared."""


class Session:
    """What was said in the house, until nobody has spoken for a while.

    It is on disk after each turn.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        timeout: Callable[[], float],
        async_retain: Callable[[Sequence[Turn]], Awaitable[None]],
    ) -> None:
        """Initialize a session of which nothing was loaded.

        `timeout` returns its seconds of silence. `keep` is awaited with turns that
        the session lets go, before they are removed from its file. If it raises
        `HomeAssistantError`, they stay there, and it is awaited with them again.
        """
        self.state = SessionState()
        self._hass = hass
        self._timeout = timeout
        self._async_retain = async_retain
        self._evicted: tuple[Turn, ...] = ()
        """Turns that were let go, and are not yet kept elsewhere."""
        self._on_turn_start: CALLBACK_TYPE = _no_op
        self._on_session_end: CALLBACK_TYPE = _no_op
        # Replaced as a whole, without a sync: that outlives a kill of the process,
        # and nobody waits for the disk at the end of a turn.
        self._store: Store[dict[str, Any]] = Store(
            hass, 1, f"{DOMAIN}.{entry_id}.session", private=True
        )
        self._disk = asyncio.Lock()
        self._open_turns: set[SessionTurn] = set()
        self._peeked_at = -math.inf
        self._saving: asyncio.Task[None]
        self._timer: CALLBACK_TYPE | None = None
        self._loaded = self._started = self._removed = False

    async def async_start(self) -> None:
        """Take up what was said before Home Assistant or the entry was stopped."""
        if not self._loaded:
            self._loaded = True
            try:
                self.state = from_json(await self._store.async_load())
            except HomeAssistantError as err:
                _LOGGER.warning("The session cannot be read, and begins anew: %s", err)
        self._started = True
        self._end_if_over()
        self._schedule_expiry()

    @callback
    def async_stop(self) -> None:
        """Leave the session as it is, on disk and for turns that are not over."""
        self._started = False
        self._cancel_expiry()
        self._on_turn_start = self._on_session_end = _no_op

    @callback
    def async_set_callbacks(
        self, on_turn_start: CALLBACK_TYPE, on_session_end: CALLBACK_TYPE
    ) -> None:
        """Call back when somebody speaks, and when a session is over and kept."""
        self._on_turn_start, self._on_session_end = on_turn_start, on_session_end

    @property
    def is_over(self) -> bool:
        """Return whether nobody speaks, and nothing was said lately."""
        return not self._open_turns and not self.state.turns

    async def async_remove(self) -> None:
        """Remove all that was said, for good."""
        self._removed = True
        self.async_stop()
        async with self._disk:
            await self._store.async_remove()

    @callback
    def async_peek(self) -> SessionState:
        """Return what a turn would see that begins soon."""
        self._end_if_over()
        if self.is_over:
            self.state = SessionState()
            self._peeked_at = _now()
        return self.state

    @asynccontextmanager
    async def async_begin_turn(
        self, chat_log: conversation.ChatLog, name: Callable[[str], str]
    ) -> AsyncGenerator[SessionTurn]:
        """Begin a turn that sees the session as it is now, and commit it on exit.

        What only the chat log has is imported first; `name` returns a tool's name as
        the model knows it. The last item of the chat log is the user's message. The
        turn is on disk on exit, unless it was cancelled: then it is written later.
        """
        turn = self._begin_turn(chat_log, name)
        cancelled = False
        try:
            yield turn
        except asyncio.CancelledError:
            cancelled = True
            raise
        finally:
            self.commit(turn)
            if cancelled:
                self.save_soon()
            else:
                await self.async_save()

    @callback
    def _begin_turn(
        self, chat_log: conversation.ChatLog, name: Callable[[str], str]
    ) -> SessionTurn:
        """Import what only the chat log has, and return the turn."""
        self._end_if_over()
        if self.is_over and self._is_stale():
            self.state = SessionState()
        state = self.state
        cursor = state.cursors.get(chat_log.conversation_id)
        if turns := unseen_turns(chat_log.content[1:-1], cursor, name):
            self._evicted += state.append(turns, _now())
        turn = SessionTurn(chat_log, state.turns, lambda: self.state, self.drop)
        self._open_turns.add(turn)
        # Another turn of the conversation may begin before this one ends.
        self._move_cursor(turn)
        self._on_turn_start()
        return turn

    @callback
    def async_end(self) -> int:
        """End the session now; return how many turns it had."""
        count = len(self.state.turns)
        if count or self.state.cursors:
            self._evicted += self.state.turns
            self.state = SessionState()
            self.save_soon()
        self._cancel_expiry()
        return count

    async def async_end_now(self) -> int:
        """End the session; return how many turns it had, once they are kept."""
        count = self.async_end()
        await self.async_save()
        return count

    @callback
    def commit(self, turn: SessionTurn) -> None:
        """Let a turn end: what was said and done in it enters as a whole."""
        self._open_turns.discard(turn)
        if turn.new_messages:
            self._evicted += self.state.append([normalize(turn.new_messages)], _now())
        self._move_cursor(turn)
        self._schedule_expiry()

    @callback
    def _move_cursor(self, turn: SessionTurn) -> None:
        """Remember what of a turn's chat log need not be taken in any more."""
        log = turn.chat_log
        told = turn.sent_extra_prompt or turn.known_extra_prompt
        self.state.move_cursor(
            log.conversation_id, cursor_at_end(log.content[1:], told)
        )

    @callback
    def drop(self, turns: Sequence[Turn]) -> None:
        """Let turns go that are too much for the server."""
        self._evicted += self.state.drop(turns)

    async def async_save(self) -> None:
        """Have on disk what there is, also if nobody waits for it any more."""
        self.save_soon()
        await asyncio.shield(self._saving)

    @callback
    def save_soon(self) -> None:
        """Have on disk what there is, without anybody waiting for it."""
        self._saving = self._hass.async_create_task(
            self._async_save(), f"{DOMAIN} session"
        )

    async def _async_save(self) -> None:
        """Write what there is, after what was let go is kept elsewhere."""
        async with self._disk:
            if self._removed:
                return
            if await self._async_retain_evicted():
                await self._async_write()
        if self.is_over:
            self._on_session_end()

    async def _async_retain_evicted(self) -> bool:
        """Keep what was let go elsewhere; return whether it is kept."""
        if gone := self._evicted:
            try:
                await self._async_retain(gone)
            except HomeAssistantError as err:
                # It is tried again with the next turn, which must not fail for it.
                _LOGGER.warning("What was said cannot be kept yet: %s", err)
                return False
            self._evicted = self._evicted[len(gone) :]
        return True

    async def _async_write(self) -> None:
        """Write the file, or remove it where there is nothing to write."""
        if self.state.turns:
            await self._store.async_save(to_json(self.state))
            return
        try:
            await self._store.async_remove()
        except OSError as err:
            _LOGGER.warning("The file of the session cannot be removed: %s", err)

    @callback
    def _end_if_over(self) -> None:
        """End the session if its time is over and nobody is speaking."""
        over = self.state.is_over(_now(), self._timeout())
        if over and not self._open_turns:
            self.async_end()

    def _is_stale(self) -> bool:
        """Return whether it is too long ago that something was prepared."""
        return not 0 <= _now() - self._peeked_at < PEEK_LIFETIME

    @callback
    def _schedule_expiry(self) -> None:
        """End the session when its time is over."""
        self._cancel_expiry()
        if self.state.turns and self._started:
            left = self.state.last_turn_at + self._timeout() - _now()
            self._timer = async_call_later(self._hass, max(left, 0), self._expire)

    @callback
    def _cancel_expiry(self) -> None:
        """Stop the timer."""
        if self._timer:
            self._timer()
            self._timer = None

    @callback
    def _expire(self, _now: object) -> None:
        """End the session, unless somebody spoke or its time was changed."""
        self._timer = None
        self._end_if_over()
        if not self._open_turns:
            self._schedule_expiry()


def _no_op() -> None:
    """Do nothing."""


def _now() -> float:
    """Return the time, in seconds since 1970."""
    return dt_util.utcnow().timestamp()
