"""All filters between what a model writes and what is said."""

from collections.abc import Iterable, Iterator

from .filter import MARKERS, SpeechFilter, is_reasoning_first
from .markdown import MarkdownFilter
from .marks import full_stop
from .parts import ReasoningText, SpeechPart, SpeechText
from .patterns import PatternRemover


class SpeechPipeline:
    """Takes the text of an answer in pieces of any cut, and tells what each part of it is.

    `clean` gives markdown and emoji as the words that they stand for. `whole`
    says that the text comes in one piece, so that its end is known at once.
    """

    def __init__(
        self,
        *,
        strip_markup: bool,
        whole: bool = False,
        starts_in_reasoning: bool = False,
    ) -> None:
        """Initialize at the start of an answer, which may begin within thoughts."""
        self._filter = SpeechFilter(starts_in_reasoning=starts_in_reasoning)
        self._markdown = MarkdownFilter() if strip_markup else None
        # Where a token is left out, a marker may come together from its two sides.
        self._text_markers, self._reasoning_markers = (
            PatternRemover(MARKERS),
            PatternRemover(MARKERS),
        )
        self._whole = whole
        self.has_text = False
        """Whether the model wrote anything to be said, be it only a picture."""
        self._last = ""

    @property
    def started_in_reasoning(self) -> bool | None:
        """Return whether the answer began within thoughts, as far as it is known."""
        return self._filter.started_in_reasoning

    @property
    def is_verbatim(self) -> bool:
        """Return whether the text can go back as it came: without calls and tokens."""
        return self._filter.is_verbatim

    def feed(self, text: str) -> Iterator[SpeechPart]:
        """Yield what has become certain with some more text."""
        if self._whole and is_reasoning_first(text):
            self._filter = SpeechFilter(starts_in_reasoning=True)
        yield from self._cleaned(self._filter.feed(text))

    def flush(self) -> Iterator[SpeechPart]:
        """Yield what is left when the text has ended."""
        yield from self._cleaned(self._filter.flush())
        yield from self._said(self._text_markers.flush())
        if text := self._reasoning_markers.flush():
            yield ReasoningText(text)
        if self._markdown and (text := self._markdown.flush()):
            self._last = text[-1]
            yield SpeechText(text)

    def feed_reasoning(self, text: str) -> Iterator[SpeechPart]:
        """Yield what has become certain of thoughts with some more of them."""
        if shown := self._reasoning_markers.feed(text):
            yield ReasoningText(shown)

    def full_stop(self) -> str:
        """Return what makes a sentence of what was said so far, if it is for ears."""
        return full_stop(self._last) if self._markdown and self._last else ""

    def _cleaned(self, pieces: Iterable[SpeechPart]) -> Iterator[SpeechPart]:
        """Yield pieces, what is said in them cleaned."""
        for piece in pieces:
            match piece:
                case SpeechText(text):
                    self.has_text |= not text.isspace()
                    yield from self._said(self._text_markers.feed(text))
                case ReasoningText(text):
                    yield from self.feed_reasoning(text)
                case _:
                    yield piece

    def _said(self, text: str) -> Iterator[SpeechPart]:
        """Yield text to be said, cleaned."""
        if self._markdown:
            text = self._markdown.feed(text)
        if text:
            self._last = text[-1]
            yield SpeechText(text)
