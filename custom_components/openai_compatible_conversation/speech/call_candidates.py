"""Where a tool call in an ordinary notation may begin in a text."""

import re

from .call_scanner import CallScanner
from .named_calls import LEADS
from .tool_names import ToolNames

_BLANKS = re.compile(r"[^\S\n]*")


def initials_of_calls(names: ToolNames) -> frozenset[str]:
    """Return the characters with which a call may begin a line, but for code and tags."""
    return names.initials.union("{[~", (lead[0] for lead in LEADS))


class CallCandidates:
    """Find the places at which a call may begin, and scan the text from there.

    JSON and Python begin a line; a fence or a tag is found by its pattern.
    """

    def __init__(self, names: ToolNames) -> None:
        """Initialize for one text, at its start."""
        self._names = names
        self._initials = initials_of_calls(names)
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
            if (
                not self._is_in_data
                and char in self._initials
                and self._may_begin(text[position : position + 2])
            ):
                self.scanner = CallScanner(self._names, is_line_start=True)
        return self.scanner is not None

    def _may_begin(self, start: str) -> bool:
        """Return whether a line with a call may begin so; most lines are ruled out."""
        return (
            len(start) < 2
            or start[0] in "{[~"
            or any(lead.startswith(start) for lead in LEADS)
            or self._names.may_become(start)
        )

    def scan(self) -> bool:
        """Scan what follows; return False if that was done, and it is no call."""
        if not self._is_rejected:
            self.scanner = CallScanner(self._names, is_line_start=self.is_line_start)
        return not self._is_rejected

    def feed(self, text: str, position: int, *, ended: bool) -> tuple[int, bool] | None:
        """Return where the call ends that begins here, and whether it is foreign.

        None if that is unknown yet. If it is no call, it ends where it begins.
        """
        if (scanner := self.scanner) is None:
            return position, False
        is_call = scanner.scan(text, position, ended=ended)
        if is_call is None:
            return None
        self.scanner = None
        if is_call:
            self.restart()
            return position + scanner.end, scanner.is_foreign
        self._is_rejected = True
        self._is_in_data |= text[position] in "{["
        return position, False

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
