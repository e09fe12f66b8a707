"""A turn in progress within the session."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from homeassistant.components import conversation
from homeassistant.core import callback

from ..completions.messages import Message, UserMessage, tokens
from .chat_log_import import cursor_at_end
from .limits import TokenLimits
from .session_state import ChatLogCursor, SessionState, messages_of, oldest
from .shortening import shortened
from .told_context import ToldContext, with_context
from .turns import Turn

_MIN_SAVED = 100
"""Tokens that a shorter turn has to save: with less, it is not why a request is long."""


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
        limits: Callable[[], TokenLimits],
    ) -> None:
        """Initialize with the turns before this one.

        `state` returns the session's current state, which is replaced if the session
        ends meanwhile; `drop` removes turns from it. `limits` returns the current
        limits.
        """
        self.chat_log = chat_log
        self.sent_extra_prompt: str | None = None
        """The extra system prompt that is sent in this turn."""
        self.new_messages: list[Message] = []
        """The messages of this turn, starting with the user's."""
        self.utterances: list[str] | None = None
        """What users said in the conversation, None in a turn of nobody."""
        self.is_refused = False
        """Whether the server found the turn too long by itself."""
        self.told: ToldContext | None = None
        """The context that holds after this turn, None if none was told."""
        self.told_before: ToldContext | None = state().told
        """The context that holds before it."""
        self._whole: tuple[str, ToldContext] | None = None
        """The user's message with all of its context, and what is told then."""
        self._turns = turns
        self._state = state
        self._drop = drop
        self._limits = limits

    @property
    def messages(self) -> list[Message]:
        """Return the messages of the earlier turns and of this one."""
        return [*messages_of(self._turns), *self.new_messages]

    @property
    def state(self) -> SessionState:
        """Return the session's current state."""
        return self._state()

    @property
    def limits(self) -> TokenLimits:
        """Return the current limits."""
        return self._limits()

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
    def tell(self, text: str, context: ToldContext, notes: Sequence[str]) -> str:
        """Return what the user said with what is new of its context in front.

        `notes` are further lines of the context.
        """
        self._whole = with_context(text, context, None, notes)
        told, self.told = with_context(text, context, self.told_before, notes)
        return told

    def alone(self) -> list[Message]:
        """Return this turn's messages for a request without the turns before it.

        All of the context is told, because what told it before is missing.
        """
        match self.new_messages:
            case [UserMessage() as first, *rest] if self._whole:
                return [replace(first, text=self._whole[0]), *rest]
        return list(self.new_messages)

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
        dropped = oldest(self._turns, share, self.limits.count)
        if not dropped:
            return False
        self._turns = self._turns[len(dropped) :]
        self._drop(dropped)
        self.new_messages = self.alone()
        if self._whole:
            # What was told before is dropped or forgotten.
            self.told_before, self.told = None, self._whole[1]
        return True

    def shortened(self, excess: float) -> list[Message] | None:
        """Return this turn's messages so that they fit, None if that is not possible.

        `excess` is the share (0 to 1) of the request over the limit, 0 if it is not
        known. All that the user said is kept.
        """
        count = self.limits.count
        size = sum(tokens(message, count) for message in self.new_messages)
        short = shortened(self.new_messages, int(size * (1 - max(0.5, excess))), count)
        saved = size - sum(tokens(message, count) for message in short)
        return short if saved >= max(_MIN_SAVED, size * excess) else None

    @callback
    def shorten(self, excess: float) -> bool:
        """Shorten this turn's messages; return whether they may fit now.

        `excess` is the share (0 to 1) of the request over the limit, 0 if not known.
        """
        if (short := self.shortened(excess)) is None:
            return False
        if short[0] != self.new_messages[0]:
            # The context is gone.
            self.sent_extra_prompt = self.told = None
            self.state.forget_context()
        self.new_messages = short
        return True

    @callback
    def refuse(self) -> None:
        """Keep the turn short in the session: the server found it too long by itself."""
        self.is_refused = True
