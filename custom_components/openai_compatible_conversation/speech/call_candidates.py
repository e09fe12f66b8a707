"""Where a tool call in an ordinary notation may begin in a text."""

import re

from .call_scanner import CallScanner
from .tool_names import ToolNames

_BLANKS = re.compile(r"[ \t]*")


class CallCandidates:
    """Find the places at which a call may begin, and scan the text from there.

    JSON and Python begin a line; a fence or a tag is found by its pattern.
    """

    def __init__(self, names: ToolNames) -> None:
        """Initialize for one text, at its start."""
        self._names = names
        self.is_line_start = True
        """Whether nothing but white space stands before it on its line."""
        self._is_indented = False
        self._is_in_data = False
        """Whether the lines before are JSON that is no call."""
        self._is_rejected = False
        """Whether what follows was scanned, and is no call."""
        self.scanner: CallScanner | None = None
        """The scanner of the text that follows, if it may be a call."""

    def blanks(self, text: str, position: int) -> int:
        """Return the end of the white space that begins a line."""
        if not self.is_line_start:
            return position
        found = _BLANKS.match(text, position)
        return found.end() if found else position

    def begins(self, text: str, position: int) -> bool:
        """Return whether a call may begin here; if so, there is a scanner for it."""
        if self.scanner is None and self.is_line_start and not self._is_rejected:
            char = text[position]
            if self._is_in_data and not self._is_indented and char not in "}]":
                self._is_in_data = False
            if not self._is_in_data and (
                char in "{[~" or (char != "<" and self._names.may_become(char))
            ):
                self.scanner = CallScanner(self._names)
        return self.scanner is not None

    def scan(self) -> bool:
        """Scan what follows; return False if that was done, and it is no call."""
        if not self._is_rejected:
            self.scanner = CallScanner(self._names)
        return not self._is_rejected

    def feed(self, text: str, position: int, *, ended: bool) -> int | None:
        """Return where the call ends that begins here; None if that is unknown yet.

        If it is no call, it ends where it begins.
        """
        if (scanner := self.scanner) is None:
            return position
        is_call = scanner.scan(text, position, ended=ended)
        if is_call is None:
            return None
        self.scanner = None
        if is_call:
            self.restart()
            return position + scanner.end
        self._is_rejected = True
        self._is_in_data |= text[position] in "{["
        return position

    def add(self, text: str) -> None:
        """Process text that is no call."""
        self._is_rejected = False
        if not self.is_line_start and "\n" not in text:
            return
        _, newline, line = text.rpartition("\n")
        if newline:
            self.is_line_start = True
            self._is_indented = False
        if line and self.is_line_start:
            self.is_line_start = line.isspace()
            self._is_indented = True

    def restart(self) -> None:
        """Begin anew after a block."""
        self.is_line_start = True
        self._is_rejected = self._is_indented = self._is_in_data = False
