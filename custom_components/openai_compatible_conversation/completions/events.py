"""What a server's answer is made of, as values."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A piece of what the model thinks before it answers."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A whole tool call; `problem` says why it cannot be run, if it cannot."""

    id: str
    name: str
    arguments: dict[str, Any]
    text: str
    """The arguments as JSON, as the model wrote them if they could be read."""
    problem: str | None = None
    extra: dict[str, Any] | None = None
    """What the server sent along, and wants back with the call."""
    details: list[dict[str, Any]] | None = None
    """The thoughts before all calls, as the server wants them back; the first call has them."""


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Tokens that the request cost; `cached` is the part of `prompt` not computed."""

    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class Finished:
    """Why the server stopped, in its words; None if it gave no reason."""

    reason: str | None


type Event = TextDelta | ReasoningDelta | ToolCall | TokenUsage | Finished
