"""Control tokens of a text: which of them are paired, and which are held back.

At the end of a text a control token is the server's; followed by more text, the author
mentions it.
"""

from collections.abc import Iterator
import re

MAX_HELD = 200
"""Maximum characters held. Longer runs of control tokens are never meant to be read."""

_OPENER_OF = {
    "</s>": "<s>",
    "<eos>": "<bos>",
    "[eos]": "[bos]",
    "<end_of_turn>": "<start_of_turn>",
    "<turn|>": "<|turn>",
    "[/inst]": "[inst]",
    "<</sys>>": "<<sys>>",
    "</answer>": "<answer>",
    "</response>": "<response>",
}
_GENERIC = re.compile(r"<[|｜].+[|｜]>")


class TokenPairs:
    """Match closing control tokens with the opening ones before them."""

    def __init__(self) -> None:
        """Initialize for one text."""
        self._open: dict[str, list[int]] = {}
        """Positions of the tokens that nothing closed, by token in small letters."""

    def add(self, token: str, position: int = 0) -> int | None:
        """Add a token; return the position of the token that it closes, if any."""
        if opener := self._opener(token):
            return self._open[opener].pop()
        self._open.setdefault(token.lower(), []).append(position)
        return None

    def is_closing(self, token: str) -> bool:
        """Return whether a token would close one that is open."""
        return self._opener(token) is not None

    def _opener(self, token: str) -> str | None:
        """Return the open token that a token would close, None if there is none."""
        return next((o for o in _openers(token.lower()) if self._open.get(o)), None)


class HeldTokens:
    """Control tokens that are held back, with the white space after them."""

    def __init__(self) -> None:
        """Initialize without any."""
        self._pieces: list[str] = []
        self._length = 0

    def __bool__(self) -> bool:
        """Return whether anything is held."""
        return bool(self._pieces)

    @property
    def is_full(self) -> bool:
        """Return whether more is held than anyone writes to be read."""
        return self._length > MAX_HELD

    def hold(self, text: str) -> None:
        """Hold back a token, or white space after one."""
        self._pieces.append(text)
        self._length += len(text)

    def take(self) -> list[str]:
        """Return the tokens and the white space that are held, and hold nothing."""
        pieces, self._pieces = self._pieces, []
        self._length = 0
        return pieces


def _openers(token: str) -> Iterator[str]:
    """Yield the tokens that may open what a token closes, in small letters."""
    if opener := _OPENER_OF.get(token):
        yield opener
    elif _GENERIC.fullmatch(token):
        for end, begin in (("/", ""), ("end", "start"), ("end", "begin")):
            if end in token:
                yield token.replace(end, begin, 1)
