"""The messages of a chat, as values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SystemMessage:
    """Instructions to the model."""

    text: str


@dataclass(frozen=True, slots=True)
class ImagePart:
    """A picture that a user shows."""

    mime_type: str
    data: str
    """In base64."""


@dataclass(frozen=True, slots=True)
class UserMessage:
    """What a user said, and what goes with it."""

    text: str
    images: tuple[ImagePart, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolCallPart:
    """A tool call as it stands in the history: arguments are a JSON object as text."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class AssistantMessage:
    """What the model said, the tools that it called, and what it thought before."""

    text: str | None = None
    calls: tuple[ToolCallPart, ...] = ()
    reasoning: str | None = None


@dataclass(frozen=True, slots=True)
class ToolMessage:
    """What a tool call came to, as JSON text."""

    call_id: str
    text: str


IMAGE_SIZE = 4000
"""Characters that an image stands for: models make about 1,000 tokens of one."""

type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage


def size(message: Message) -> int:
    """Return how many characters a message has."""
    match message:
        case SystemMessage(text) | ToolMessage(_, text):
            return len(text)
        case UserMessage(text, images):
            return len(text) + IMAGE_SIZE * len(images)
        case AssistantMessage(said, calls, reasoning):
            return (
                len(said or "")
                + len(reasoning or "")
                + sum(len(call.name) + len(call.arguments) for call in calls)
            )
