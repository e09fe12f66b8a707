"""State of a session: its turns, their limits, and what its requests share.

Successive requests of a session are meant to share a long prefix, so that the server
can reuse its prompt cache: turns and tools are only appended, rendered system prompts
are cached, and eviction, which invalidates the prompt cache, happens in large steps.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
import math
from typing import Any

from ..completions.messages import Message
from .forgetting import IsForgotten, tells
from .limits import Count, TokenLimits
from .shortening import cut_down, said_in
from .speaker_texts import SpeakerTexts
from .told_context import ToldContext
from .turns import Turn, normalize

MAX_TURNS = 40
"""Number of turns, each of which is written to disk again with every further one."""

MAX_SYSTEM_PROMPTS = 8
MAX_EXTRA_PROMPTS = 100


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
        """Rendered system prompts, the latest last, by what they are rendered from."""
        self.tools: list[str] = []
        """The names of the tools sent so far, in the order of the requests."""
        self.definitions: dict[str, dict[str, Any] | None] = {}
        """The tool definitions as they were sent, by name. Not persisted."""
        self.tool_search: bool | None = None
        """Whether tools are found by search; None until that is decided."""
        self.wanted_tools: dict[str, None] = {}
        """The tools that were found or called, the last one last. Not persisted."""
        self.chosen_tools: dict[int, list[str]] = {}
        """The tools sent to servers that take no more than so many. Not persisted."""
        self.discovery_option: str | None = None
        """The value of the option by which `tool_search` was decided."""
        self.tool_source: object = None
        """The options that the tools come from, None until known. Not persisted."""
        self.checked_tools: object = None
        """The tools and the budget by which `tool_search` stayed. Not persisted."""
        self.audiences: dict[str, set[str | None]] = {}
        """Who may see a tool, by name: users, or None for all. Not persisted."""
        self.told_missing: list[str] = []
        """The tools that the turns call unavailable. Not persisted."""
        self.instructions: dict[str, SpeakerTexts] = {}
        """The user's instructions by their template, for each speaker. Not persisted."""
        self.told_instructions: str | None = ""
        """Those of one speaker that were told last, None if unknown. Not persisted."""
        self.told: ToldContext | None = None
        """The context that was told last, None if unknown. Not persisted."""
        self.extra_prompts: dict[str, str] = {}
        """The extra system prompt sent last in each conversation. Not persisted."""
        self.recalled: set[str] = set()
        """The facts that the turns hold, as they were told. Not persisted."""

    def is_over(self, now: float, timeout: float) -> bool:
        """Return whether the last turn ended `timeout` seconds ago or earlier.

        A session is over as well if the clock was set back by more than the timeout.
        """
        return not -timeout < now - self.last_turn_at < timeout

    def append(
        self,
        turns: Iterable[Turn],
        now: float,
        limits: TokenLimits,
        *,
        is_refused: bool = False,
    ) -> tuple[Turn, ...]:
        """Append finished turns, and evict the oldest ones to stay within the limits.

        With `is_refused`, a server found the turns too long by themselves. Returns the
        turns to learn from: those evicted, and those of which the user's words are cut.
        """
        to_learn: tuple[Turn, ...] = ()
        longest = limits.said if is_refused else limits.session
        for turn in turns:
            kept = turn
            if turn.tokens(limits.count) > longest:
                kept, cut = self._cut_down(turn, limits, longest)
                to_learn += cut
            self.turns += (kept,)
        self.last_turn_at = now
        # Half at a time: each eviction invalidates the server's prompt cache.
        while len(self.turns) > 1 and (
            len(self.turns) > MAX_TURNS or self.tokens(limits.count) > limits.session
        ):
            to_learn += self._drop_oldest(len(self.turns) // 2)
        return to_learn

    def tokens(self, count: Count) -> int:
        """Return the number of tokens in all turns."""
        return sum(turn.tokens(count) for turn in self.turns)

    @property
    def unlearned(self) -> tuple[Turn, ...]:
        """Return the turns that are still to learn from."""
        return _unlearned(self.turns)

    def drop(self, turns: Iterable[Turn]) -> tuple[Turn, ...]:
        """Drop turns, compared by identity; return those that are to learn from."""
        ids = set(map(id, turns))
        dropped = tuple(turn for turn in self.turns if id(turn) in ids)
        self.turns = tuple(turn for turn in self.turns if id(turn) not in ids)
        self.forget_context()
        return _unlearned(dropped)

    def forget(self, is_forgotten: IsForgotten) -> bool:
        """Drop the turns that tell what was forgotten; return whether there are any."""
        told = [turn for turn in self.turns if tells(turn.messages, is_forgotten)]
        if told:
            self.drop(told)
        return bool(told)

    def cached_system_prompt(self, key: str) -> str | None:
        """Return a cached system prompt, which becomes the latest one."""
        if (text := self.system_prompts.pop(key, None)) is not None:
            self.system_prompts[key] = text
        return text

    def cache_system_prompt(self, key: str, text: str) -> None:
        """Cache a rendered system prompt; evict those that were not used for longest."""
        self.system_prompts[key] = text
        while len(self.system_prompts) > MAX_SYSTEM_PROMPTS:
            del self.system_prompts[next(iter(self.system_prompts))]

    def note_extra_prompt(self, conversation_id: str, prompt: str) -> None:
        """Take note of what was sent in a conversation; evict the least recent ones."""
        self.extra_prompts.pop(conversation_id, None)
        self.extra_prompts[conversation_id] = prompt
        while len(self.extra_prompts) > MAX_EXTRA_PROMPTS:
            del self.extra_prompts[next(iter(self.extra_prompts))]

    def note_told_interruptions(self, turn_ids: Collection[str]) -> None:
        """Note that the model was told of interrupted turns."""
        for turn in self.turns:
            if turn.id in turn_ids:
                turn.interruption = None

    def reveal_tools(self, names: Iterable[str]) -> None:
        """Append tools that are sent from the next request on."""
        known = set(self.tools)
        self.tools += [name for name in dict.fromkeys(names) if name not in known]

    def want_tools(self, names: Iterable[str]) -> None:
        """Note that tools were found or called."""
        for name in names:
            self.wanted_tools.pop(name, None)
            self.wanted_tools[name] = None

    def _cut_down(
        self, turn: Turn, limits: TokenLimits, longest: int
    ) -> tuple[Turn, tuple[Turn, ...]]:
        """Return a turn that is not too long, and what to learn from because of that.

        Some room is left for further turns. Facts are learned in the order in which
        they were told, so if what the user said is cut, all turns before it count.
        """
        room = min(longest, limits.session // 2)
        messages = cut_down(turn.messages, room, limits.count, limits.said)
        # The context may be gone.
        self.forget_context()
        kept = replace(turn, messages=normalize(messages).messages)
        if said_in(messages) == said_in(turn.messages):
            return kept, ()
        to_learn = (*self.unlearned, turn)
        for learned in (*self.turns, kept):
            learned.is_learned = True
        return kept, to_learn

    def _drop_oldest(self, count: int) -> tuple[Turn, ...]:
        """Drop the oldest `count` turns; return those that are to learn from."""
        dropped, self.turns = self.turns[:count], self.turns[count:]
        self.forget_context()
        return _unlearned(dropped)

    def forget_context(self) -> None:
        """Have prompts and facts sent again: the turns with them may be dropped."""
        self.recalled.clear()
        self.told = None
        self.told_missing = []
        self.told_instructions = None if self.told_instructions else ""
        self.extra_prompts.clear()


def oldest(turns: tuple[Turn, ...], share: float, count: Count) -> tuple[Turn, ...]:
    """Return the oldest turns that hold at least a share (0 to 1) of all tokens."""
    total, reached = sum(turn.tokens(count) for turn in turns) * share, 0
    for number, turn in enumerate(turns, 1):
        reached += turn.tokens(count)
        if reached >= total:
            return turns[:number]
    return turns


def messages_of(turns: Iterable[Turn]) -> list[Message]:
    """Return the messages of turns, in order."""
    return [message for turn in turns for message in turn.messages]


def _unlearned(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """Return those of some turns that are still to learn from."""
    return tuple(turn for turn in turns if not turn.is_learned)
