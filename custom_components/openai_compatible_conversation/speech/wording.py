"""Words put together: white space, commas between cells, full stops."""

from .marks import ENDS, full_stop


class Wording:
    """Takes visible characters and the white space between them, and gives what is said.

    White space comes with the next visible character, so that none is left at the
    end, none is doubled, and none stands where something was left out.
    """

    def __init__(self) -> None:
        """Initialize at the start of a text."""
        self.space = ""
        """White space that has not been said yet."""
        self.line = ""
        """The last characters of the line so far."""
        self.sentence = False
        """Whether the line is a sentence of its own, with a full stop or without."""
        self.comma = False
        """Whether the next words are another cell of a row."""
        self.gone = False
        """Whether a picture was left out since the last word."""
        self._last = ""
        self._out: list[str] = []

    def taken(self) -> str:
        """Return what was said since the last time."""
        said = "".join(self._out)
        self._out.clear()
        return said

    def new_line(self) -> None:
        """End a line."""
        self.end_sentence()
        self.space += "\n"
        self.sentence = self.comma = False
        self.line = ""

    def end_sentence(self) -> None:
        """Say the full stop of a line that is a sentence."""
        if self.sentence and self.line.strip():
            for stop in full_stop(self._last):
                self.say(stop, joined=True)

    def say_all(self, text: str) -> None:
        """Say some characters."""
        for char in text:
            if char.isspace():
                self.space += char
            else:
                self.say(char)

    def say(self, char: str, *, joined: bool = False) -> None:
        """Say a visible character, after the white space before it."""
        if self.comma and not joined:
            self.comma = False
            if self._last not in ENDS:
                self.say(",", joined=True)
            self.space = self.space or " "
        if self.gone:
            self.gone = False
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
