"""The counterpart of the speech pipeline for answers that are data."""

from collections.abc import Iterator

from .data_answer import split_answer, split_calls
from .parts import ReasoningText, SpeechPart, SpeechText, TextToolCall
from .patterns import PatternRemover
from .tags import MARKERS
from .tool_names import ToolNames


class DataPipeline:
    """Split the text of an answer that is data into data, reasoning and tool calls.

    Create one for each response, feed it chunks of any size, then flush it, which
    yields the parts. Without tools, tool calls in the text are data.
    """

    def __init__(
        self,
        *,
        has_tools: bool,
        starts_in_reasoning: bool = False,
        names: ToolNames | None = None,
    ) -> None:
        """Initialize for a response, which may start inside a reasoning block."""
        self._has_tools = has_tools
        self._names = names
        self._starts_in_reasoning = starts_in_reasoning
        self._chunks: list[str] = []
        self._reasoning_markers = PatternRemover(MARKERS)
        self.started_in_reasoning: bool | None = None
        """Whether the response started inside a reasoning block; None if unknown."""
        self.is_verbatim = True
        """Whether the text is nothing but data, so that it can be sent back."""
        self.unstripped = ""
        """Empty, as nothing that is data is left out."""

    def feed(self, text: str) -> Iterator[SpeechPart]:
        """Yield nothing: the parts are certain at the end of the text."""
        self._chunks.append(text)
        return iter(())

    def flush(
        self, *, is_cut: bool = False, goes_on: bool = False
    ) -> Iterator[SpeechPart]:
        """Yield the parts at the end of the text.

        It may have been cut, or go on with a call that is not part of it.
        """
        if text := "".join(self._chunks):
            self._chunks.clear()
            yield from self._split(text, is_cut=is_cut or goes_on)
        if reasoning := self._reasoning_markers.flush():
            yield ReasoningText(reasoning)

    def feed_reasoning(self, text: str) -> Iterator[SpeechPart]:
        """Yield the reasoning that is certain after one more chunk of it."""
        if reasoning := self._reasoning_markers.feed(text):
            yield ReasoningText(reasoning)

    def full_stop(self) -> str:
        """Return nothing: data has no missing full stop."""
        return ""

    def _split(self, text: str, *, is_cut: bool) -> Iterator[SpeechPart]:
        """Yield the parts of a complete text."""
        answer = split_answer(
            text,
            starts_in_reasoning=self._starts_in_reasoning,
            is_cut=is_cut,
        )
        # Text after a tool call continues the answer.
        self._starts_in_reasoning = False
        if answer.started_in_reasoning is not None:
            self.started_in_reasoning = answer.started_in_reasoning
        yield from self.feed_reasoning(answer.reasoning)
        data = answer.text
        if data and not data.isspace():
            parts: list[SpeechText | TextToolCall] = [SpeechText(data)]
            if self._has_tools:
                parts = list(split_calls(data, self._names))
            yield from parts
            self.is_verbatim &= parts == [SpeechText(text)]
