"""The text of an answer as it is shown or spoken, without what stands at its edges.

A control token between words is what the author writes about, one at the beginning or
at the end is the server's. So a token is held back until text follows it.
"""

from .code_tracker import CodeTracker
from .control_tokens import HeldTokens, TokenPairs
from .marks import SENTENCE_ENDS

_PUNCTUATION = ".,;:!。、，；：！"
_SENTENCE_ENDS = f"{''.join(sorted(SENTENCE_ENDS))}?？؟"
_ENDINGS = f"{_PUNCTUATION}?？…"
_MENTION = (" ", '"', "'", "(")
_WHITE = " \t\r\n\u00a0\u3000"


class VisibleText:
    """Collect the text between the removed parts of an answer, in order.

    Each method returns the text that is certain from then on.
    """

    def __init__(self) -> None:
        """Initialize for one text."""
        self.code = CodeTracker()
        """Whether the next character is inside code."""
        self.last = ""
        """The last character returned; empty before the first visible one."""
        self.has_dropped = False
        """Whether a control token was dropped."""
        self._tokens = HeldTokens()
        self._pairs = TokenPairs()
        self._is_edge = True
        """Whether nothing visible was returned yet, or since the last block."""
        self._strip = ""
        """Characters to strip from the text right after the marker."""
        self._words = ""
        """The last text returned that is not blank."""
        self._has_ended_line = False
        """Whether a line break is in the blank text after it."""

    @property
    def is_edge(self) -> bool:
        """Return whether nothing visible was returned yet, or since the last block."""
        return self._is_edge

    @property
    def has_ended(self) -> bool:
        """Return whether a token follows the text that may be its end.

        One that stands behind a space is written about.
        """
        return bool(self._tokens) and self.last not in _MENTION

    @property
    def is_sentence_start(self) -> bool:
        """Return whether a sentence or a line has ended, and nothing follows it yet."""
        words = self._words.rstrip()
        return (
            not words
            or self._has_ended_line
            or words[-1] in _SENTENCE_ENDS
            or "\n" in self._words[len(words) :]
        )

    def add(self, text: str) -> str:
        """Add text, without the characters that a removed pattern leaves behind."""
        if self._strip:
            text = text.lstrip(self._strip)
        elif not self.last:
            # Blank lines usually follow reasoning.
            text = text.lstrip()
        if not text:
            return ""
        self._strip = ""
        is_blank, is_code = text.isspace(), self.code.is_inside
        self.code.feed(text)
        if self._tokens:
            if is_blank:
                return self._hold(text)
            text = self._release(text, is_code=is_code) + text
        if is_blank:
            self._has_ended_line |= "\n" in text
        else:
            self._words = text
            self._is_edge = self._has_ended_line = False
        self.last = text[-1]
        return text

    def add_token(self, token: str) -> str:
        """Add a control token, which stays if text is on both of its sides."""
        if self._is_edge:
            self.has_dropped = True
            return ""
        if self._pairs.is_closing(token):
            self._pairs.add(token)
            return self.add(token)
        self.code.feed(token)
        return self._hold(token)

    def add_header(self, header: str) -> str:
        """Add the header of an answer, which is dropped at its start.

        After a token that ends one it begins another answer, and both are dropped.
        """
        if self._is_edge:
            self.has_dropped = True
            return ""
        if self._tokens:
            white = self.end()
            if not white:
                # Whatever was written before it is complete.
                white = self.last = "\n"
                self.code.feed(white)
            return white
        token, end, rest = header.partition(">")
        return self.add_token(f"{token}{end}") + self.add(rest)

    def add_marker(self, marker: str) -> None:
        """Strip from the following text what the marker leaves behind."""
        self._strip = marker[: marker.index("[")]
        if self.code.fence or self.code.span:
            return
        if not self.last.strip() or self.last in _ENDINGS:
            self._strip += _PUNCTUATION
        if not self.last.strip():
            self._strip += _WHITE

    def end(self) -> str:
        """End the text, or begin a block: drop the tokens that are held back."""
        self._is_edge = True
        if not self._tokens:
            return ""
        self.has_dropped = True
        white = "".join(filter(str.isspace, self._tokens.take()))
        self.last = white[-1:] or self.last
        return white

    def _hold(self, text: str) -> str:
        """Hold back a control token or the white space after it."""
        self._tokens.hold(text)
        return self.end() if self._tokens.is_full else ""

    def _release(self, following: str, *, is_code: bool) -> str:
        """Return the tokens that are held back, as text follows them.

        Those that end a sentence are the server's, and are dropped.
        """
        pieces = self._tokens.take()
        is_apart = pieces[-1].isspace() or following[0].isspace()
        if not is_code and self._is_end(following.lstrip()[0], is_apart=is_apart):
            self.has_dropped = True
            return "".join(filter(str.isspace, pieces))
        for piece in pieces:
            if not piece.isspace():
                self._pairs.add(piece)
        return "".join(pieces)

    def _is_end(self, following: str, *, is_apart: bool) -> bool:
        """Return whether a token ends a sentence, by the character that follows it."""
        is_word = following.islower() or following in _ENDINGS
        if self.last.isspace():
            return self.is_sentence_start and not is_word
        return self.is_sentence_start or (
            is_apart and self.last.isalnum() and not is_word
        )
