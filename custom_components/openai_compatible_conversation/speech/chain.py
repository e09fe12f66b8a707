"""All filters between what a model writes and what is said."""

from collections.abc import Iterable, Iterator

from .filter import MARKERS, SpeechFilter, begins_in_thoughts
from .marks import full_stop
from .pieces import Piece, Say, Think
from .plain import PlainFilter
from .tokens import Remover


class Speech:
    """Takes the text of an answer in pieces of any cut, and tells what each part of it is.

    `clean` gives markdown and emoji as the words that they stand for. `whole`
    says that the text comes in one piece, so that its end is known at once.
    """

    def __init__(
        self, *, clean: bool, whole: bool = False, thinks_first: bool = False
    ) -> None:
        """Initialize at the start of an answer, which may begin within thoughts."""
        self._filter = SpeechFilter(thinks_first=thinks_first)
        self._plain = PlainFilter() if clean else None
        # Where a token is left out, a marker may come together from its two sides.
        self._words, self._thoughts = Remover(MARKERS), Remover(MARKERS)
        self._whole = whole
        self.wrote = False
        """Whether the model wrote anything to be said, be it only a picture."""
        self._last = ""

    @property
    def thought_first(self) -> bool | None:
        """Return whether the answer began within thoughts, as far as it is known."""
        return self._filter.thought_first

    @property
    def as_it_came(self) -> bool:
        """Return whether the text can go back as it came: without calls and tokens."""
        return self._filter.as_it_came

    def feed(self, text: str) -> Iterator[Piece]:
        """Yield what has become certain with some more text."""
        if self._whole and begins_in_thoughts(text):
            self._filter = SpeechFilter(thinks_first=True)
        yield from self._cleaned(self._filter.feed(text))

    def flush(self) -> Iterator[Piece]:
        """Yield what is left when the text has ended."""
        yield from self._cleaned(self._filter.flush())
        yield from self._said(self._words.flush())
        if text := self._thoughts.flush():
            yield Think(text)
        if self._plain and (text := self._plain.flush()):
            self._last = text[-1]
            yield Say(text)

    def think(self, text: str) -> Iterator[Piece]:
        """Yield what has become certain of thoughts with some more of them."""
        if shown := self._thoughts.feed(text):
            yield Think(shown)

    def full_stop(self) -> str:
        """Return what makes a sentence of what was said so far, if it is for ears."""
        return full_stop(self._last) if self._plain and self._last else ""

    def _cleaned(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """Yield pieces, what is said in them cleaned."""
        for piece in pieces:
            match piece:
                case Say(text):
                    self.wrote |= not text.isspace()
                    yield from self._said(self._words.feed(text))
                case Think(text):
                    yield from self.think(text)
                case _:
                    yield piece

    def _said(self, text: str) -> Iterator[Piece]:
        """Yield text to be said, cleaned."""
        if self._plain:
            text = self._plain.feed(text)
        if text:
            self._last = text[-1]
            yield Say(text)
