"""Streaming filter that splits model text into speech, reasoning and tool calls.

Servers split the text anywhere, even within a tag or the marker. Whatever may still
become one of the patterns is held back until more text decides it, so the result
does not depend on how the text was split.

Decision record: docs/decisions/0005-text-is-filtered-as-it-arrives.md.
"""

from collections.abc import Iterator

from .call_candidates import CallCandidates
from .mentions import is_mention
from .parts import (
    ContinueListening,
    ReasoningText,
    SpeechPart,
    SpeechText,
    TextToolCall,
)
from .patterns import PatternSet
from .tags import CALL_START, CALL_TEXT, CLOSERS, FENCE, SPAN, START, TEXT, channel_of
from .tool_names import ToolNames
from .visible_text import VisibleText

MARKER = "[CONTINUE_LISTENING]"
"""Marker that asks the satellite to listen again; never spoken."""

MIN_TRUNCATED = 4
"""Characters from which a pattern prefix at the end counts as a truncated pattern."""

_REASONING = ("think", "generic", "analysis")
_STARTS = (START, CALL_START)
_CALL_OPENINGS = ("tick", "opening")
_TEXT_KINDS = ("code", "line", *_CALL_OPENINGS)
_WHOLE_CALLS = ("function", "rest", "recipient")
"""Calls whose opening names the tool or the notation."""


