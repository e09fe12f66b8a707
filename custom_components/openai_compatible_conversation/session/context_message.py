"""The message with which a turn begins: what it tells of its context, and what holds then.

Has no clock, and does not depend on Home Assistant.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

from collections.abc import Sequence
from dataclasses import replace

from ..completions.messages import Message, UserMessage
from .session_state import SessionState
from .told_context import ToldContext, with_context


class ContextMessage:
    """The context of one turn, told as far as the turns before it did not tell it."""

    def __init__(self, before: ToldContext | None) -> None:
        """Initialize with the context that was told before the turn."""
        self.speaker = ""
        self._before = before
        self._told: ToldContext | None = None
        """The context that holds after the turn, None if none was told."""
        self._whole: tuple[str, ToldContext] | None = None
        """The user's message with all of its context, and what is told then."""
        self._extra_prompt: str | None = None
        """The extra system prompt that is sent in the turn."""

    def tell(self, text: str, context: ToldContext, notes: Sequence[str]) -> str:
        """Return what the user said with what is new of its context in front.

        `notes` are further lines of the context.
        """
        self.speaker = context.speaker or ""
        self._whole = with_context(text, context, None, notes)
        told, self._told = with_context(text, context, self._before, notes)
        return told

    def new_extra_prompt(self, extra: str | None, known: str | None) -> str | None:
        """Return an extra system prompt if it was not sent yet, and mark it as sent.

        `known` is the one that was sent last in the conversation.
        """
        if not extra or extra == known:
            return None
        self._extra_prompt = extra
        return extra

    def whole(self, messages: Sequence[Message]) -> list[Message]:
        """Return the messages of the turn with all of its context."""
        match messages:
            case [UserMessage() as first, *rest] if self._whole:
                return [replace(first, text=self._whole[0]), *rest]
        return list(messages)

    def tell_all(self, messages: Sequence[Message]) -> list[Message]:
        """Return the messages with all of the context: what told it is dropped."""
        told = self.whole(messages)
        if self._whole:
            self._before, self._told = None, self._whole[1]
        return told

    def lose(self) -> None:
        """Take note that the context is gone from the message."""
        self._extra_prompt = self._told = None

    def note_told(self, state: SessionState) -> None:
        """Note in the session what is told now.

        With another turn in between, it is not clear what was told last.
        """
        state.told = self._told if state.told is self._before else None

    def note_extra_prompt(self, state: SessionState, conversation_id: str) -> None:
        """Note in the session which extra system prompt a conversation has now."""
        if self._extra_prompt:
            state.note_extra_prompt(conversation_id, self._extra_prompt)
