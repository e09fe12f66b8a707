"""All filters between what a model writes and what is said."""

from collections.abc import Iterable, Iterator

from .filter import SpeechFilter
from .pieces import Piece, Say
from .plain import PlainFilter


class Speech:
    """Takes the text of an answer in pieces of any cut, and tells what each part of it is.

    `clean` gives markdown and emoji as the words that they stand for.
    """

    def __init__(self, *, clean: bool, thinks_first: bool = False) -> None:
        """Initialize at the start of an answer, which may begin within thoughts."""
        self._filter = SpeechFilter(thinks_first=thinks_first)
        self._plain = PlainFilter() if clean else None

    def feed(self, text: str) -> Iterator[Piece]:
        """Yield what has become certain with some more text."""
        return self._cleaned(self._filter.feed(text))

    def flush(self) -> Iterator[Piece]:
        """Yield what is left when the text has ended."""
        yield from self._cleaned(self._filter.flush())
        if self._plain and (text := self._plain.flush()):
            yield Say(text)

    def _cleaned(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """Yield pieces, what is said in them cleaned."""
        for piece in pieces:
            if self._plain and isinstance(piece, Say):
                if text := self._plain.feed(piece.text):
                    yield Say(text)
            else:
                yield piece
