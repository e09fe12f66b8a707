"""Chat messages by role, independent of their JSON format."""

from collections.abc import Callable
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


MESSAGE_TOKENS = 4
"""Tokens of a message beside its text: chat templates mark its role and its end."""

IMAGE_TOKENS = 1000
"""Tokens that an image counts as: models differ, and none says so."""

MAX_IMAGE_MB = 20
"""Maximum size of an image in megabytes: what the largest servers accept."""

MAX_ALL_IMAGES_MB = 36
"""Maximum size of all images of a message in megabytes.

Encoded as base64, this is what the largest servers accept.
"""

PICTURE = "(picture: "
"""How a note in a tool result begins that stands in place of a picture."""

type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage


def tokens(message: Message, count: Callable[[str], int]) -> int:
    """Return about how many tokens a message takes; `count` returns those of a text."""
    images = 0
    match message:
        case SystemMessage(text):
            texts = [text]
        case UserMessage(text, shown) | ToolMessage(_, text, shown):
            texts, images = [text], len(shown)
        case AssistantMessage(content, calls, reasoning):
            texts = [content or "", reasoning or ""]
            texts += [part for call in calls for part in (call.name, call.arguments)]
    return MESSAGE_TOKENS + sum(map(count, texts)) + IMAGE_TOKENS * images
