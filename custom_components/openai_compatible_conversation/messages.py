"""The messages of a chat, as values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class System:
    """Instructions to the model."""

    text: str


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that a user shows."""

    mime_type: str
    data: str
    """In base64."""


@dataclass(frozen=True, slots=True)
class User:
    """What a user said, and what goes with it."""

    text: str
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A tool call as it stands in the history: arguments are a JSON object as text."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Assistant:
    """What the model said, the tools that it called, and what it thought before."""

    text: str | None = None
    calls: tuple[CallRecord, ...] = ()
    reasoning: str | None = None


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """What a tool call came to, as JSON text."""

    call_id: str
    text: str


IMAGE_SIZE = 4000
"""Characters that an image stands for: models make about 1,000 tokens of one."""

type Message = System | User | Assistant | ToolOutcome


def size(message: Message) -> int:
    """Return how many characters a message has."""
    match message:
        case System(text) | ToolOutcome(_, text):
            return len(text)
        case User(text, images):
            return len(text) + IMAGE_SIZE * len(images)
        case Assistant(said, calls, reasoning):
            return (
                len(said or "")
                + len(reasoning or "")
                + sum(len(call.name) + len(call.arguments) for call in calls)
            )
