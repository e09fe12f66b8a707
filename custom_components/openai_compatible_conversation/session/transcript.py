"""What was said in a session: its turns, how long they last, how much is kept."""

from collections.abc import Iterable
from dataclasses import dataclass
import math
from typing import Any

from ..completions.messages import Message
from .turns import Turn, shortened, turn_of

MAX_TURNS = 40
MAX_SIZE = 40_000
"""Characters: about 10,000 tokens."""

MAX_HEADS = 8
MAX_BOOKMARKS = 100


@dataclass(frozen=True, slots=True)
class Bookmark:
    """How much of a conversation's chat log the session has taken in."""

    created: float
    """When its newest item was made, in seconds since 1970."""
    count: int
    """How many items were made just then."""
    told: str | None = None
    """The extra system prompt that the model was told in it."""


class Transcript:
    """The turns of a session, and what every request of it has in common.

    Knows no clock: times are given, in seconds since 1970.
    """

    def __init__(self) -> None:
        """Initialize a session in which nothing was said."""
        self.turns: tuple[Turn, ...] = ()
        self.last = -math.inf
        """When the last turn ended."""
        self.heads: dict[str, str] = {}
        """The system message for each set of things that it is made of."""
        self.tools: list[str] = []
        """The names of the tools that were offered, in the order of the requests."""
        self.definitions: dict[str, dict[str, Any] | None] = {}
        """The tools as they were sent. Not stored: they come from elsewhere."""
        self.searching: bool | None = None
        """Whether the model looks for tools; None as long as it is not decided."""
        self.choice: str | None = None
        """The option by which that was decided."""
        self.bookmarks: dict[str, Bookmark] = {}

    def is_over(self, now: float, timeout: float) -> bool:
        """Return whether the last turn is longer ago than a session lasts.

        A clock that was set back further than that says nothing any more.
        """
        return not -timeout < now - self.last < timeout

    def append(self, turns: Iterable[Turn], now: float) -> tuple[Turn, ...]:
        """Add turns that have ended; return what had to go for them."""
        self.turns += tuple(_bounded(turn) for turn in turns)
        self.last = now
        gone: tuple[Turn, ...] = ()
        # In one big step, for each step costs the server its prompt cache.
        while len(self.turns) > 1 and (
            len(self.turns) > MAX_TURNS or _size(self.turns) > MAX_SIZE
        ):
            gone += self._drop(len(self.turns) // 2)
        return gone

    def forget(self, turns: Iterable[Turn]) -> tuple[Turn, ...]:
        """Drop turns that are too much for the server; return those that were there."""
        unwanted = set(map(id, turns))
        gone = tuple(turn for turn in self.turns if id(turn) in unwanted)
        self.turns = tuple(turn for turn in self.turns if id(turn) not in unwanted)
        self._untell()
        return gone

    def keep_head(self, key: str, text: str) -> None:
        """Keep the system message of a key; the oldest goes where there are too many."""
        self.heads[key] = text
        while len(self.heads) > MAX_HEADS:
            del self.heads[next(iter(self.heads))]

    def mark(self, conversation_id: str, bookmark: Bookmark) -> None:
        """Remember how much of a conversation was taken in, the newest last.

        It does not become less where the later of two turns at once ends in vain.
        """
        if known := self.bookmarks.pop(conversation_id, None):
            created, count = max(
                (known.created, known.count), (bookmark.created, bookmark.count)
            )
            bookmark = Bookmark(created, count, bookmark.told)
        self.bookmarks[conversation_id] = bookmark
        while len(self.bookmarks) > MAX_BOOKMARKS:
            del self.bookmarks[next(iter(self.bookmarks))]

    def offer(self, names: Iterable[str]) -> list[str]:
        """Return the names of tools in the order in which they are sent.

        Those that were sent before come first, as they came then.
        """
        present = dict.fromkeys(names)
        self.reveal(present)
        return [name for name in self.tools if name in present]

    def reveal(self, names: Iterable[str]) -> None:
        """Offer some more tools, at the end, from the next request on."""
        known = set(self.tools)
        self.tools += [name for name in dict.fromkeys(names) if name not in known]

    def _drop(self, count: int) -> tuple[Turn, ...]:
        """Drop so many of the oldest turns, and return them."""
        gone, self.turns = self.turns[:count], self.turns[count:]
        self._untell()
        return gone

    def _untell(self) -> None:
        """Have extra system prompts told anew, for those that were told may be gone."""
        self.bookmarks = {
            conversation_id: Bookmark(mark.created, mark.count)
            for conversation_id, mark in self.bookmarks.items()
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
    if (short := shortened(turn)).size <= MAX_SIZE:
        return short
    return turn_of((short.messages[0], short.messages[-1]))


def _size(turns: Iterable[Turn]) -> int:
    """Return how many characters turns have."""
    return sum(turn.size for turn in turns)
