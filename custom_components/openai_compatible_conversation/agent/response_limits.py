"""What ends a response that does not end by itself.

A small model may repeat itself until its context is full, which takes minutes.

Decision record: docs/decisions/0013-a-model-that-cannot-stop-is-stopped.md.
"""

from collections.abc import Collection

from ..completions.errors import (
    CompletionError,
    ReasoningLimitError,
    RepetitionError,
    SpeechLimitError,
)
from ..options import Options
from ..repetition.detector import RepetitionDetector
from ..speech.limits import (
    MAX_REASONING,
    MAX_SPEECH,
    Budget,
    SpeechLimiter,
    speech_seconds,
)

LENGTH_PARAMETERS = frozenset({"max_tokens", "max_completion_tokens", "n_predict"})
"""Parameters of a request with which the server limits the response."""


def length_limit(options: Options, max_tokens: int) -> dict[str, int]:
    """Return a limit as parameters, under the name by which the user sets theirs."""
    names = LENGTH_PARAMETERS & {*(options.extra_body or {})}
    return dict.fromkeys(names or {"max_tokens"}, max_tokens)


class ResponseLimits:
    """The limits of one response.

    Feed it each piece of the response; `error` is set when it has to end. With
    `is_spoken`, somebody has to listen to all of it. `parameters` are those of the
    request: where the user limits the length, it is not limited here. A response that
    is not streamed has ended before it is seen, so its reasoning does not end it.
    """

    def __init__(
        self,
        *,
        is_spoken: bool = False,
        is_streamed: bool = True,
        parameters: Collection[str] = (),
    ) -> None:
        """Initialize at the start of a response."""
        self.error: CompletionError | None = None
        """Why the response has to end, None if it may go on."""
        self.reasoning_error: CompletionError | None = None
        """Why its reasoning is of no use."""
        self.is_speech_over = False
        """Whether nothing more may be spoken."""
        is_unlimited = LENGTH_PARAMETERS.isdisjoint(parameters)
        self._is_streamed = is_streamed
        self._text_repetition = RepetitionDetector()
        self._text = SpeechLimiter(self._text_repetition)
        self._speech = (
            SpeechLimiter(Budget(MAX_SPEECH, speech_seconds))
            if is_spoken and is_unlimited
            else None
        )
        self._reasoning_repetition = RepetitionDetector()
        self._reasoning = (
            Budget(MAX_REASONING) if is_streamed and is_unlimited else None
        )

    @property
    def repetition_end(self) -> int | None:
        """Return where the first repetition ends, None if the text has none to end it."""
        return self._text_repetition.end if self._text.is_over else None

    def cut_text(self, text: str) -> str:
        """Return what is kept of a piece of the text that the model writes."""
        kept = self._text.feed(text)
        if self._text.is_over:
            self.error = RepetitionError()
        return kept

    def cut_speech(self, text: str) -> str:
        """Return what is kept of a piece of what is spoken."""
        if self._speech is None:
            return text
        kept = self._speech.feed(text)
        if self._speech.is_over:
            self.is_speech_over = True
            self.error = self.error or SpeechLimitError()
        return kept

    def add_reasoning(self, text: str) -> None:
        """Count a piece of the reasoning."""
        if self._reasoning_repetition.feed(text):
            self.reasoning_error = RepetitionError()
        elif self._reasoning and self._reasoning.feed(text):
            self.reasoning_error = ReasoningLimitError()
        if self._is_streamed:
            self.error = self.error or self.reasoning_error
