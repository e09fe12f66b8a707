"""What was said in a session: its turns, how long they last, how much is kept."""

from collections.abc import Iterable
from dataclasses import dataclass
import math
from typing import Any

from ..completions.messages import Message
from .turns import Turn, normalize, truncated

MAX_TURNS = 40
MAX_SIZE = 40_000
"""Characters: about 10,000 tokens."""

MAX_SYSTEM_PROMPTS = 8
MAX_CURSORS = 100


@dataclass(frozen=True, slots=True)
class ChatLogCursor:
    """How much of a conversation's chat log the session has taken in."""

    created: float
    """When its newest item was made, in seconds since 1970."""
    count: int
    """How many items were made just then."""
    sent_extra_prompt: str | None = None
    """The extra system prompt that the model was told in it."""


class SessionState:
    """The turns of a session, and what every request of it has in common.

    Knows no clock: times are given, in seconds since 1970.
    """

    def __init__(self) -> None:
        """Initialize a session in which nothing was said."""
        self.turns: tuple[Turn, ...] = ()
        self.last_turn_at = -math.inf
        """When the last turn ended."""
        self.system_prompts: dict[str, str] = {}
        """The system message for each set of things that it is made of."""
        self.tools: list[str] = []
        """The names of the tools that were offered, in the order of the requests."""
        self.definitions: dict[str, dict[str, Any] | None] = {}
        """The tools as they were sent. Not stored: they come from elsewhere."""
        self.tool_search: bool | None = None
        """Whether the model looks for tools; None as long as it is not decided."""
        self.discovery_option: str | None = None
        """The option by which that was decided."""
        self.cursors: dict[str, ChatLogCursor] = {}

    def is_over(self, now: float, timeout: float) -> bool:
        """Return whether the last turn is longer ago than a session lasts.

        A clock that was set back further than that says nothing any more.
        """
        return not -timeout < now - self.last_turn_at < timeout

    def append(self, turns: Iterable[Turn], now: float) -> tuple[Turn, ...]:
        """Add turns that have ended; return what had to go for them."""
        self.turns += tuple(_bounded(turn) for turn in turns)
        self.last_turn_at = now
        gone: tuple[Turn, ...] = ()
        # In one big step, for each step costs the server its prompt cache.
        while len(self.turns) > 1 and (
            len(self.turns) > MAX_TURNS or _size(self.turns) > MAX_SIZE
        ):
            gone += self._drop_oldest(len(self.turns) // 2)
        return gone

    def drop(self, turns: Iterable[Turn]) -> tuple[Turn, ...]:
        """Drop turns that are too much for the server; return those that were there."""
        unwanted = set(map(id, turns))
        gone = tuple(turn for turn in self.turns if id(turn) in unwanted)
        self.turns = tuple(turn for turn in self.turns if id(turn) not in unwanted)
        self._forget_sent_prompts()
        return gone

    def cache_system_prompt(self, key: str, text: str) -> None:
        """Keep the system message of a key; the oldest goes where there are too many."""
        self.system_prompts[key] = text
        while len(self.system_prompts) > MAX_SYSTEM_PROMPTS:
            del self.system_prompts[next(iter(self.system_prompts))]

    def move_cursor(self, conversation_id: str, bookmark: ChatLogCursor) -> None:
        """Remember how much of a conversation was taken in, the newest last.

        It does not become less where the later of two turns at once ends in vain.
        """
        if known := self.cursors.pop(conversation_id, None):
            created, count = max(
                (known.created, known.count), (bookmark.created, bookmark.count)
            )
            bookmark = ChatLogCursor(created, count, bookmark.sent_extra_prompt)
        self.cursors[conversation_id] = bookmark
        while len(self.cursors) > MAX_CURSORS:
            del self.cursors[next(iter(self.cursors))]

    def ordered(self, names: Iterable[str]) -> list[str]:
        """Return the names of tools in the order in which they are sent.

        Those that were sent before come first, as they came then.
        """
        present = dict.fromkeys(names)
        self.reveal_tools(present)
        return [name for name in self.tools if name in present]

    def reveal_tools(self, names: Iterable[str]) -> None:
        """Offer some more tools, at the end, from the next request on."""
        known = set(self.tools)
        self.tools += [name for name in dict.fromkeys(names) if name not in known]

    def _drop_oldest(self, count: int) -> tuple[Turn, ...]:
        """Drop so many of the oldest turns, and return them."""
        gone, self.turns = self.turns[:count], self.turns[count:]
        self._forget_sent_prompts()
        return gone

    def _forget_sent_prompts(self) -> None:
        """Have extra system prompts told anew, for those that were told may be gone."""
        self.cursors = {
            conversation_id: ChatLogCursor(mark.created, mark.count)
            for conversation_id, mark in self.cursors.items()
        }


def oldest(turns: tuple[Turn, ...], share: float) -> tuple[Turn, ...]:
    """Return the oldest turns which together are at least a share of all characters."""
    total, reached = _size(turns) * share, 0
    for count, turn in enumerate(turns, 1):
        reached += turn.size
        if reached >= total:
            return turns[:count]
    return turns


def messages_of(turns: Iterable[Turn]) -> list[Message]:
    """Return the messages of turns, in order."""
    return [message for turn in turns for message in turn.messages]


def _bounded(turn: Turn) -> Turn:
    """Return a turn that is not larger than a session."""
    if turn.size <= MAX_SIZE:
        return turn
    if (short := truncated(turn)).size <= MAX_SIZE:
        return short
    return normalize((short.messages[0], short.messages[-1]))


def _size(turns: Iterable[Turn]) -> int:
    """Return how many characters turns have."""
    return sum(turn.size for turn in turns)
