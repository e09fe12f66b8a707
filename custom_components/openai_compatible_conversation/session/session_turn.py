"""A turn in progress within the session."""

from collections.abc import Callable, Sequence

from homeassistant.components import conversation
from homeassistant.core import callback

from ..completions.messages import Message
from .chat_log_import import cursor_at_end
from .session_state import ChatLogCursor, SessionState, messages_of, oldest
from .turns import Turn, normalize, truncated


class SessionTurn:
    """A turn in progress: the history it sees and the messages it adds.

    Created by `Session.async_begin_turn`, which commits it on exit, however the turn
    ends; or by `Sessions.async_begin_turn` for a turn without a session.
    """

    def __init__(
        self,
        chat_log: conversation.ChatLog,
        turns: tuple[Turn, ...],
        state: Callable[[], SessionState],
        drop: Callable[[Sequence[Turn]], object],
    ) -> None:
        """Initialize with the turns before this one.

        `state` returns the session's current state, which is replaced if the session
        ends meanwhile; `drop` removes turns from it.
        """
        self.chat_log = chat_log
        self.sent_extra_prompt: str | None = None
        """The extra system prompt that is sent in this turn."""
        self.new_messages: list[Message] = []
        """The messages of this turn, starting with the user's."""
        self.utterances: list[str] | None = None
        """What users said in the conversation, None in a turn of nobody."""
        self._turns = turns
        self._state = state
        self._drop = drop

    @property
    def messages(self) -> list[Message]:
        """Return the messages of the earlier turns and of this one."""
        return [*messages_of(self._turns), *self.new_messages]

    @property
    def state(self) -> SessionState:
        """Return the session's current state."""
        return self._state()

    @property
    def cursor(self) -> ChatLogCursor:
        """Return the cursor at the end of the chat log."""
        sent = self.sent_extra_prompt or self.known_extra_prompt
        return cursor_at_end(self.chat_log.content[1:], sent)

    @property
    def known_extra_prompt(self) -> str | None:
        """Return the extra system prompt last sent in earlier turns."""
        cursor = self.state.cursors.get(self.chat_log.conversation_id)
        return cursor.sent_extra_prompt if cursor else None

    @callback
    def new_extra_prompt(self, extra: str | None) -> str | None:
        """Return an extra system prompt if it was not sent yet, and mark it as sent."""
        if not extra or extra == self.known_extra_prompt:
            return None
        self.sent_extra_prompt = extra
        return extra

    @callback
    def drop_oldest(self, share: float) -> bool:
        """Drop the oldest share (0 to 1) of the turns; return whether any were left."""
        dropped = oldest(self._turns, share)
        self._turns = self._turns[len(dropped) :]
        self._drop(dropped)
        return bool(dropped)

    @callback
    def truncate(self) -> None:
        """Truncate this turn's messages, if they alone exceed the context window."""
        self.sent_extra_prompt = None
        self.new_messages = list(truncated(normalize(self.new_messages)).messages)