class SpeechFilter:
    """Split streamed model text into speech parts.

    Create one for each response, feed it chunks of any size, then flush it. Holds
    back no more than what may still turn out not to be speech. The result does not
    depend on the chunk boundaries.
    """

    def __init__(
        self, *, starts_in_reasoning: bool = False, names: ToolNames | None = None
    ) -> None:
        """Initialize for a response, which may start inside a reasoning block.

        `names` are those of the tools that the model may call.
        """
        self.started_in_reasoning: bool | None = None
        """Whether the response started inside a reasoning block; None if unknown."""
        self._has_reasoned = False
        self._has_calls = False
        self._is_cut = False
        """Whether the response was cut within reasoning that it started with."""
        self._calls = CallCandidates(names) if names else None
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
        return not (self._has_calls or self._is_cut or self._visible.has_dropped)

    def feed(self, text: str) -> Iterator[SpeechPart]:
        """Return the parts that are certain after one more chunk."""
        self._held += text
        self._parse_held()
        return self._take_parts()

    def flush(self, *, is_cut: bool = False) -> Iterator[SpeechPart]:
        """Return the remaining parts at the end of the text.

        A response that was cut, by its length limit for example, may lack the end of
        its reasoning.
        """
        if self._inside == "first":
            self._parse_held(final=True)
        if self._inside == "first":
            self._flush_first(is_cut=is_cut)
        if self._inside is None:
            self._flush_text()
        if self._inside is not None:
            self._parse_held(final=True)
            if block := self._take_block():
                self._add_part(TextToolCall(block, raw=self._opening + block))
        self._speech.append(self._visible.end())
        self._inside = None
        return self._take_parts()

    def _flush_first(self, *, is_cut: bool) -> None:
        """End a response that was known to start in reasoning, and has no end of it."""
        block = self._take_block()
        self._inside = None
        if not block or block.isspace():
            return
        if is_cut:
            self._is_cut = True
            self._add_part(ReasoningText(block))
        else:
            # The text was the response itself.
            self.started_in_reasoning = False
            self._held = block
            self._parse_held()

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
        code, calls = visible.code, self._calls
        if code.run:
            code.end_run(text[begin])
        if calls and (calls.scanner or calls.is_line_start) and not code.is_inside:
            needs_more = self._parse_call(calls, ended=ended)
            if needs_more is not None:
                return needs_more
        patterns = self._patterns()
        start, end, kind = patterns.find(text, begin, final=final)
        if start > begin:
            self._say(text[begin:start])
        self._position = start
        if patterns in _STARTS and visible.last and kind in (None, "generic"):
            # Visible text came before it, so other patterns apply here.
            return False
        if kind is None:
            return True
        if kind in _CALL_OPENINGS and calls and not code.is_inside and calls.scan():
            return False
        is_text = self._is_text(text, end, kind, final=ended or final)
        if is_text is None:
            return True
        self._position = end
        self._handle("code" if is_text else kind, text[start:end])
        return False

    def _patterns(self) -> PatternSet:
        """Return the patterns that have a meaning at this position."""
        code = self._visible.code
        if code.fence:
            return FENCE
        if code.span:
            return SPAN
        if self._calls:
            return CALL_TEXT if self._visible.last else CALL_START
        return TEXT if self._visible.last else START

    def _is_text(self, text: str, end: int, kind: str, *, final: bool) -> bool | None:
        """Return whether a tag of reasoning is written about; None if unknown yet."""
        visible = self._visible
        if kind not in ("think", "late"):
            return False
        if visible.code.span:
            is_code = visible.code.is_span(text, end, final=final)
            if is_code is not False:
                return is_code
        if kind == "late":
            return is_mention(visible.last, text[end : end + 2], final=final)
        return False

    def _parse_call(self, calls: CallCandidates, *, ended: bool) -> bool | None:
        """Parse what may be a call; return whether the rest needs more input.

        None if no call may begin here.
        """
        text, begin = self._held, self._position
        if (blanks := calls.blanks(text, begin)) > begin:
            self._position = blanks
            self._say(text[begin:blanks])
            return False
        if not calls.begins(text, begin):
            return None
        end = calls.feed(text, begin, ended=ended)
        if end is None:
            return True
        if end > begin:
            self._has_calls = True
            self._position = end
            self._speech.append(self._visible.end())
            raw = text[begin:end]
            self._add_part(TextToolCall(raw, raw, raw))
        return False

    def _handle(self, kind: str, found: str) -> None:
        """Handle a pattern in the text, and enter the block it opens."""
        if kind == "channel":
            kind = channel_of(found)
        if kind in _TEXT_KINDS:
            self._say(found)
        elif kind in ("control", "stray"):
            self._speech.append(self._visible.add_token(found))
        elif kind in ("header", "text"):
            self._speech.append(self._visible.add_header(found))
            self._restart()
        elif kind == "marker":
            self._visible.add_marker(found)
            self._add_part(ContinueListening())
        elif kind == "late":
            self._speech.append(self._visible.end())
            self._restart()
            if not self._has_reasoned:
                self.started_in_reasoning = True
        else:
            self._enter_block(kind, found)

    def _enter_block(self, kind: str, found: str) -> None:
        """Enter a block of reasoning or of tool calls."""
        self._speech.append(self._visible.end())
        self._inside = kind
        if kind in _REASONING:
            self._has_reasoned = True
            return
        self._has_calls = True
        self._opening = "" if kind in _WHOLE_CALLS else found
        if kind in _WHOLE_CALLS:
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
        self._position = start
        if found is None:
            return True
        if kind == "first":
            return self._end_first(found, end, final=final)
        self._inside = None
        closing = ""
        if found == "end":
            closing = text[start:end]
            self._position = end
        block = self._take_block()
        if kind not in _REASONING:
            raw = f"{self._opening}{block}{closing}"
            self._add_part(TextToolCall(block, raw=raw))
        self._restart()
        return False

    def _end_first(self, found: str, end: int, *, final: bool) -> bool:
        """End reasoning at the start; return whether the rest needs more input."""
        text, start = self._held, self._position
        block = self._take_block()
        self._block.append(block)
        if found == "next" and not block.strip():
            # It opens its reasoning itself.
            self.started_in_reasoning = False
            self._take_block()
            self._inside = None
            return False
        is_mentioned = found == "next" or is_mention(
            block[-1:], text[end : end + 2], final=final
        )
        if is_mentioned is None:
            return True
        self._position = end
        if is_mentioned:
            self._block.append(text[start:end])
            return False
        self._inside = None
        self._has_reasoned = self.started_in_reasoning = True
        self._add_part(ReasoningText(self._take_block()))
        self._restart()
        return False

    def _say(self, text: str) -> None:
        """Add text to speak."""
        self._speech.append(self._visible.add(text))
        if self._calls:
            self._calls.add(text)

    def _restart(self) -> None:
        """Begin anew after a block, for calls that begin a line."""
        if self._calls:
            self._calls.restart()

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
