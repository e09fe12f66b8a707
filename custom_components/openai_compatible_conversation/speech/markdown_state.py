"""What is known of a markdown text up to a position, for all who read it."""

from collections.abc import Callable
from dataclasses import dataclass, field
import re
from typing import Final

from .status_words import StatusWords
from .wording import Wording

type Reader = Callable[[MarkdownState, str, int], int | None]
"""Reads what may be markup at a position of a text, and adds what it says.

Returns where that ends, or None if that takes more of the text.
"""

_MAX_ADDRESS: Final = 100
"""Characters of an address within which its beginning is looked for."""
_ADDRESS: Final = re.compile(r"://|@\S|www\.")


@dataclass(slots=True)
class MarkdownState:
    """The state of a text between two positions."""

    wording: Wording
    words: StatusWords
    is_final: bool = False
    """Whether the text has ended."""
    is_special: bool = True
    """Whether any of the states below may apply that have readers of their own."""
    is_line_start: bool = True
    """Whether nothing but marks and white space stands before on the line."""
    is_quote: bool = False
    is_heading: bool = False
    is_table: bool = False
    """Whether the lines are rows of a table."""
    is_row: bool = False
    """Whether the line is a row of a table."""
    fence: str = ""
    """The run that opened the fenced block; empty outside of one."""
    span: str = ""
    """The run that opened the code span; empty outside of one."""
    skipped_until: str = ""
    """What ends the part that is skipped; empty if none is."""
    skipped_mark: str = ""
    """The mark of an endless run that is skipped."""
    open_emphasis: list[str] = field(default_factory=list)
    last: str = ""
    """The last character of the text that was read before."""

    def before(self, text: str, position: int) -> str:
        """Return the character before a position; empty at the start of the text."""
        return text[position - 1] if position else self.last

    def more(self, text: str, position: int, most: int) -> bool:
        """Return whether more text has to be awaited to read up to a length."""
        return not self.is_final and len(text) - position < most

    def skip_until(self, end: str) -> None:
        """Skip the text up to what ends a part of it that is not said."""
        self.skipped_until = end
        self.is_special = True

    def skip_run(self, mark: str) -> None:
        """Skip the rest of an endless run of a mark."""
        self.skipped_mark = mark
        self.is_special = True

    def open_span(self, ticks: str) -> None:
        """Begin a code span."""
        self.span = ticks
        self.is_special = True

    def new_line(self) -> None:
        """End a line."""
        self.wording.new_line()
        self.is_line_start = self.is_special = True
        self.is_quote = self.is_heading = self.is_row = False
        self.span = ""
        self.open_emphasis.clear()

    @property
    def is_address(self) -> bool:
        """Return whether the line ends in an address of the web or of a mailbox."""
        if self.wording.space:
            return False
        return bool(
            _ADDRESS.search(self.wording.line[-_MAX_ADDRESS:].rpartition(" ")[2])
        )
