"""Assembly of spoken text: white space, commas between cells, full stops."""

import re
from typing import Final

from .marks import CLOSERS, ENDS, SENTENCE_ENDS, full_stop

MAX_LINE: Final = 200
"""Characters that are known of the end of the current line."""

_ITEM: Final = re.compile(r"\d{1,3}[.)]\s")
_NUMBER: Final = re.compile(r"\d{1,3}[.)]")
_WORDS: Final = re.compile(r"\S+")


class Wording:
    """Assemble spoken text from what is visible and the white space between it.

    White space is emitted with the next visible character, so none is left at the
    end, doubled, or left where something was removed.
    """

    def __init__(self, language: str = "") -> None:
        """Initialize for one text in the language of a BCP 47 tag."""
        self.space = ""
        """White space not emitted yet: none, a blank or a line break."""
        self.line = ""
        """The last characters of the current line."""
        self.is_sentence = False
        """Whether the line is a sentence of its own, even without a full stop."""
        self.is_cell_due = False
        """Whether the next words belong to another cell of a table row."""
        self.is_sign_removed = False
        """Whether a picture or a mark was removed since the last word."""
        self.pending = ""
        """A word for a sign that is only said if something follows on the line."""
        self._pause = ""
        """What separates the last word from the next one, unless punctuation does."""
        self._is_due = False
        """Whether anything is to be done before the next word."""
        self._is_item = self._is_long = False
        """Whether the line began as a numbered item, if it is long, and if it is."""
        self._language = language
        self._last = ""
        self._out: list[str] = []

    @property
    def has_said(self) -> bool:
        """Return whether anything was said so far."""
        return bool(self._last)

    @property
    def is_at_start(self) -> bool:
        """Return whether nothing was said of the line, the item or the cell."""
        return not self.line or self.is_cell_due or bool(_NUMBER.fullmatch(self.line))

    def drain(self) -> str:
        """Return the text since the last call."""
        if not self._out:
            return ""
        text = "".join(self._out)
        self._out.clear()
        return text

    def new_line(self) -> None:
        """End a line."""
        if self.line:
            self.pending = ""
        self.end_sentence()
        self.space = "\n"
        self.is_sentence = self.is_cell_due = False
        if self._pause != ":":
            self._pause = ""
        self._is_item = self._is_long = False
        self.line = ""

    def end_sentence(self) -> None:
        """Add the missing full stop to a line that is a sentence."""
        if not self.line:
            return
        is_item = self._is_item or (not self._is_long and _ITEM.match(self.line))
        if self.is_sentence or is_item:
            self._join(full_stop(self._last, self._language))

    def blank(self) -> None:
        """Add white space within a line."""
        self.space = self.space or " "

    def cell(self) -> None:
        """End a cell of a table row."""
        if self.pending:
            self._say_pending(pause="")
        self._pause = ""
        self.is_cell_due = self._is_due = bool(self.line)

    def remove_sign(self) -> None:
        """Take note of a picture or a mark that is not said."""
        self.is_sign_removed = self._is_due = True

    def say_all(self, text: str) -> None:
        """Add a text with white space."""
        end = 0
        for word in _WORDS.finditer(text):
            if word.start() > end:
                self.blank()
            self.say(word[0])
            end = word.end()
        if end < len(text):
            self.blank()

    def say(self, text: str) -> None:
        """Add visible characters, which may have single blanks between them."""
        if self._is_due:
            self._prepare(text[0])
        if space := self.space:
            self.space = ""
            if self._last:
                self._out.append(space)
                if self.line:
                    self.line += space
        self._out.append(text)
        self.line += text
        if len(self.line) > MAX_LINE:
            self._shorten_line()
        self._last = text[-1]

    def say_word(self, word: str, *, pause: str = " ") -> None:
        """Add a word for a sign, and a pause before what follows it."""
        if self.line:
            self.blank()
        if not self.line or self._last in SENTENCE_ENDS or self._last in "?？؟":
            word = capitalized(word)
        self.is_sentence |= not self.line
        self.say(word)
        self._pause = pause
        self._is_due = True

    def say_aside(self, word: str) -> None:
        """Add a word about the words before it."""
        self._join(",")
        self.blank()
        self.say_word(word, pause=",")

    def hold_word(self, word: str) -> None:
        """Hold a word for a sign until something follows on the line."""
        self.pending = word
        self._is_due = True

    def _say_pending(self, *, pause: str) -> None:
        """Add the word that is held."""
        word, self.pending = self.pending, ""
        space, self.space = self.space, "" if "\n" in self.space else self.space
        self.say_word(word, pause=pause)
        self.space = space if "\n" in space else ""

    def _prepare(self, following: str) -> None:
        """Add what is due before a character."""
        self._is_due = False
        if self.pending:
            self._say_pending(pause=":")
            self._is_due = False
        is_end = following in ENDS
        if self.is_sign_removed:
            self.is_sign_removed = False
            if is_end and self.space == " ":
                self.space = ""
        pause, self._pause = self._pause, ""
        if self.is_cell_due:
            self.is_cell_due = False
            pause, is_end = ",", False
        if not pause or is_end:
            return
        if self.space == "\n":
            self._join(full_stop(self._last, self._language))
        elif pause != " ":
            self._join(pause if self._last not in ENDS else "")
            self.blank()
        elif following not in CLOSERS:
            self.blank()

    def _join(self, text: str) -> None:
        """Add punctuation right after the last word."""
        if text:
            self._out.append(text)
            self.line += text
            self._last = text

    def _shorten_line(self) -> None:
        """Forget what is far before the end of the current line."""
        self._is_item |= not self._is_long and bool(_ITEM.match(self.line))
        self._is_long = True
        self.line = self.line[-MAX_LINE // 2 :]


def capitalized(word: str) -> str:
    """Return a word with a capital letter."""
    return word[:1].upper() + word[1:]
