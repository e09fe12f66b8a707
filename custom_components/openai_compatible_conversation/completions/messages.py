"""Chat messages by role, independent of their JSON format."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SystemMessage:
    """Instructions for the model."""

    text: str


@dataclass(frozen=True, slots=True)
class ImagePart:
    """An image attached to a user message."""

    mime_type: str
    data: str
    """The image, encoded as base64."""


@dataclass(frozen=True, slots=True)
class UserMessage:
    """Text from the user and the images attached to it."""

    text: str
    images: tuple[ImagePart, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolCallPart:
    """A tool call in the history; `arguments` is a JSON object as text."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class AssistantMessage:
    """Text from the model, its tool calls and the reasoning before them."""

    text: str | None = None
    calls: tuple[ToolCallPart, ...] = ()
    reasoning: str | None = None


@dataclass(frozen=True, slots=True)
class ToolMessage:
    """The result of a tool call, as JSON text, and the pictures in it."""

    call_id: str
    text: str
    images: tuple[ImagePart, ...] = ()


IMAGE_SIZE = 4000
"""Characters that an image counts as: models turn one into about 1,000 tokens."""

MAX_IMAGE_MB = 20
"""Maximum size of an image in megabytes: what the largest servers accept."""

MAX_ALL_IMAGES_MB = 36
"""Maximum size of all images of a message in megabytes.

Encoded as base64, this is what the largest servers accept.
"""

PICTURE = "(picture: "
"""How a note in a tool result begins that stands in place of a picture."""

type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage


def size(message: Message) -> int:
    """Return the size of a message in characters."""
    match message:
        case SystemMessage(text):
            return len(text)
        case UserMessage(text, images) | ToolMessage(_, text, images):
            return len(text) + IMAGE_SIZE * len(images)
        case AssistantMessage(content, calls, reasoning):
            return (
                len(content or "")
                + len(reasoning or "")
                + sum(len(call.name) + len(call.arguments) for call in calls)
            )
