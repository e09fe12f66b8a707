"""Streaming filter that splits model text into speech, reasoning and tool calls.

Servers split the text anywhere, even within a tag or the marker. Whatever may still
become one of the patterns is held back until more text decides it, so the result
does not depend on how the text was split.

Decision record: docs/decisions/0005-text-is-filtered-as-it-arrives.md.
"""

from collections.abc import Iterator

from .parts import (
    ContinueListening,
    ReasoningText,
    SpeechPart,
    SpeechText,
    TextToolCall,
)
from .tags import CLOSERS, FENCE, SPAN, START, TEXT
from .visible_text import VisibleText

MARKER = "[CONTINUE_LISTENING]"
"""Marker that asks the satellite to listen again; never spoken."""

MIN_TRUNCATED = 4
"""Characters from which a pattern prefix at the end counts as a truncated pattern."""

_REASONING = ("think", "generic")


class SpeechFilter:
    """Split streamed model text into speech parts.

    Create one for each response, feed it chunks of any size, then flush it. Holds
    back no more than what may still turn out not to be speech. The result does not
    depend on the chunk boundaries.
    """

    def __init__(self, *, starts_in_reasoning: bool = False) -> None:
        """Initialize for a response, which may start inside a reasoning block."""
        self.started_in_reasoning: bool | None = None
        """Whether the response started inside a reasoning block; None if unknown."""
        self._has_calls = False
        self._held = ""
        self._position = 0
        """How much of the held text is parsed already."""
        self._inside: str | None = "first" if starts_in_reasoning else None
        self._block: list[str] = []
        self._opening = ""
        """The opening of a tool call block."""
        self._visible = VisibleText()
        self._speech: list[str] = []
        """Speech that follows the parts, not yet a part itself."""
        self._parts: list[SpeechPart] = []

    @property
    def is_verbatim(self) -> bool:
        """Return whether the text can be sent back unchanged: no calls, no tokens."""
        return not (self._has_calls or self._visible.has_dropped)

    def feed(self, text: str) -> Iterator[SpeechPart]:
        """Return the parts that are certain after one more chunk."""
        self._held += text
        self._parse_held()
        return self._take_parts()

    def flush(self) -> Iterator[SpeechPart]:
        """Return the remaining parts at the end of the text."""
        if self._inside == "first":
            self._parse_held(final=True)
        if self._inside == "first":
            # Without an end of reasoning, the text was the response itself.
            self.started_in_reasoning = False
            self._inside, self._held = None, self._take_block()
            self._parse_held()
        if self._inside is None:
            self._flush_text()
        if self._inside is not None:
            self._parse_held(final=True)
            if block := self._take_block():
                self._add_part(TextToolCall(block, raw=self._opening + block))
        self._speech.append(self._visible.end())
        self._inside = None
        return self._take_parts()

    def _flush_text(self) -> None:
        """Parse the text held outside of a block; drop it if it is truncated."""
        self._parse_held(ended=True)
        if self._inside is None:
            held = self._held
            if len(held) >= MIN_TRUNCATED and any(map(str.isalnum, held)):
                self._held = ""
            self._parse_held(final=True)

    def _parse_held(self, *, ended: bool = False, final: bool = False) -> None:
        """Parse the held text until it needs more input.

        If the text has ended, no open code span is closed later. If it is final as
        well, its end becomes no pattern either.
        """
        needs_more = False
        while self._position < len(self._held) and not needs_more:
            if self._inside is None:
                needs_more = self._parse_text(ended=ended, final=final)
            else:
                needs_more = self._parse_block(self._inside, final=final)
        self._held = self._held[self._position :]
        self._position = 0

    def _parse_text(self, *, ended: bool, final: bool) -> bool:
        """Parse the text up to the next pattern, and the pattern.

        Return whether the rest needs more input.
        """
        text, begin, visible = self._held, self._position, self._visible
        code = visible.code
        if code.run:
            code.end_run(text[begin])
        if code.fence:
            patterns = FENCE
        elif code.span:
            patterns = SPAN
        else:
            patterns = TEXT if visible.last else START
        start, end, kind = patterns.find(text, begin, final=final)
        if start > begin:
            self._speech.append(visible.add(text[begin:start]))
        self._position = start
        if patterns is START and visible.last and kind in (None, "generic"):
            # Visible text came before it, so other patterns apply here.
            return False
        if kind is None:
            return True
        if code.span and kind in ("think", "late"):
            is_code = code.is_span(text, end, final=ended or final)
            if is_code is None:
                return True
            if is_code:
                kind = "code"
        self._position = end
        self._handle(kind, text[start:end])
        return False

    def _handle(self, kind: str, found: str) -> None:
        """Handle a pattern in the text, and enter the block it opens."""
        if kind in ("code", "tick", "line"):
            self._speech.append(self._visible.add(found))
        elif kind in ("control", "stray"):
            self._speech.append(self._visible.add_token(found))
        elif kind == "marker":
            self._visible.add_marker(found)
            self._add_part(ContinueListening())
        else:
            self._speech.append(self._visible.end())
            if kind == "late":
                self.started_in_reasoning = True
                return
            self._inside = kind
            if kind not in _REASONING:
                self._has_calls = True
                self._opening = "" if kind in ("function", "rest") else found
            if kind in ("function", "rest"):
                # The opening is part of the call: `<function=f>` names the tool.
                self._block.append(found)

    def _parse_block(self, kind: str, *, final: bool) -> bool:
        """Parse the content of a block; return whether the rest needs more input."""
        text, begin = self._held, self._position
        start, end, found = len(text), len(text), None
        if closer := CLOSERS.get(kind):
            start, end, found = closer.find(text, begin, final=final)
        inner = text[begin:start]
        if kind in _REASONING:
            if inner:
                self._add_part(ReasoningText(inner))
        else:
            self._block.append(inner)
        if found is None:
            self._position = start
            return True
        self._position = end
        self._inside = None
        block = self._take_block()
        if kind == "first":
            self.started_in_reasoning = True
            self._add_part(ReasoningText(block))
        elif kind not in _REASONING:
            raw = f"{self._opening}{block}{text[start:end]}"
            self._add_part(TextToolCall(block, raw=raw))
        return False

    def _take_block(self) -> str:
        """Return the content of a block that is given as a whole."""
        block = "".join(self._block)
        self._block.clear()
        return block

    def _add_part(self, part: SpeechPart) -> None:
        """Add a part after the speech before it."""
        if speech := "".join(self._speech):
            self._parts.append(SpeechText(speech))
        self._speech.clear()
        self._parts.append(part)

    def _take_parts(self) -> Iterator[SpeechPart]:
        """Return an iterator over the parts so far, and keep none."""
        if speech := "".join(self._speech):
            self._parts.append(SpeechText(speech))
        self._speech.clear()
        parts, self._parts = self._parts, []
        return iter(parts)
