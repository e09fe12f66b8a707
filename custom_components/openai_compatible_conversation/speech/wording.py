"""Assembly of spoken text: white space, commas between cells, full stops."""

from .marks import ENDS, full_stop


class Wording:
    """Assemble spoken text from visible characters and the white space between them.

    White space is emitted with the next visible character, so none is left at the
    end, doubled, or left where something was removed.
    """

    def __init__(self) -> None:
        """Initialize for one text."""
        self.space = ""
        """White space not emitted yet."""
        self.line = ""
        """The last characters of the current line, 8 at most."""
        self.is_sentence = False
        """Whether the line is a sentence of its own, even without a full stop."""
        self.comma_due = False
        """Whether the next words belong to another cell of a table row."""
        self.emoji_removed = False
        """Whether an emoji was removed since the last word."""
        self._last = ""
        self._out: list[str] = []

    def drain(self) -> str:
        """Return the text since the last call."""
        text = "".join(self._out)
        self._out.clear()
        return text

    def new_line(self) -> None:
        """End a line."""
        self.end_sentence()
        self.space += "\n"
        self.is_sentence = self.comma_due = False
        self.line = ""

    def end_sentence(self) -> None:
        """Add the missing full stop to a line that is a sentence."""
        if self.is_sentence and self.line.strip():
            for stop in full_stop(self._last):
                self.say(stop, joined=True)

    def say_all(self, text: str) -> None:
        """Add visible characters and white space."""
        for char in text:
            if char.isspace():
                self.space += char
            else:
                self.say(char)

    def say(self, char: str, *, joined: bool = False) -> None:
        """Add a visible character, after the pending white space unless joined."""
        if self.comma_due and not joined:
            self.comma_due = False
            if self._last not in ENDS:
                self.say(",", joined=True)
            self.space = self.space or " "
        if self.emoji_removed:
            self.emoji_removed = False
            if char in ENDS:
                self.space = ""
        if self.space and self._last and not joined:
            space = "\n" if "\n" in self.space else self.space[0]
            self._out.append(space)
            if self.line:
                self.line += space
        if not joined:
            self.space = ""
        self._out.append(char)
        self.line = (self.line + char)[-8:]
        self._last = char
