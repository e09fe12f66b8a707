"""The one session of an entry: over all conversations, rooms and users."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
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
from .intake import bookmark_of, unseen
from .stored import restored, stored
from .transcript import Transcript
from .turns import Turn, turn_of
from .visit import Visit

_LOGGER = logging.getLogger(__name__)

PREPARED = 60
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
        keep: Callable[[Sequence[Turn]], Awaitable[None]],
    ) -> None:
        """Initialize a session of which nothing was loaded.

        `timeout` returns its seconds of silence. `keep` is awaited with turns that
        the session lets go, before they are removed from its file. If it raises
        `HomeAssistantError`, they stay there, and it is awaited with them again.
        """
        self.transcript = Transcript()
        self._hass = hass
        self._timeout = timeout
        self._keep = keep
        self._gone: tuple[Turn, ...] = ()
        """Turns that were let go, and are not yet kept elsewhere."""
        self._on_speech: CALLBACK_TYPE = _nothing
        self._on_silence: CALLBACK_TYPE = _nothing
        # Replaced as a whole, without a sync: that outlives a kill of the process,
        # and nobody waits for the disk at the end of a turn.
        self._store: Store[dict[str, Any]] = Store(
            hass, 1, f"{DOMAIN}.{entry_id}.session", private=True
        )
        self._disk = asyncio.Lock()
        self._visits: set[Visit] = set()
        self._prepared = -math.inf
        self._saving: asyncio.Task[None]
        self._timer: CALLBACK_TYPE | None = None
        self._loaded = self._started = self._removed = False

    async def async_start(self) -> None:
        """Take up what was said before Home Assistant or the entry was stopped."""
        if not self._loaded:
            self._loaded = True
            try:
                self.transcript = restored(await self._store.async_load())
            except HomeAssistantError as err:
                _LOGGER.warning("The session cannot be read, and begins anew: %s", err)
        self._started = True
        self._end_if_over()
        self._arm()

    @callback
    def async_stop(self) -> None:
        """Leave the session as it is, on disk and for turns that are not over."""
        self._started = False
        self._disarm()
        self._on_speech = self._on_silence = _nothing

    @callback
    def async_watch(self, on_speech: CALLBACK_TYPE, on_silence: CALLBACK_TYPE) -> None:
        """Call back when somebody speaks, and when a session is over and kept."""
        self._on_speech, self._on_silence = on_speech, on_silence

    @property
    def is_over(self) -> bool:
        """Return whether nobody speaks, and nothing was said lately."""
        return not self._visits and not self.transcript.turns

    async def async_remove(self) -> None:
        """Remove all that was said, for good."""
        self._removed = True
        self.async_stop()
        async with self._disk:
            await self._store.async_remove()

    @callback
    def async_prepare(self) -> Transcript:
        """Return what a turn would see that begins soon."""
        self._end_if_over()
        if self.is_over:
            self.transcript = Transcript()
            self._prepared = _now()
        return self.transcript

    @callback
    def async_visit(
        self, chat_log: conversation.ChatLog, name: Callable[[str], str]
    ) -> Visit:
        """Begin a turn, which sees the session as it is now.

        What only the chat log knows is taken in first; `name` returns a tool's
        name as the model knows it. The chat log ends with what the user says now.
        """
        self._end_if_over()
        if self.is_over and self._is_stale():
            self.transcript = Transcript()
        transcript = self.transcript
        mark = transcript.bookmarks.get(chat_log.conversation_id)
        if turns := unseen(chat_log.content[1:-1], mark, name):
            self._gone += transcript.append(turns, _now())
        visit = Visit(self, chat_log, transcript.turns)
        self._visits.add(visit)
        # Another turn of the conversation may begin before this one ends.
        self._mark(visit)
        self._on_speech()
        return visit

    @callback
    def async_end(self) -> int:
        """End the session now; return how many turns it had."""
        count = len(self.transcript.turns)
        if count or self.transcript.bookmarks:
            self._gone += self.transcript.turns
            self.transcript = Transcript()
            self.save_soon()
        self._disarm()
        return count

    async def async_end_now(self) -> int:
        """End the session; return how many turns it had, once they are kept."""
        count = self.async_end()
        await self.async_save()
        return count

    @callback
    def leave(self, visit: Visit) -> None:
        """Let a turn end: what was said and done in it enters as a whole."""
        self._visits.discard(visit)
        if visit.said:
            self._gone += self.transcript.append([turn_of(visit.said)], _now())
        self._mark(visit)
        self._arm()

    @callback
    def _mark(self, visit: Visit) -> None:
        """Remember what of a turn's chat log need not be taken in any more."""
        log = visit.chat_log
        told = visit.told or visit.knows
        self.transcript.mark(log.conversation_id, bookmark_of(log.content[1:], told))

    @callback
    def forget(self, turns: Sequence[Turn]) -> None:
        """Let turns go that are too much for the server."""
        self._gone += self.transcript.forget(turns)

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
            if await self._async_keep_gone():
                await self._async_write()
        if self.is_over:
            self._on_silence()

    async def _async_keep_gone(self) -> bool:
        """Keep what was let go elsewhere; return whether it is kept."""
        if gone := self._gone:
            try:
                await self._keep(gone)
            except HomeAssistantError as err:
                # It is tried again with the next turn, which must not fail for it.
                _LOGGER.warning("What was said cannot be kept yet: %s", err)
                return False
            self._gone = self._gone[len(gone) :]
        return True

    async def _async_write(self) -> None:
        """Write the file, or remove it where there is nothing to write."""
        if self.transcript.turns:
            await self._store.async_save(stored(self.transcript))
            return
        try:
            await self._store.async_remove()
        except OSError as err:
            _LOGGER.warning("The file of the session cannot be removed: %s", err)

    @callback
    def _end_if_over(self) -> None:
        """End the session if its time is over and nobody is speaking."""
        over = self.transcript.is_over(_now(), self._timeout())
        if over and not self._visits:
            self.async_end()

    def _is_stale(self) -> bool:
        """Return whether it is too long ago that something was prepared."""
        return not 0 <= _now() - self._prepared < PREPARED

    @callback
    def _arm(self) -> None:
        """End the session when its time is over."""
        self._disarm()
        if self.transcript.turns and self._started:
            left = self.transcript.last + self._timeout() - _now()
            self._timer = async_call_later(self._hass, max(left, 0), self._ring)

    @callback
    def _disarm(self) -> None:
        """Stop the timer."""
        if self._timer:
            self._timer()
            self._timer = None

    @callback
    def _ring(self, _now: object) -> None:
        """End the session, unless somebody spoke or its time was changed."""
        self._timer = None
        self._end_if_over()
        if not self._visits:
            self._arm()


def _nothing() -> None:
    """Do nothing."""


def _now() -> float:
    """Return the time, in seconds since 1970."""
    return dt_util.utcnow().timestamp()
