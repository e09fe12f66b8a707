"""Turn markdown and emoji into plain words, one character at a time.

Markdown libraries build a tree of the whole text, but speech starts before the text
has ended. So emphasis loses its signs even if it is never closed, and a bracket is
dropped before it is known whether an address follows.

Decision record: docs/decisions/0005-text-is-filtered-as-it-arrives.md.
"""

from .emoji import is_emoji
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
    TAG_PREFIX,
    in_word,
)
from .wording import Wording


class MarkdownFilter:
    """Turn streamed markdown into the words it stands for; flush it at the end.

    Emphasis, code marks, brackets, addresses, tags and emoji are removed. List items,
    headings and table rows become sentences. Numbers, signs and names are kept.
    White space is emitted with the next visible character.
    """

    def __init__(self) -> None:
        """Initialize for one text."""
        self._wording = Wording()
        self._held = ""
        self._at_line_start = True
        self._in_table_row = False
        self._in_code_block = False
        self._open_emphasis: set[str] = set()
        self._in_code_span = self._after_backtick = False
        """Whether a code span is open, and whether a backtick came last."""
        self._skip_until = ""
        """The character that ends the address being skipped."""
        self._skip_depth = 0
        self._after_emoji = False
        """Whether the last character was a removed emoji."""

    def feed(self, text: str) -> str:
        """Return the words that are certain after one more chunk."""
        for char in text:
            self._process(char)
        return self._wording.drain()

    def flush(self) -> str:
        """Return the remaining words at the end of the text."""
        held, self._held = self._held, ""
        sign = held.strip()
        if self._at_line_start and (
            RULE.fullmatch(held) or sign in BULLETS | {"#", "|"}
        ):
            held = ""
        if sign[:1] in EMPHASIS and (len(sign) > 1 or sign in self._open_emphasis):
            held = ""
        self._wording.say_all("".join(char for char in held if char not in "[]`"))
        self._wording.end_sentence()
        return self._wording.drain()

    def _process(self, char: str) -> None:
        """Process one character."""
        if self._skip_until:
            self._skip(char)
        elif self._in_code_block and not self._at_line_start:
            self._code_block(char)
        elif self._held:
            self._continue_held(char)
        elif self._at_line_start:
            self._line_start(char)
        else:
            self._inline(char)

    def _line_start(self, char: str) -> None:
        """Process a character at the start of a line, up to the first visible one."""
        if char == "\n":
            self._new_line()
        elif char.isspace():
            return
        elif char in "-+•‣◦–*_=#`|" and not (self._in_code_block and char != "`"):
            self._held = char
        elif char == ">" and not self._in_code_block:
            return
        else:
            self._at_line_start = False
            self._process(char)

    def _continue_held(self, char: str) -> None:
        """Process a character that follows held ones."""
        held, self._held = self._held, ""
        if self._at_line_start:
            openings = {"`": self._fence, "|": self._table_row, "#": self._heading}
            openings.get(held[0], self._line_mark)(held, char)
        elif held[0] in EMPHASIS:
            if char == held[0]:
                self._held = held + char
            else:
                self._emphasis(held, char)
                self._process(char)
        elif held[0] == "<":
            self._tag(held + char)
        else:
            self._inline_mark(held, char)

    def _inline_mark(self, held: str, char: str) -> None:
        """Process the character after a held mark within a line."""
        if held == "\\" and char in ESCAPABLE:
            self._wording.say(char)
        elif held == "]" and char in "([":
            self._skip_until = ")" if char == "(" else "]"
            self._skip_depth = 1
        elif held == "[" and char in " xX":
            self._held = held + char
        elif len(held) > 1 and char == "]":
            # The checkbox of a task list item.
            return
        else:
            if held == "\\" or (held == "!" and char != "["):
                self._wording.say(held)
            self._wording.say_all(held[1:])
            self._process(char)

    def _fence(self, held: str, char: str) -> None:
        """Process a character after backticks at the start of a line."""
        if char == "`" or (held.startswith("```") and char != "\n"):
            self._held = (held + char)[:MAX_HELD]
        elif held.startswith("```"):
            self._in_code_block = not self._in_code_block
            self._new_line()
        else:
            self._at_line_start = False
            for backtick in held:
                self._inline(backtick)
            self._process(char)

    def _table_row(self, held: str, char: str) -> None:
        """Process a character after the bar that starts a table row."""
        line = held + char
        if char == "\n" and DIVIDER.fullmatch(held):
            self._new_line()
        elif DIVIDER.fullmatch(line) and len(line) < MAX_HELD:
            self._held = line
        else:
            self._at_line_start = False
            self._in_table_row = self._wording.is_sentence = True
            for sign in held[1:]:
                self._process(sign)
            self._process(char)

    def _heading(self, held: str, char: str) -> None:
        """Process a character after hashes at the start of a line."""
        if char == "#" and len(held) < MAX_HASHES:
            self._held = held + char
            return
        self._at_line_start = False
        if char in " \t":
            self._wording.is_sentence = True
        else:
            self._wording.say_all(held)
            self._process(char)

    def _line_mark(self, held: str, char: str) -> None:
        """Process a character after a bullet, rule or emphasis that starts a line."""
        first = held[0]
        bullet = first in BULLETS and held[1:2] in (" ", "\t")
        if char == "\n" and (RULE.fullmatch(held) or held.strip() in BULLETS):
            self._new_line()
        elif char in (first, " ", "\t") and len(held) < MAX_HELD:
            self._held = held + char
        else:
            self._at_line_start = False
            self._wording.is_sentence = bullet
            if not bullet and first in EMPHASIS:
                signs = held.rstrip()
                self._emphasis(signs, char if signs == held else " ")
                held = held[len(signs) :]
            elif bullet or RULE.fullmatch(held):
                held = held[1:].lstrip() if bullet else ""
            for sign in held:
                self._inline(sign) if bullet else self._wording.say_all(sign)
            self._process(char)

    def _inline(self, char: str) -> None:
        """Process a character within a line."""
        after_backtick, self._after_backtick = self._after_backtick, char == "`"
        if char == "`":
            if not after_backtick and (self._in_code_span or not self._after_word()):
                self._in_code_span = not self._in_code_span
        elif char == "\n":
            self._new_line()
        elif self._in_code_span:
            self._wording.say_all(char)
        else:
            self._text(char)

    def _text(self, char: str) -> None:
        """Process a character outside of code."""
        if char == "[":
            # Held if it may start the checkbox of a task list item, else dropped.
            self._held = (
                char if self._wording.is_sentence and not self._wording.line else ""
            )
        elif char.isspace():
            if ITEM.fullmatch(self._wording.line):
                self._wording.is_sentence = True
            self._wording.space += char
            self._after_emoji = False
        elif char in EMPHASIS or char in "\\!]<":
            self._held = char
        elif char == "|" and self._in_table_row:
            self._wording.comma_due = bool(self._wording.line)
        elif is_emoji(char, after_emoji=self._after_emoji):
            self._after_emoji = self._wording.emoji_removed = True
        else:
            self._after_emoji = False
            self._wording.say(char)

    def _after_word(self) -> bool:
        """Return whether the line ends in a word that may continue."""
        return not self._wording.space and self._wording.line[-1:].isalnum()

    def _emphasis(self, signs: str, following: str) -> None:
        """Drop signs that open or close emphasis, and keep all others."""
        before = "" if self._wording.space else self._wording.line[-1:]
        product = before.isdigit() and following.isdigit()
        closes = signs in self._open_emphasis and bool(before) and not product
        opens = not following.isspace() and not in_word(before, signs[0])
        if signs[0] == "_" and following.isalnum():
            closes = False
        if closes:
            self._open_emphasis.discard(signs)
        elif opens and (signs[0] != "~" or len(signs) > 1):
            self._open_emphasis.add(signs)
        else:
            self._wording.say_all(signs)

    def _tag(self, text: str) -> None:
        """Process what may be a tag, or an address in angle brackets."""
        if TAG.fullmatch(text):
            self._wording.space = self._wording.space or (
                " " if "br" in text.lower() else ""
            )
        elif text.lower() in ("<http:", "<https:", "<mailto:"):
            self._skip_until, self._skip_depth = ">", 1
        elif TAG_PREFIX.fullmatch(text):
            self._held = text
        else:
            self._wording.say_all(text[:-1])
            self._process(text[-1])

    def _skip(self, char: str) -> None:
        """Skip a character of an address."""
        if char == "\n":
            self._skip_until = ""
            self._process(char)
        elif char == "(" and self._skip_until == ")":
            self._skip_depth += 1
        elif char == self._skip_until:
            self._skip_depth -= 1
            if not self._skip_depth:
                self._skip_until = ""

    def _code_block(self, char: str) -> None:
        """Process a character of a code block."""
        if char == "\n":
            self._new_line()
        elif char.isspace():
            self._wording.space += char
        else:
            self._wording.say(char)

    def _new_line(self) -> None:
        """End a line."""
        self._wording.new_line()
        self._at_line_start = True
        self._in_table_row = self._after_emoji = self._in_code_span = (
            self._after_backtick
        ) = False
        self._open_emphasis.clear()
