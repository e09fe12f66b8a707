"""Streaming filter that splits model text into speech, reasoning and tool calls.

Servers split the text anywhere, even within a tag or the marker. Whatever may still
become one of the patterns is held back until more text decides it, so the result
does not depend on how the text was split.

Decision record: docs/decisions/0005-text-is-filtered-as-it-arrives.md.
"""

from collections.abc import Iterator

from .blocks import ASIDE, INVENTED, RAW, RESULT, Blocks
from .call_candidates import CallCandidates
from .part_list import PartList
from .parts import ContinueListening, SpeechPart, TextToolCall
from .tags import channel_of
from .text_patterns import START_KINDS, STARTS, is_written_about, patterns_at
from .tool_names import ToolNames
from .visible_text import VisibleText

MARKER = "[CONTINUE_LISTENING]"
"""Marker that asks the satellite to listen again; never spoken."""

MIN_TRUNCATED = 4
"""Characters from which a pattern prefix at the end counts as a truncated pattern."""

_AFTER_CALLS = (RESULT, "rest_of_call")
"""What has a meaning only right after a call."""
_CALL_OPENINGS = ("tick", "opening", RESULT)
_TEXT_KINDS = ("code", "line", "tick", "opening")


class SpeechFilter:
    """Split streamed model text into speech parts.

    Create one for each response, feed it chunks of any size, then flush it. Holds
    back no more than what may still turn out not to be speech.
    """

    def __init__(
        self, *, starts_in_reasoning: bool = False, names: ToolNames | None = None
    ) -> None:
        """Initialize for a response, which may start inside a reasoning block.

        `names` are those of the tools that the model may call.
        """
        self._calls = CallCandidates(names) if names else None
        self._held = ""
        self._position = 0
        """How much of the held text is parsed already."""
        self._parts = PartList()
        self._blocks = Blocks(self._parts, starts_in_reasoning=starts_in_reasoning)
        self._visible = VisibleText()
        self._is_answer = False
        """Whether the text was given back that seemed to be reasoning."""

    @property
    def started_in_reasoning(self) -> bool | None:
        """Return whether the response started inside reasoning; None if unknown."""
        return self._blocks.started_in_reasoning

    @property
    def is_verbatim(self) -> bool:
        """Return whether the text can be sent back unchanged: no calls, no tokens."""
        blocks, visible = self._blocks, self._visible
        return not (blocks.has_calls or blocks.is_unfinished or visible.has_dropped)

    def feed(self, text: str) -> Iterator[SpeechPart]:
        """Return the parts that are certain after one more chunk."""
        self._held += text
        self._parse_held()
        return self._parts.take()

    def flush(
        self, *, is_cut: bool = False, goes_on: bool = False
    ) -> Iterator[SpeechPart]:
        """Return the remaining parts at the end of the text.

        A response that was cut, by its length limit for example, may lack the end of
        its reasoning. It may go on with a call that is not part of the text.
        """
        if self._blocks.is_unopened:
            self._parse_held(final=True)
        if self._blocks.is_unopened:
            self._give_back(is_cut=is_cut)
        if self._blocks.kind is None:
            self._flush_text()
        if self._blocks.kind is not None:
            self._parse_held(final=True)
        self._blocks.end(is_cut=is_cut, goes_on=goes_on)
        self._parts.speak(self._visible.end())
        return self._parts.take()

    def _give_back(self, *, is_cut: bool) -> None:
        """Parse what seemed to be reasoning as the answer, unless that was cut."""
        text = self._blocks.give_back(is_cut=is_cut)
        self._is_answer = True
        self._held = text + self._held[self._position :]
        self._position = 0
        self._parse_held()

    def _flush_text(self) -> None:
        """Parse the text held outside of a block; drop it if it is truncated."""
        self._parse_held(ended=True)
        if self._blocks.kind is None:
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
            if self._blocks.kind is None:
                needs_more = self._parse_text(ended=ended, final=final)
            else:
                needs_more = self._parse_block(final=final)
        self._held = self._held[self._position :]
        self._position = 0

    def _parse_block(self, *, final: bool) -> bool:
        """Parse the content of a block; return whether the rest needs more input."""
        self._position, needs_more = self._blocks.parse(
            self._held, self._position, final=final
        )
        if self._blocks.is_overlong:
            self._give_back(is_cut=False)
            return True
        if self._blocks.kind is None:
            self._restart()
        return needs_more

    def _parse_text(self, *, ended: bool, final: bool) -> bool:
        """Parse the text up to the next pattern, and the pattern.

        Return whether the rest needs more input.
        """
        text, begin, visible = self._held, self._position, self._visible
        code, calls = visible.code, self._calls
        if code.run:
            code.end_run(text[begin])
        if calls and (calls.scanner or calls.is_line_start) and not code.is_inside:
            needs_more = self._parse_call(calls, ended=ended or final)
            if needs_more is not None:
                return needs_more
        patterns = patterns_at(visible, may_call=calls is not None)
        start, end, kind = patterns.find(text, begin, final=final)
        if start > begin:
            self._say(text[begin:start])
        self._position = start
        if patterns in STARTS and visible.last and kind in (None, *START_KINDS):
            # Visible text came before it, so other patterns apply here.
            return False
        if kind is None:
            return True
        if (
            kind in _CALL_OPENINGS
            and calls
            and not code.is_inside
            and not (kind == RESULT and self._is_after_call)
            and calls.scan()
        ):
            return False
        if kind == INVENTED and not (self._is_after_call or visible.has_ended):
            kind, end = "control", text.index(">", start) + 1
        is_text = self._is_text(text, end, kind, final=ended or final)
        if is_text is None:
            return True
        self._position = end
        self._handle("code" if is_text else kind, text[start:end])
        return False

    def _is_text(self, text: str, end: int, kind: str, *, final: bool) -> bool | None:
        """Return whether a pattern is text where it stands; None if unknown yet."""
        if kind in (RAW, ASIDE):
            is_begun = kind == RAW or self._visible.is_sentence_start
            return self._is_answer or not is_begun
        if kind in _AFTER_CALLS:
            return not self._is_after_call
        return is_written_about(self._visible, text, end, kind, final=final)

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
        found = calls.feed(text, begin, ended=ended)
        if found is None:
            return True
        end, is_foreign = found
        if end > begin:
            self._blocks.call()
            self._position = end
            self._parts.speak(self._visible.end())
            raw = text[begin:end]
            self._parts.add(TextToolCall(raw, "" if is_foreign else raw, raw))
        return False

    def _handle(self, kind: str, found: str) -> None:
        """Handle a pattern in the text, and enter the block it opens."""
        if kind == "channel":
            kind = channel_of(found)
        if kind in _TEXT_KINDS:
            self._say(found)
        elif kind in ("control", "stray"):
            self._parts.speak(self._visible.add_token(found))
        elif kind in ("header", "text", "role"):
            self._parts.speak(self._visible.add_header(found))
            self._restart()
        elif kind == "marker":
            self._visible.add_marker(found)
            self._parts.add(ContinueListening())
        elif kind == "late":
            self._parts.speak(self._visible.end())
            self._restart()
            self._blocks.end_reasoning()
        elif kind != "rest_of_call":
            white = self._visible.end()
            self._parts.speak("" if kind == INVENTED else white)
            self._blocks.enter(kind, found)

    @property
    def _is_after_call(self) -> bool:
        """Return whether nothing visible follows the last call yet."""
        return self._blocks.has_calls and self._visible.is_edge

    def _say(self, text: str) -> None:
        """Add text to speak."""
        if self._blocks.has_late_end and not text.isspace():
            self._blocks.go_on()
        self._parts.speak(self._visible.add(text))
        if self._calls:
            self._calls.add(text)

    def _restart(self) -> None:
        """Begin anew after a block, for calls that begin a line."""
        if self._calls:
            self._calls.restart()
