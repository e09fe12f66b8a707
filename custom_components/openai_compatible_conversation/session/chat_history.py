"""What Home Assistant's chat logs have for a turn, and no session had before.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from homeassistant.components import conversation
from homeassistant.core import callback
from homeassistant.helpers import llm
from homeassistant.util import dt as dt_util

from ..completions.messages import UserMessage
from .chat_log_import import unseen_turns, utterances_after
from .conversation_owners import ConversationOwners
from .forgetting import ForgottenLately, IsForgotten
from .turn_owner import NOBODY, TurnOwner
from .turns import Turn


@dataclass(frozen=True, slots=True)
class Heard:
    """What a turn is given from the chat log of its conversation."""

    turns: Sequence[Turn] = ()
    """The turns before it that no session has taken in."""
    utterances: list[str] | None = None
    """What its owner said in the conversation, None in a turn of nobody."""


NOTHING_HEARD = Heard()
"""What a turn is given that has no chat log."""


class ChatHistory:
    """Gives each turn what is new in the chat log of its conversation.

    One for all sessions of an entry. It outlives them, as chat logs do.
    """

    def __init__(self) -> None:
        """Initialize without conversations."""
        self._owners = ConversationOwners()
        self._forgotten = ForgottenLately()

    @callback
    def async_begin_turn(
        self,
        owner: TurnOwner,
        chat_log: conversation.ChatLog,
        name: Callable[[str], str],
        text_of: Callable[[llm.ToolResult], str],
    ) -> Heard:
        """Record the start of a turn; return what the chat log has for it.

        The last item of the chat log is the user's message. `name` and `text_of` are
        those of `unseen_turns`.
        """
        readable = self._owners.async_begin_turn(owner, chat_log)
        content = chat_log.content[1:]
        turns = [
            turn
            for turn in unseen_turns(content[:-1], readable.new, name, text_of)
            if not self._is_forgotten(turn)
        ]
        if owner == NOBODY:
            return Heard(turns)
        # The clock may have been set back since the turn before.
        *before, said = content
        assert isinstance(said, conversation.UserContent)
        utterances = [
            item.content
            for item in utterances_after(before, readable.own)
            if not self._is_forgotten(
                Turn((UserMessage(item.content),), said_at=item.created.isoformat())
            )
        ]
        return Heard(turns, [*utterances, said.content])

    @callback
    def async_end_turn(self, owner: TurnOwner, chat_log: conversation.ChatLog) -> None:
        """Record the end of a turn, whether or not it succeeded."""
        self._owners.async_end_turn(owner, chat_log)

    @callback
    def async_skip(self, chat_log: conversation.ChatLog) -> None:
        """Exclude all that is in a chat log now from being taken in."""
        self._owners.async_skip(chat_log)

    @callback
    def async_is_shared(self, chat_log: conversation.ChatLog) -> bool:
        """Return whether several owners had turns in a conversation."""
        return self._owners.async_is_shared(chat_log)

    @callback
    def async_forget(self, is_forgotten: IsForgotten) -> None:
        """Take in nothing any more that was said so far and is forgotten."""
        self._forgotten.add(is_forgotten, dt_util.utcnow().timestamp())

    def _is_forgotten(self, turn: Turn) -> bool:
        """Return whether what a turn tells was forgotten later."""
        said_at = datetime.fromisoformat(turn.said_at).timestamp()
        now = dt_util.utcnow().timestamp()
        return self._forgotten.told_in(turn.messages, said_at, now)
