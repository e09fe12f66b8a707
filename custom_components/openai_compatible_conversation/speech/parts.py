"""The parts that model text is split into."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SpeechText:
    """Text to speak."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningText:
    """Reasoning of the model, not spoken."""

    text: str


@dataclass(frozen=True, slots=True)
class TextToolCall:
    """Unparsed tool calls in the text, in one of the formats that models write."""

    text: str
    fallback: str = ""
    """The text that stands for them if they call no tool."""
    raw: str = field(default="", compare=False)
    """The text as the model wrote it, for calls that turn out to be a quotation."""


@dataclass(frozen=True, slots=True)
class ContinueListening:
    """The model expects a reply: the marker was found here."""


type SpeechPart = SpeechText | ReasoningText | TextToolCall | ContinueListening
