"""The chain of filters from model text to speech."""

from collections.abc import Iterable, Iterator

from .filter import SpeechFilter
from .markdown import MarkdownFilter
from .marks import full_stop
from .parts import ReasoningText, SpeechPart, SpeechText
from .patterns import PatternRemover
from .reasoning_first import end_of_reasoning, is_followed, is_reasoning_first
from .tags import MARKERS
from .tool_names import ToolNames


class SpeechPipeline:
    """Split streamed model text into speech, reasoning and tool calls.

    Create one for each response, feed it chunks of any size, then flush it.
    `strip_markup` turns markdown and emoji into plain words, in the language of a BCP
    47 tag. With `whole`, the text arrives as one chunk, so its end is known at once.
    `names` are those of the tools that the model may call.
    """

    def __init__(
        self,
        *,
        strip_markup: bool,
        language: str = "",
        whole: bool = False,
        starts_in_reasoning: bool = False,
        names: ToolNames | None = None,
    ) -> None:
        """Initialize for a response, which may start inside a reasoning block."""
        self._names = names
        self._filter = SpeechFilter(
            starts_in_reasoning=starts_in_reasoning, names=names
        )
        self._markdown = MarkdownFilter(language) if strip_markup else None
        # Removing a pattern may join the two halves of a marker.
        self._text_markers, self._reasoning_markers = (
            PatternRemover(MARKERS),
            PatternRemover(MARKERS),
        )
        self._language = language
        self._whole = whole
        self._undecided = ""
        """A whole text that is reasoning only if something follows it."""
        self._unstripped: list[str] = []
        self._last = ""

    @property
    def started_in_reasoning(self) -> bool | None:
        """Return whether the response started inside reasoning; None if unknown."""
        return self._filter.started_in_reasoning

    @property
    def unstripped(self) -> str:
        """Return what the model wrote to be spoken, with its markup.

        A sign that is all of it is said in words.
        """
        if self._markdown and (word := self._markdown.only_sign):
            return word + full_stop(word[-1], self._language)
        return "".join(self._unstripped)

    @property
    def is_verbatim(self) -> bool:
        """Return whether the text can be sent back unchanged: no calls, no tokens."""
        return self._filter.is_verbatim

    def feed(self, text: str) -> Iterator[SpeechPart]:
        """Return the parts that are certain after one more chunk of text."""
        if self._whole and is_reasoning_first(text):
            found = end_of_reasoning(text)
            if not (found and is_followed(text, found[1])):
                self._undecided = text
                return iter(())
            self._filter = SpeechFilter(starts_in_reasoning=True, names=self._names)
        return self._clean_parts(self._filter.feed(text))

    def flush(
        self, *, is_cut: bool = False, goes_on: bool = False
    ) -> Iterator[SpeechPart]:
        """Yield the remaining parts at the end of the text.

        It may have been cut, or go on with a call that is not part of it.
        """
        if text := self._undecided:
            self._undecided = ""
            if is_cut or goes_on:
                self._filter = SpeechFilter(starts_in_reasoning=True, names=self._names)
            yield from self._clean_parts(self._filter.feed(text))
        yield from self._clean_parts(self._filter.flush(is_cut=is_cut, goes_on=goes_on))
        text = self._clean_speech(self._text_markers.flush())
        if self._markdown and (end := self._markdown.flush()):
            self._last = end[-1]
            text += end
        if text:
            yield SpeechText(text)
        if text := self._reasoning_markers.flush():
            yield ReasoningText(text)

    def feed_reasoning(self, text: str) -> Iterator[SpeechPart]:
        """Yield the reasoning that is certain after one more chunk of it."""
        if reasoning := self._reasoning_markers.feed(text):
            yield ReasoningText(reasoning)

    def full_stop(self) -> str:
        """Return the missing full stop of the speech; empty if markup is kept."""
        if not (self._markdown and self._last):
            return ""
        return full_stop(self._last, self._language)

    def _clean_parts(self, parts: Iterable[SpeechPart]) -> Iterator[SpeechPart]:
        """Yield parts, with markers removed and markup stripped."""
        for part in parts:
            if isinstance(part, SpeechText):
                if text := self._clean_speech(self._text_markers.feed(part.text)):
                    yield SpeechText(text)
            elif isinstance(part, ReasoningText):
                yield from self.feed_reasoning(part.text)
            else:
                yield part

    def _clean_speech(self, text: str) -> str:
        """Return text without markers with its markup stripped."""
        self._unstripped.append(text)
        if self._markdown:
            text = self._markdown.feed(text)
        if text:
            self._last = text[-1]
        return text
