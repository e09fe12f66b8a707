"""Events of a response, as yielded by the client."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the response text."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A piece of the model's reasoning."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A complete tool call; `problem` says why it cannot be run, None if it can."""

    id: str
    name: str
    arguments: dict[str, Any]
    text: str
    """The arguments as JSON: verbatim as the model wrote them, if they are valid."""
    problem: str | None = None
    extra: dict[str, Any] | None = None
    """The `extra_content` that the server requires back with the call."""
    details: list[dict[str, Any]] | None = None
    """The `reasoning_details` that the server requires back with the calls.

    Only the first call of a response has them.
    """


@dataclass(frozen=True, slots=True)
class TokenAlternatives:
    """A token of the text, and the tokens that could have stood in its place.

    They are sent if the request asks for log probabilities.
    """

    token: str
    probabilities: dict[str, float]
    """Probabilities by token, that of the chosen one among them."""


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Token counts of a request; the prompt includes the cached tokens."""

    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of the response; `reason` is the finish reason, None without one."""

    reason: str | None


type Event = (
    TextDelta | ReasoningDelta | ToolCall | TokenAlternatives | TokenUsage | Finished
)
