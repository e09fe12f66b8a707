"""What a model's text is made of, as values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SpeechText:
    """Text to be said."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningText:
    """Text that the model only thought."""

    text: str


@dataclass(frozen=True, slots=True)
class TextToolCall:
    """A tool call that stood in the text, in one of the forms that models write."""

    text: str


@dataclass(frozen=True, slots=True)
class ContinueListening:
    """The model wants an answer: the marker stood here."""


type SpeechPart = SpeechText | ReasoningText | TextToolCall | ContinueListening
