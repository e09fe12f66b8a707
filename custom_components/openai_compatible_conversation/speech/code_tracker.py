"""Whether a position in streamed text is inside markdown code."""

import re

MAX_SPAN = 200
"""Characters after a tag within which its code span must end."""
MIN_FENCE = 3
"""Length from which a run of backticks or tildes may open a fenced block."""

_SPAN_END = re.compile(r"\n|`+")
_PIECES = re.compile(r"`+|~+|\n|[^`~\n]+")
_LANGUAGE = re.compile(r"[\w+#.\-\r]*")
_INDENT = " \t>"


class CodeTracker:
    """Follow the code fences and code spans of a text that is fed in pieces.

    A fence starts its line, or has nothing but a language after it. A code span ends
    on its line, so it is uncertain whether an opening backtick starts one. A piece may
    end between two backticks of a run.
    """

    def __init__(self) -> None:
        """Initialize for one text."""
        self.fence = ""
        """The run that opened the fenced block; empty outside of one."""
        self.span = ""
        """The run that may have opened a code span or a fence; empty without one."""
        self._may_be_fence = False
        """Whether the open run is that of a fence if the line ends now."""
        self._any_info = False
        """Whether that fence may have more than a language after it."""
        self.run = ""
        """The run at the end of the text, which may go on."""
        self._run_starts_line = False
        self._is_line_blank = True

    @property
    def is_inside(self) -> bool:
        """Return whether the next character may be code or a backtick of it."""
        return bool(self.fence or self.span or self.run)

    def feed(self, text: str) -> None:
        """Process the next piece of the text."""
        if not (self.run or self.span or "`" in text or "~" in text):
            self._feed_plain(text)
            return
        for piece in _PIECES.findall(text):
            self.end_run(piece[0])
            if piece[0] in "`~":
                if not self.run:
                    self._run_starts_line = self._is_line_blank
                self.run += piece
                self._is_line_blank = False
            elif piece == "\n":
                self._end_line()
            else:
                self._feed_plain(piece)
                if self._may_be_fence and not self._any_info:
                    self._may_be_fence = bool(_LANGUAGE.fullmatch(piece))

    def end_run(self, following: str) -> None:
        """End a run of backticks or tildes unless the following character extends it."""
        run = self.run
        if not run or following == run[0]:
            return
        self.run = ""
        if self.fence:
            closes = self._run_starts_line and run.startswith(self.fence)
            # With a language after it, it is meant to open another block.
            if closes and not following.isalnum():
                self.fence = ""
        elif self.span:
            if run == self.span:
                self.span = ""
            self._may_be_fence &= self.span[:1] == "~"
        elif run[0] == "`" or (self._run_starts_line and len(run) >= MIN_FENCE):
            self.span = run
            self._may_be_fence = len(run) >= MIN_FENCE
            self._any_info = self._run_starts_line

    def is_span(self, text: str, start: int, *, final: bool) -> bool | None:
        """Return whether the code span ends after a position; None if unknown yet."""
        limit = start + MAX_SPAN
        if self.span[0] != "`":
            return False
        for end in _SPAN_END.finditer(text, start):
            if end[0] == "\n" or end.start() >= limit:
                return False
            if end[0] == self.span:
                return True if final or end.end() < len(text) else None
        return False if final or len(text) >= limit else None

    def _feed_plain(self, text: str) -> None:
        """Process text without backticks and tildes."""
        if "\n" in text:
            self._is_line_blank = not text.rpartition("\n")[2].strip(_INDENT)
        elif self._is_line_blank:
            self._is_line_blank = not text.strip(_INDENT)

    def _end_line(self) -> None:
        """End a line, and with it a code span."""
        if self._may_be_fence:
            self.fence = self.span
        self.span = ""
        self._may_be_fence = False
        self._is_line_blank = True
