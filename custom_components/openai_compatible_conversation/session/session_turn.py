"""A turn as the session knows it."""

import asyncio
from types import TracebackType
from typing import TYPE_CHECKING, Self

from homeassistant.components import conversation
from homeassistant.core import callback

from ..completions.messages import Message
from .session_state import SessionState, messages_of, oldest
from .turns import Turn, normalize, truncated

if TYPE_CHECKING:
    from .session import Session


class SessionTurn:
    """A turn as the session knows it: what it sees, and what it brings.

    To be entered as a context. However it is left, what was said and done
    until then is kept.
    """

    def __init__(
        self,
        session: Session,
        chat_log: conversation.ChatLog,
        turns: tuple[Turn, ...],
    ) -> None:
        """Initialize with the turns before this one."""
        self._session = session
        self._turns = turns
        self.chat_log = chat_log
        self.sent_extra_prompt: str | None = None
        """The extra system prompt that the model is told in this turn."""
        self.new_messages: list[Message] = []
        """What was said and done in this turn, from the user's words on."""

    @property
    def messages(self) -> list[Message]:
        """Return all that was said, in this turn and before it."""
        return [*messages_of(self._turns), *self.new_messages]

    @property
    def state(self) -> SessionState:
        """Return the session as it is now."""
        return self._session.state

    @property
    def known_extra_prompt(self) -> str | None:
        """Return the extra system prompt that the model was told before this turn."""
        mark = self.state.cursors.get(self.chat_log.conversation_id)
        return mark.sent_extra_prompt if mark else None

    @callback
    def new_extra_prompt(self, extra: str | None) -> str | None:
        """Return an extra system prompt if the model does not know it yet."""
        if not extra or extra == self.known_extra_prompt:
            return None
        self.sent_extra_prompt = extra
        return extra

    @callback
    def drop_oldest(self, share: float) -> bool:
        """Drop the oldest turns, a share of them; return whether there were any."""
        gone = oldest(self._turns, share)
        self._turns = self._turns[len(gone) :]
        self._session.drop(gone)
        return bool(gone)

    @callback
    def truncate(self) -> None:
        """Keep little of a turn that is more than the server can take in."""
        self.sent_extra_prompt = None
        self.new_messages = list(truncated(normalize(self.new_messages)).messages)

    async def __aenter__(self) -> Self:
        """Begin the turn."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the turn; it is on disk before its result is told."""
        self._session.commit(self)
        if isinstance(error, asyncio.CancelledError):
            # Who interrupts does not want to wait.
            self._session.save_soon()
        else:
            await self._session.async_save()
