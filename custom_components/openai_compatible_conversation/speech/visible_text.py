"""The text of an answer as it is shown or spoken, without what stands at its edges.

A control token between words is what the author writes about, one at the beginning or
at the end is the server's. So a token is held back until text follows it.
"""

from .code_tracker import CodeTracker
from .control_tokens import HeldTokens, TokenPairs

_PUNCTUATION = ".,;:!。、，；：！"
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
        self.code.feed(text)
        if self._tokens:
            if text.isspace():
                return self._hold(text)
            text = self._release() + text
        if self._is_edge:
            self._is_edge = text.isspace()
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

    def _release(self) -> str:
        """Return the tokens that are held back: text follows them."""
        pieces = self._tokens.take()
        for piece in pieces:
            if not piece.isspace():
                self._pairs.add(piece)
        return "".join(pieces)
