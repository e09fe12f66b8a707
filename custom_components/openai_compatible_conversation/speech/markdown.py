"""Markdown and emoji to words, for text that still arrives, a character at a time."""

from .emoji import is_picture
from .marks import (
    BULLETS,
    DIVIDER,
    EMPHASIS,
    ESCAPABLE,
    ITEM,
    MAX_HASHES,
    MAX_HELD,
    RULE,
    TAG,
    TAG_BEGUN,
    in_word,
)
from .wording import Wording


class MarkdownFilter:
    """Gives markdown as the words that it stands for.

    Emphasis, code marks, brackets, addresses, tags and pictures go; list items,
    headings and table rows become sentences. Numbers, signs and names stay as
    they are. White space comes with the next visible character.
    """

    def __init__(self) -> None:
        """Initialize at the start of a text."""
        self._wording = Wording()
        self._held = ""
        self._begins = True
        self._row = False
        self._fenced = False
        self._open: set[str] = set()
        self._coded = self._ticked = False
        """Whether a code span is open, and whether its mark came just now."""
        self._until = ""
        """What ends the address that is being left out."""
        self._depth = 0
        self._picture = False
        """Whether a picture was just left out."""

    def feed(self, text: str) -> str:
        """Return what can be said with some more text."""
        for char in text:
            self._take(char)
        return self._wording.taken()

    def flush(self) -> str:
        """Return what is left when the text has ended."""
        held, self._held = self._held, ""
        sign = held.strip()
        if self._begins and (RULE.fullmatch(held) or sign in BULLETS | {"#", "|"}):
            held = ""
        if sign[:1] in EMPHASIS and (len(sign) > 1 or sign in self._open):
            held = ""
        self._wording.say_all("".join(char for char in held if char not in "[]`"))
        self._wording.end_sentence()
        return self._wording.taken()

    def _take(self, char: str) -> None:
        """Take one character."""
        if self._until:
            self._leave_out(char)
        elif self._fenced and not self._begins:
            self._code(char)
        elif self._held:
            self._go_on(char)
        elif self._begins:
            self._begin(char)
        else:
            self._inline(char)

    def _begin(self, char: str) -> None:
        """Take the first visible character of a line."""
        if char == "\n":
            self._new_line()
        elif char.isspace():
            return
        elif char in "-+•‣◦–*_=#`|" and not (self._fenced and char != "`"):
            self._held = char
        elif char == ">" and not self._fenced:
            return
        else:
            self._begins = False
            self._take(char)

    def _go_on(self, char: str) -> None:
        """Take a character that tells what is held before it."""
        held, self._held = self._held, ""
        if self._begins:
            openings = {"`": self._fence, "|": self._bar, "#": self._hashes}
            openings.get(held[0], self._signs)(held, char)
        elif held[0] in EMPHASIS:
            if char == held[0]:
                self._held = held + char
            else:
                self._emphasis(held, char)
                self._take(char)
        elif held[0] == "<":
            self._tag(held + char)
        else:
            self._mark(held, char)

    def _mark(self, held: str, char: str) -> None:
        """Take the character after a mark within a line."""
        if held == "\\" and char in ESCAPABLE:
            self._wording.say(char)
        elif held == "]" and char in "([":
            self._until = ")" if char == "(" else "]"
            self._depth = 1
        elif held == "[" and char in " xX":
            self._held = held + char
        elif len(held) > 1 and char == "]":
            # The box of a task.
            return
        else:
            if held == "\\" or (held == "!" and char != "["):
                self._wording.say(held)
            self._wording.say_all(held[1:])
            self._take(char)

    def _fence(self, held: str, char: str) -> None:
        """Take a character after the back quotes with which a line began."""
        if char == "`" or (held.startswith("```") and char != "\n"):
            self._held = (held + char)[:MAX_HELD]
        elif held.startswith("```"):
            self._fenced = not self._fenced
            self._new_line()
        else:
            self._begins = False
            for tick in held:
                self._inline(tick)
            self._take(char)

    def _bar(self, held: str, char: str) -> None:
        """Take a character after the bar with which a row began."""
        line = held + char
        if char == "\n" and DIVIDER.fullmatch(held):
            self._new_line()
        elif DIVIDER.fullmatch(line) and len(line) < MAX_HELD:
            self._held = line
        else:
            self._begins = False
            self._row = self._wording.sentence = True
            for sign in held[1:]:
                self._take(sign)
            self._take(char)

    def _hashes(self, held: str, char: str) -> None:
        """Take a character after the hashes with which a line began."""
        if char == "#" and len(held) < MAX_HASHES:
            self._held = held + char
            return
        self._begins = False
        if char in " \t":
            self._wording.sentence = True
        else:
            self._wording.say_all(held)
            self._take(char)

    def _signs(self, held: str, char: str) -> None:
        """Take a character after the bullet, rule or emphasis with which a line began."""
        first = held[0]
        bullet = first in BULLETS and held[1:2] in (" ", "\t")
        if char == "\n" and (RULE.fullmatch(held) or held.strip() in BULLETS):
            self._new_line()
        elif char in (first, " ", "\t") and len(held) < MAX_HELD:
            self._held = held + char
        else:
            self._begins = False
            self._wording.sentence = bullet
            if not bullet and first in EMPHASIS:
                signs = held.rstrip()
                self._emphasis(signs, char if signs == held else " ")
                held = held[len(signs) :]
            elif bullet or RULE.fullmatch(held):
                held = held[1:].lstrip() if bullet else ""
            for sign in held:
                self._inline(sign) if bullet else self._wording.say_all(sign)
            self._take(char)

    def _inline(self, char: str) -> None:
        """Take a character within a line."""
        ticked, self._ticked = self._ticked, char == "`"
        if char == "`":
            if not ticked and (self._coded or not self._after_word()):
                self._coded = not self._coded
        elif char == "\n":
            self._new_line()
        elif self._coded:
            self._wording.say_all(char)
        else:
            self._words(char)

    def _words(self, char: str) -> None:
        """Take a character outside of code."""
        if char == "[":
            # Perhaps the box of a task; else it goes.
            self._held = (
                char if self._wording.sentence and not self._wording.line else ""
            )
        elif char.isspace():
            if ITEM.fullmatch(self._wording.line):
                self._wording.sentence = True
            self._wording.space += char
            self._picture = False
        elif char in EMPHASIS or char in "\\!]<":
            self._held = char
        elif char == "|" and self._row:
            self._wording.comma = bool(self._wording.line)
        elif is_picture(char, after_picture=self._picture):
            self._picture = self._wording.gone = True
        else:
            self._picture = False
            self._wording.say(char)

    def _after_word(self) -> bool:
        """Return whether the last thing said is part of a word that may go on."""
        return not self._wording.space and self._wording.line[-1:].isalnum()

    def _emphasis(self, signs: str, following: str) -> None:
        """Leave out signs of emphasis, and say those that are none."""
        before = "" if self._wording.space else self._wording.line[-1:]
        product = before.isdigit() and following.isdigit()
        closes = signs in self._open and bool(before) and not product
        opens = not following.isspace() and not in_word(before, signs[0])
        if signs[0] == "_" and following.isalnum():
            closes = False
        if closes:
            self._open.discard(signs)
        elif opens and (signs[0] != "~" or len(signs) > 1):
            self._open.add(signs)
        else:
            self._wording.say_all(signs)

    def _tag(self, text: str) -> None:
        """Take what may be a tag, or an address in its brackets."""
        if TAG.fullmatch(text):
            self._wording.space = self._wording.space or (
                " " if "br" in text.lower() else ""
            )
        elif text.lower() in ("<http:", "<https:", "<mailto:"):
            self._until, self._depth = ">", 1
        elif TAG_BEGUN.fullmatch(text):
            self._held = text
        else:
            self._wording.say_all(text[:-1])
            self._take(text[-1])

    def _leave_out(self, char: str) -> None:
        """Pass over a character of an address."""
        if char == "\n":
            self._until = ""
            self._take(char)
        elif char == "(" and self._until == ")":
            self._depth += 1
        elif char == self._until:
            self._depth -= 1
            if not self._depth:
                self._until = ""

    def _code(self, char: str) -> None:
        """Take a character of a line of code."""
        if char == "\n":
            self._new_line()
        elif char.isspace():
            self._wording.space += char
        else:
            self._wording.say(char)

    def _new_line(self) -> None:
        """End a line."""
        self._wording.new_line()
        self._begins = True
        self._row = self._picture = self._coded = self._ticked = False
        self._open.clear()
