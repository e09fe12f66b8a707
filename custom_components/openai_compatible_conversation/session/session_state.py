"""State of a session: its turns, their limits, and what its requests share.

Successive requests of a session are meant to share a long prefix, so that the server
can reuse its prompt cache: turns and tools are only appended, rendered system prompts
are cached, and eviction, which invalidates the prompt cache, happens in large steps.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
import math
from typing import Any

from ..completions.messages import Message
from .turns import Turn, normalize, truncated

MAX_TURNS = 40
MAX_SIZE = 40_000
"""Characters of all turns together, about 10,000 tokens."""

MAX_SYSTEM_PROMPTS = 8
MAX_CURSORS = 100


@dataclass(frozen=True, slots=True)
class ChatLogCursor:
    """How far a conversation's chat log was imported into the session."""

    created: float
    """When the newest imported item was created, in seconds since 1970."""
    count: int
    """How many imported items were created at that time."""
    sent_extra_prompt: str | None = None
    """The extra system prompt that was last sent in the conversation."""

    @property
    def position(self) -> tuple[float, int]:
        """Return the position in the chat log, for comparison."""
        return self.created, self.count


class SessionState:
    """The turns of a session, and what its requests have in common.

    Has no clock: times are passed in, in seconds since 1970.
    """

    def __init__(self) -> None:
        """Initialize a session without turns."""
        self.turns: tuple[Turn, ...] = ()
        self.last_turn_at = -math.inf
        """When the last turn ended, in seconds since 1970."""
        self.system_prompts: dict[str, str] = {}
        """Rendered system prompts, by a key of what they are rendered from."""
        self.tools: list[str] = []
        """The names of the tools sent so far, in the order of the requests."""
        self.definitions: dict[str, dict[str, Any] | None] = {}
        """The tool definitions as they were sent, by name. Not persisted."""
        self.tool_search: bool | None = None
        """Whether tools are found by search; None until that is decided."""
        self.discovery_option: str | None = None
        """The value of the option by which `tool_search` was decided."""
        self.cursors: dict[str, ChatLogCursor] = {}
        self.recalled: set[str] = set()
        """The facts that the turns hold, as they were told. Not persisted."""

    def is_over(self, now: float, timeout: float) -> bool:
        """Return whether the last turn ended `timeout` seconds ago or earlier.

        A session is over as well if the clock was set back by more than the timeout.
        """
        return not -timeout < now - self.last_turn_at < timeout

    def append(self, turns: Iterable[Turn], now: float) -> tuple[Turn, ...]:
        """Append finished turns; return the turns evicted to stay within the limits."""
        self.turns += tuple(_bounded(turn) for turn in turns)
        self.last_turn_at = now
        evicted: tuple[Turn, ...] = ()
        # Half at a time: each eviction invalidates the server's prompt cache.
        while len(self.turns) > 1 and (
            len(self.turns) > MAX_TURNS or _size(self.turns) > MAX_SIZE
        ):
            evicted += self._drop_oldest(len(self.turns) // 2)
        return evicted

    def drop(self, turns: Iterable[Turn]) -> tuple[Turn, ...]:
        """Drop turns, compared by identity; return those that were in the session."""
        ids = set(map(id, turns))
        dropped = tuple(turn for turn in self.turns if id(turn) in ids)
        self.turns = tuple(turn for turn in self.turns if id(turn) not in ids)
        self._forget_sent_prompts()
        return dropped

    def cache_system_prompt(self, key: str, text: str) -> None:
        """Cache a rendered system prompt; evict the oldest ones."""
        self.system_prompts[key] = text
        while len(self.system_prompts) > MAX_SYSTEM_PROMPTS:
            del self.system_prompts[next(iter(self.system_prompts))]

    def move_cursor(self, conversation_id: str, cursor: ChatLogCursor) -> None:
        """Store a conversation's cursor; evict the least recently moved ones.

        A cursor never moves back: of two concurrent turns, the later one may fail and
        leave a chat log that ends before what the other one imported.
        """
        if known := self.cursors.pop(conversation_id, None):
            position = max(known.position, cursor.position)
            cursor = ChatLogCursor(*position, cursor.sent_extra_prompt)
        self.cursors[conversation_id] = cursor
        while len(self.cursors) > MAX_CURSORS:
            del self.cursors[next(iter(self.cursors))]

    def ordered(self, names: Iterable[str]) -> list[str]:
        """Return tool names in the order in which they are sent.

        Tools sent before come first, in their earlier order; new ones are appended.
        """
        available = dict.fromkeys(names)
        self.reveal_tools(available)
        return [name for name in self.tools if name in available]

    def reveal_tools(self, names: Iterable[str]) -> None:
        """Append tools that are sent from the next request on."""
        known = set(self.tools)
        self.tools += [name for name in dict.fromkeys(names) if name not in known]

    def _drop_oldest(self, count: int) -> tuple[Turn, ...]:
        """Drop the oldest `count` turns, and return them."""
        dropped, self.turns = self.turns[:count], self.turns[count:]
        self._forget_sent_prompts()
        return dropped

    def _forget_sent_prompts(self) -> None:
        """Have prompts and facts sent again: the turns with them may be dropped."""
        self.recalled.clear()
        self.cursors = {
            conversation_id: ChatLogCursor(cursor.created, cursor.count)
            for conversation_id, cursor in self.cursors.items()
        }


def oldest(turns: tuple[Turn, ...], share: float) -> tuple[Turn, ...]:
    """Return the oldest turns that hold at least a share (0 to 1) of all characters."""
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
    """Return a turn that fits `MAX_SIZE`, truncated if needed."""
    if turn.size <= MAX_SIZE:
        return turn
    if (short := truncated(turn)).size <= MAX_SIZE:
        return short
    return normalize((short.messages[0], short.messages[-1]))


def _size(turns: Iterable[Turn]) -> int:
    """Return the number of characters in turns."""
    return sum(turn.size for turn in turns)
