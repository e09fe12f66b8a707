"""The blocks of a text that are not spoken: reasoning, tool calls, and what is dropped."""

from .mentions import is_mention
from .part_list import PartList
from .parts import ReasoningText, TextToolCall
from .tags import CLOSERS

MAX_RAW = 8000
"""Characters within which reasoning must end whose beginning may be ordinary text."""

FIRST, RAW, INVENTED, RESULT = "first", "raw", "other", "result"
"""Reasoning that nothing opens, or a word; a turn and a result that the model invents."""
ASIDE = "aside"
"""Reasoning within an answer, in a tag that is also ordinary markup."""
_UNCERTAIN = (RAW, ASIDE)
"""Blocks that are taken for reasoning only if they end soon."""
_UNOPENED = (FIRST, *_UNCERTAIN)
_REASONING = ("think", "generic", "analysis")
_DROPPED = (INVENTED, RESULT)
_WHOLE_CALLS = ("function", "rest", "recipient", "invoke")
"""Calls whose opening names the tool or the notation."""


class Blocks:
    """Parse the blocks of a text, of which one at most is open."""

    def __init__(self, parts: PartList, *, starts_in_reasoning: bool) -> None:
        """Initialize for a text, which may start inside a reasoning block."""
        self.kind: str | None = FIRST if starts_in_reasoning else None
        """The kind of the open block; None outside of one."""
        self.started_in_reasoning: bool | None = None
        """Whether the text started inside a reasoning block; None if unknown."""
        self.has_calls = False
        self.is_unfinished = False
        """Whether the text ended with reasoning that it started with."""
        self._parts = parts
        self._started_as_known = starts_in_reasoning
        self._has_reasoned = False
        self.has_late_end = False
        """Whether reasoning that nothing opened has ended, and nothing followed yet."""
        self._opening = ""
        self._pieces: list[str] = []
        self._size = 0
        """Characters of the pieces."""

    @property
    def is_unopened(self) -> bool:
        """Return whether the open block may turn out to be the answer itself."""
        return self.kind in _UNOPENED

    def enter(self, kind: str, opening: str) -> None:
        """Enter a block."""
        self.kind = kind
        if kind in _REASONING:
            self._has_reasoned = True
            return
        if kind in _DROPPED:
            return
        if kind == RAW:
            self._opening, inner = opening[:-1], opening[-1:]
        elif kind == ASIDE:
            self._opening, inner = opening, ""
        else:
            self.call()
            is_whole = kind in _WHOLE_CALLS
            self._opening, inner = ("", opening) if is_whole else (opening, "")
        self._pieces.append(inner)

    def call(self) -> None:
        """Take note of a call."""
        self.has_calls = True
        self.go_on()

    def end_reasoning(self) -> None:
        """Take note of an end of reasoning outside of a block."""
        self.has_late_end = not self._has_reasoned

    def go_on(self) -> None:
        """Learn from an end of reasoning that something follows it.

        At the end of an answer it ends nothing: some models write it after each.
        """
        if self.has_late_end:
            self.has_late_end = False
            self.started_in_reasoning = True

    def parse(self, text: str, begin: int, *, final: bool) -> tuple[int, bool]:
        """Parse the content of the open block from a position on.

        Return where that ends, and whether the rest needs more input.
        """
        kind = self.kind or ""
        start, end, found = len(text), len(text), None
        if closer := CLOSERS.get(kind):
            start, end, found = closer.find(text, begin, final=final)
        if inner := text[begin:start]:
            if kind in _REASONING:
                self._parts.add(ReasoningText(inner))
            elif kind not in _DROPPED:
                self._pieces.append(inner)
                self._size += len(inner)
        if found is None or self.is_overlong:
            return start, True
        if kind == FIRST:
            return self._end_first(text, start, end, found, final=final)
        self.kind = None
        closing = text[start:end] if found == "end" else ""
        block = self._take()
        if kind in _UNCERTAIN:
            self._has_reasoned = True
            self._parts.add(ReasoningText(block))
        elif kind not in _REASONING and kind not in _DROPPED:
            raw = f"{self._opening}{block}{closing}"
            self._parts.add(TextToolCall(block, raw=raw))
        return start + len(closing), False

    def give_back(self, *, is_cut: bool) -> str:
        """End a block that nothing opened and nothing ended, and return it as text.

        If the text was cut, it is reasoning.
        """
        kind, block = self.kind, self._take()
        self.kind = None
        if not block or block.isspace():
            return ""
        if is_cut:
            self.is_unfinished = True
            self._parts.add(ReasoningText(block))
            return ""
        if kind in _UNCERTAIN:
            return self._opening + block
        # The text was the response itself.
        self.started_in_reasoning = False
        return block

    @property
    def is_overlong(self) -> bool:
        """Return whether the open block is too long to be what it seems."""
        return self.kind in _UNCERTAIN and self._size > MAX_RAW

    def end(self, *, is_cut: bool, goes_on: bool) -> None:
        """End the text, which may go on with a call that is not part of it."""
        if self.kind is not None and (block := self._take()):
            self._parts.add(TextToolCall(block, raw=self._opening + block))
        self.kind = None
        if goes_on:
            self.go_on()
        elif self.has_late_end and self._started_as_known and not is_cut:
            # Nothing follows its reasoning, so that was the answer.
            self.started_in_reasoning = False
            self.is_unfinished = True

    def _end_first(
        self, text: str, start: int, end: int, found: str, *, final: bool
    ) -> tuple[int, bool]:
        """End reasoning at the start of a text, unless its end is only mentioned."""
        block = self._take()
        if found == "next" and not block.strip():
            # It opens its reasoning itself.
            self.started_in_reasoning = False
            self.kind = None
            return start, False
        is_mentioned = found == "next" or is_mention(
            block[-1:], text[end : end + 2], final=final
        )
        self._pieces.append(block)
        if is_mentioned is None:
            return start, True
        if is_mentioned:
            self._pieces.append(text[start:end])
            return end, False
        self.kind = None
        self.has_late_end = self._has_reasoned = True
        self._parts.add(ReasoningText(self._take()))
        return end, False

    def _take(self) -> str:
        """Return the content of a block that is given as a whole."""
        block = "".join(self._pieces)
        self._pieces.clear()
        self._size = 0
        return block
