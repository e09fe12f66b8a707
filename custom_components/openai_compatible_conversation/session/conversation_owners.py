"""The owners of the turns in each conversation, and what of it was taken in.

A chat log of Home Assistant does not say whose turns it holds: a device may continue
the conversation of an automation, and in 2026.10 any user may continue any. Nor does it
end with a session: what was once taken in is never taken in again. This is kept in
memory only: chat logs do not survive a restart either.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

from dataclasses import dataclass, field
import math
import sys

from homeassistant.components import conversation
from homeassistant.core import callback
from homeassistant.helpers.chat_session import ChatSession

from .chat_log_import import START_OF_LOG, ChatLogCursor, cursor_at_end, unseen_turns
from .turn_owner import NOBODY, TurnOwner

MAX_CONVERSATIONS = 1000

BOUND_TO_USER = hasattr(ChatSession, "user_id")
"""Whether Home Assistant binds a conversation to its user, as it does since 2026.11."""


@dataclass(frozen=True, slots=True)
class Readable:
    """What a turn may read of the chat log of its conversation."""

    own: ChatLogCursor
    """What follows it is of the owner of the turn."""
    new: ChatLogCursor
    """What follows it, too, and was not taken in by any session."""


@dataclass(slots=True)
class _Conversation:
    """What is known of a conversation."""

    last: ChatLogCursor
    """The end of the latest turn of nobody; nothing before it enters a session."""
    first: ChatLogCursor = START_OF_LOG
    """The start of the latest uninterrupted series of turns of nobody."""
    taken: ChatLogCursor = START_OF_LOG
    """The end of what sessions have taken in."""
    owners: set[TurnOwner] = field(default_factory=set)
    """The owners of the turns so far."""
    newest: float = -math.inf
    """When its newest item was created, in seconds since 1970."""

    def move_last(self, chat_log: conversation.ChatLog) -> None:
        """Exclude what is in a chat log from sessions.

        Another turn may have excluded more: two at once do not see each other's log.
        """
        self.last = max(self.last, cursor_at_end(chat_log.content[1:]))

    def move_taken(self, chat_log: conversation.ChatLog) -> None:
        """Take note that a session has all that is in a chat log."""
        self.taken = max(self.taken, cursor_at_end(chat_log.content[1:]))


class ConversationOwners:
    """Determines from where a turn may import the chat log of its conversation."""

    def __init__(self) -> None:
        """Initialize without conversations."""
        self._conversations: dict[str, _Conversation] = {}
        self._horizon = START_OF_LOG
        """The end of all evicted conversations."""

    @callback
    def async_begin_turn(
        self, owner: TurnOwner, chat_log: conversation.ChatLog
    ) -> Readable:
        """Record the start of a turn; return what its owner may read.

        All of it is taken for taken in, as another turn of the conversation may begin
        before this one ends. The last item of the chat log is the user's message.
        """
        known = self._update(chat_log)
        earlier = chat_log.content[1:-1]
        if owner == NOBODY:
            # What others said meanwhile, also to other agents, is no history for it.
            if known.owners != {NOBODY} or unseen_turns(earlier, known.last, str):
                known.first = cursor_at_end(earlier)
            known.move_last(chat_log)
            known.owners.add(owner)
            return Readable(known.first, known.first)
        known.owners.add(owner)
        own = known.last
        if known.owners - {NOBODY, owner} or (owner.user_id and not BOUND_TO_USER):
            # It is not known who said what else is in the chat log.
            own = cursor_at_end(earlier)
        new = max(own, known.taken)
        known.move_taken(chat_log)
        return Readable(own, new)

    @callback
    def async_end_turn(self, owner: TurnOwner, chat_log: conversation.ChatLog) -> None:
        """Record the end of a turn, whether or not it succeeded."""
        known = self._update(chat_log)
        if owner == NOBODY:
            known.move_last(chat_log)
        else:
            known.move_taken(chat_log)

    @callback
    def async_skip(self, chat_log: conversation.ChatLog) -> None:
        """Exclude all that is in a chat log now from being imported."""
        known = self._update(chat_log)
        known.move_last(chat_log)
        known.first = known.last

    @callback
    def async_is_shared(self, chat_log: conversation.ChatLog) -> bool:
        """Return whether several owners had turns in a conversation."""
        return len(self._update(chat_log).owners) > 1

    @callback
    def _update(self, chat_log: conversation.ChatLog) -> _Conversation:
        """Return what is known of a conversation; evict the least recent ones."""
        conversation_id = chat_log.conversation_id
        known = self._conversations.pop(conversation_id, None)
        if known is None:
            known = _Conversation(last=self._horizon)
        self._conversations[conversation_id] = known
        known.newest = max(known.newest, cursor_at_end(chat_log.content[1:]).created)
        while len(self._conversations) > MAX_CONVERSATIONS:
            evicted = self._conversations.pop(next(iter(self._conversations)))
            newest = max(self._horizon.created, evicted.newest)
            self._horizon = ChatLogCursor(newest, sys.maxsize)
        return known
