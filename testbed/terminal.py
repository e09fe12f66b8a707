"""Terminal output of the demo: plain text in two columns, wrapped while it streams."""

import os
import re
import shutil
import sys
from typing import TextIO

MARGIN = 11
"""Width of the label column, in characters."""

BOLD, DIM, RED, GREEN, CYAN = "1", "2", "31", "32", "36"


class Terminal:
    """A writer of labelled, wrapped lines to a terminal or a file."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        """Initialize with a stream; colours only for a terminal without `NO_COLOR`."""
        self._out = out
        self._colours = out.isatty() and not os.environ.get("NO_COLOR")
        self._width = max(min(shutil.get_terminal_size().columns, 100), 40) - 1
        self._hold_from = self._width - 12
        self._column = 0
        self._gap = ""
        self._held = ""
        self._style = ""

    def title(self, text: str) -> None:
        """Write a title."""
        self._write(self._styled(text, BOLD) + "\n\n")

    def blank(self) -> None:
        """Write an empty line."""
        self._write("\n")

    def line(
        self, label: str, text: str, style: str = "", label_style: str = DIM
    ) -> None:
        """Write a text with a label, wrapped to several lines if needed."""
        self.begin(label, label_style)
        self.say(text, style)
        self.end()

    def begin(self, label: str, style: str = DIM) -> None:
        """Begin a line with its label."""
        self._write(self._styled(label.ljust(MARGIN), style))
        self._column = max(MARGIN, len(label))

    def say(self, text: str, style: str = "") -> None:
        """Continue the line, wrapped at the width of the terminal."""
        parts = re.findall(r"\n|[^\S\n]+|\S+", self._held + text)
        self._held = ""
        for number, part in enumerate(parts, 1):
            if part.isspace():
                # Written before the next word, so that no line ends in a space.
                if self._column > MARGIN and self._gap != "\n":
                    self._gap = part[0]
            elif number == len(parts) and self._column + len(part) > self._hold_from:
                # Near the right margin a word is held until it is complete, because it
                # may have to go to the next line.
                self._held, self._style = part, style
            else:
                self._word(part, style)

    def end(self) -> None:
        """End a line."""
        if self._held:
            self._word(self._held, self._style)
        self._held = self._gap = ""
        self._write("\n")

    def _word(self, word: str, style: str) -> None:
        """Write a word, or a part of one, on a new line if it does not fit."""
        if self._gap == "\n" or (
            self._gap and self._column + 1 + len(word) > self._width
        ):
            self._break()
        elif self._gap:
            self._put(" ", style)
        self._gap = ""
        if self._column > self._width:
            # A word that arrived in parts may already exceed the width.
            self._break()
        self._put(word, style)

    def _break(self) -> None:
        """Go to the next line."""
        self._write("\n" + " " * MARGIN)
        self._column = MARGIN

    def _put(self, text: str, style: str) -> None:
        """Write text that fits, with control characters replaced."""
        clean = "".join(c if c.isprintable() else "?" for c in text)
        self._column += len(clean)
        self._write(self._styled(clean, style))

    def _styled(self, text: str, style: str) -> str:
        """Return text in a style, unchanged without colours."""
        return f"\033[{style}m{text}\033[0m" if style and self._colours else text

    def _write(self, text: str) -> None:
        """Write and flush, so that words appear as they arrive."""
        self._out.write(text)
        self._out.flush()
