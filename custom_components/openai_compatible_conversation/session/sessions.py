"""The sessions of a config entry, and the choice of the one that a turn belongs to.

The household has one session. A turn with tools that require an administrator belongs
to a session of its user, and a turn of nobody, such as an automation, has none. No turn
sees or enters the session of another owner.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from homeassistant.components import conversation
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import STORAGE_DIR

from ..stored_file import OnSetAside
from ..tools.result import result_excerpt
from .callbacks import SessionCallbacks
from .chat_history import ChatHistory
from .forgetting import IsForgotten
from .limits import TokenLimits
from .session import Session
from .session_file import stored_users
from .session_turn import SessionTurn
from .spoken_answers import SpokenAnswers
from .turn_owner import HOUSEHOLD, NOBODY, TurnOwner
from .turns import Turn
from .turns_of_nobody import TurnsOfNobody


class Sessions:
    """The sessions of an entry, by owner, and its turns without a session.

    Created with the entry state and kept over reloads: started when the entry is set
    up, stopped when it is unloaded, and removed with the entry.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        timeout: Callable[[], float],
        async_retain: Callable[[Sequence[Turn]], Awaitable[None]],
        *,
        limits: Callable[[], TokenLimits],
        on_set_aside: OnSetAside,
    ) -> None:
        """Initialize empty sessions; `async_start` loads them.

        The arguments are those of each `Session`.
        """
        self._hass = hass
        self._entry_id = entry_id
        self._limits = limits
        self._spoken_answers = SpokenAnswers(hass)
        self._new_session = partial(
            Session,
            hass,
            entry_id,
            timeout,
            async_retain,
            limits=limits,
            on_set_aside=on_set_aside,
            spoken_answers=self._spoken_answers,
        )
        """Creates the session of a user, or of the household, with nothing loaded."""
        self._sessions = {HOUSEHOLD: self._new_session()}
        self._chat_history = ChatHistory()
        self._turns_of_nobody = TurnsOfNobody(limits)
        self._callbacks = SessionCallbacks()
        self._started = self._removed = False

    async def async_start(self) -> None:
        """Load the stored sessions on the first call, and resume expiry."""
        stored = await self._hass.async_add_executor_job(
            stored_users, Path(self._hass.config.path(STORAGE_DIR)), self._entry_id
        )
        for user_id in stored:
            owner = TurnOwner("user", user_id)
            if owner not in self._sessions:
                self._sessions[owner] = self._new_session(owner.user_id)
        self._started = True
        self._spoken_answers.async_start()
        # All of them before one ends: what is on disk is known by then.
        for session in list(self._sessions.values()):
            await session.async_load()
        for session in self._sessions.values():
            session.async_start()

    @callback
    def async_stop(self) -> None:
        """Stop expiry and callbacks; running turns can still commit."""
        self._started = False
        self._spoken_answers.async_stop()
        self._callbacks.clear()
        for session in self._sessions.values():
            session.async_stop()

    @callback
    def async_set_callbacks(
        self, on_turn_start: CALLBACK_TYPE, on_session_end: CALLBACK_TYPE
    ) -> None:
        """Set the callbacks for the start of any turn and for the end of all sessions."""
        self._callbacks.set(on_turn_start, on_session_end)
        for session in self._sessions.values():
            session.callbacks.set(on_turn_start, self._async_ended)

    @property
    def household(self) -> Session:
        """Return the session that is shared by all users and devices."""
        return self._sessions[HOUSEHOLD]

    @property
    def personal(self) -> list[Session]:
        """Return the sessions of single users."""
        return [s for s in self._sessions.values() if s is not self.household]

    @property
    def is_over(self) -> bool:
        """Return whether no turn is running and no session has turns."""
        return self._turns_of_nobody.is_over and all(
            session.is_over for session in self._sessions.values()
        )

    async def async_end_now(self) -> int:
        """End all sessions and wait for the save; return their number of turns.

        Raises `HomeAssistantError` if one of them is still on disk.
        """
        sessions = list(self._sessions.values())
        count = sum(session.async_end() for session in sessions)
        # All have ended by now, also if one of them cannot be deleted.
        for session in sessions:
            await session.async_end_now()
        return count

    @property
    def turn_ids(self) -> set[str]:
        """Return the ids of the turns that may still be passed to `async_retain`."""
        return set().union(*(s.turn_ids for s in self._sessions.values()))

    @callback
    def async_forget(self, is_forgotten: IsForgotten) -> Awaitable[None]:
        """Drop all that tells what was forgotten; return what waits until it is saved.

        Nothing of it is learned from, nor taken in from a chat log. The awaitable raises
        `HomeAssistantError` if some of it is still on disk.
        """
        self._chat_history.async_forget(is_forgotten)
        self._turns_of_nobody.forget(is_forgotten)
        changed = [s for s in self._sessions.values() if s.forget(is_forgotten)]
        return self._async_save(changed)

    async def _async_save(self, sessions: Sequence[Session]) -> None:
        """Save sessions, all of them if one fails. Raises `HomeAssistantError`."""
        failure: HomeAssistantError | None = None
        for session in sessions:
            try:
                await session.async_save()
            except HomeAssistantError as err:
                failure = err
        if failure:
            raise failure

    async def async_flush(self) -> None:
        """Wait until all sessions are on disk, unless they cannot be written."""
        for session in list(self._sessions.values()):
            await session.async_flush()

    async def async_remove(self) -> None:
        """Remove all sessions from disk; nothing is written afterwards."""
        self._removed = True
        self.async_stop()
        for session in list(self._sessions.values()):
            await session.async_remove()

    @callback
    def async_skip(self, chat_log: conversation.ChatLog) -> None:
        """Keep a turn that failed before its owner was known out of all sessions."""
        self._chat_history.async_skip(chat_log)

    @callback
    def async_is_shared(self, chat_log: conversation.ChatLog) -> bool:
        """Return whether turns of several owners are in a chat log."""
        return self._chat_history.async_is_shared(chat_log)

    @asynccontextmanager
    async def async_begin_turn(
        self,
        owner: TurnOwner,
        chat_log: conversation.ChatLog,
        name: Callable[[str], str],
    ) -> AsyncGenerator[SessionTurn]:
        """Begin a turn in the session of its owner, and commit and save it on exit.

        A turn of nobody is not kept. `name` maps a tool name to the one sent to the
        model. The last item of the chat log is the user's message.
        """
        turn: SessionTurn | None = None
        limits = self._limits()
        text_of = partial(result_excerpt, limit=limits.result, count=limits.count)
        heard = self._chat_history.async_begin_turn(owner, chat_log, name, text_of)
        try:
            if owner == NOBODY:
                with self._turns_of_nobody.begin_turn(chat_log, heard) as turn:
                    self._callbacks.on_turn_start()
                    yield turn
            else:
                session = await self._async_session(owner)
                async with session.async_begin_turn(chat_log, heard) as turn:
                    yield turn
        finally:
            if turn is None or not turn.has_left:
                self._chat_history.async_end_turn(owner, chat_log)
            if owner == NOBODY:
                self._async_ended()

    @callback
    def async_leave(self, owner: TurnOwner, turn: SessionTurn) -> None:
        """Record the end of a turn in its chat log, while the turn goes on."""
        self._chat_history.async_end_turn(owner, turn.chat_log)
        turn.has_left = True

    async def _async_session(self, owner: TurnOwner) -> Session:
        """Return the session of an owner, created if there is none yet."""
        if session := self._sessions.get(owner):
            return session
        session = self._sessions[owner] = self._new_session(owner.user_id)
        session.async_start()
        if self._started:
            session.callbacks.set(self._callbacks.on_turn_start, self._async_ended)
        else:
            session.async_stop()
        if self._removed:
            await session.async_remove()
        return session

    @callback
    def _async_ended(self) -> None:
        """Tell that all sessions have ended, if they have."""
        if self.is_over:
            self._callbacks.on_session_end()
