"""A turn in progress within the session."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from secrets import token_hex

from homeassistant.components import conversation
from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..completions.messages import Message, tokens
from .context_message import ContextMessage
from .forgetting import IsForgotten, tells
from .heard_answer import HeardAnswer
from .heard_messages import Interruption
from .limits import TokenLimits
from .session_state import SessionState, messages_of, oldest
from .shortening import shortened
from .told_context import ToldContext
from .turns import Turn, TurnChannel, normalize

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
        *,
        utterances: list[str] | None,
    ) -> None:
        """Initialize with the turns before this one.

        `state` returns the session's current state, which is replaced if the session
        ends meanwhile; `drop` removes turns from it. `limits` returns the current
        limits. `utterances` is what users said in the conversation, None in a turn of
        nobody.
        """
        self.chat_log = chat_log
        self.id = token_hex(8)
        """The ID of the turn in the session."""
        self.channel: TurnChannel | None = None
        """Whether it is said to a device or written, None if that is not known."""
        self.satellite_id: str | None = None
        """The satellite that speaks the answer, None if there is none."""
        self.answer = HeardAnswer()
        self.new_messages: list[Message] = []
        """The messages of this turn, starting with the user's."""
        self.utterances = utterances
        self.is_refused = False
        """Whether the server found the turn too long by itself."""
        self.has_left = False
        """Whether the turn goes on after its end in the chat log."""
        self._said_at = dt_util.utcnow().isoformat()
        self._context = ContextMessage(state().told)
        self._told_interrupted: list[str] = []
        """The IDs of the turns of which this one tells that they were interrupted."""
        self._forgotten: list[IsForgotten] = []
        """What was forgotten during the turn."""
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

    @callback
    def tell(self, text: str, context: ToldContext, notes: Sequence[str]) -> str:
        """Return what the user said with what is new of its context in front.

        `notes` are further lines of the context.
        """
        return self._context.tell(text, context, notes)

    def alone(self) -> list[Message]:
        """Return this turn's messages for a request without the turns before it.

        All of the context is told, because what told it before is missing.
        """
        return self._context.whole(self.new_messages)

    @callback
    def tell_interruption(self) -> tuple[Interruption, bool] | None:
        """Return the interruption to tell of, and whether it is that of the last turn.

        An earlier turn is told of on the device that was to speak its answer.
        """
        told = [
            turn
            for turn in self._turns
            if turn.interruption
            and (
                turn is self._turns[-1]
                or turn.interruption.device == self.answer.device
            )
        ]
        self._told_interrupted = [turn.id for turn in told]
        if not told or not told[-1].interruption:
            return None
        return told[-1].interruption, told[-1] is self._turns[-1]

    @callback
    def interrupt(self, end: int) -> None:
        """Leave of the answer only what was heard: so many characters."""
        self.new_messages = self.answer.interrupt(self.new_messages, end)

    @callback
    def new_extra_prompt(self, extra: str | None) -> str | None:
        """Return an extra system prompt if it was not sent yet, and mark it as sent."""
        known = self.state.extra_prompts.get(self.chat_log.conversation_id)
        return self._context.new_extra_prompt(extra, known)

    @callback
    def drop_oldest(self, share: float) -> bool:
        """Drop the oldest share (0 to 1) of the turns; return whether any were left."""
        dropped = oldest(self._turns, share, self.limits.count)
        if not dropped:
            return False
        self._turns = self._turns[len(dropped) :]
        self._drop(dropped)
        self.new_messages = self._context.tell_all(self.new_messages)
        return True

    @callback
    def forget(self, is_forgotten: IsForgotten) -> None:
        """Do not tell the model any more what was forgotten before this turn.

        What this turn tells of it is in no later one, nor learned from.
        """
        self._forgotten.append(is_forgotten)
        if self.utterances:
            # In place: it is the evidence of the tools.
            self.utterances[:-1] = [
                text for text in self.utterances[:-1] if not is_forgotten(text)
            ]
        turns = self._turns
        self._turns = tuple(
            turn for turn in turns if not tells(turn.messages, is_forgotten)
        )
        if len(self._turns) < len(turns):
            self.new_messages = self._context.tell_all(self.new_messages)

    @callback
    def commit(self) -> tuple[Turn, ...]:
        """Append the messages to the session as one turn; return what to learn from.

        Nothing is appended of a turn without messages, or one that has to be forgotten.
        """
        if not self.new_messages:
            return ()
        state, finished = self.state, self._finish()
        if finished:
            self._context.note_told(state)
            state.note_told_interruptions(self._told_interrupted)
        now = dt_util.utcnow().timestamp()
        to_learn = state.append(finished, now, self.limits, is_refused=self.is_refused)
        # If the turn was cut, its context may be gone.
        if finished and finished[0] in state.turns[-1:]:
            self._context.note_extra_prompt(state, self.chat_log.conversation_id)
        return to_learn

    def _finish(self) -> list[Turn]:
        """Return the finished turn, none if it has to be forgotten."""
        messages = self.new_messages
        if any(tells(messages, is_forgotten) for is_forgotten in self._forgotten):
            return []
        return [
            replace(
                normalize(messages),
                speaker=self._context.speaker,
                channel=self.channel,
                said_at=self._said_at,
                id=self.id,
                interruption=self.answer.interruption,
            )
        ]

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
            self._context.lose()
            self.state.forget_context()
        self.new_messages = short
        return True

    @callback
    def refuse(self) -> None:
        """Keep the turn short in the session: the server found it too long by itself."""
        self.is_refused = True
