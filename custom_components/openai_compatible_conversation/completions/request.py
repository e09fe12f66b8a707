"""Build the body of a chat completion request.

The same input gives the same bytes, which the server's prompt cache depends on.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from .messages import (
    AssistantMessage,
    ImagePart,
    Message,
    SystemMessage,
    ToolMessage,
    UserMessage,
)
from .profile import REASONING
from .request_adapter import text_part

MANAGED = frozenset(
    {
        "messages",
        "model",
        "n",
        "stream",
        "stream_options",
        "tool_choice",
        "tools",
    }
)
"""Parameters that users cannot set in `extra_body`."""

PICTURES_OF_TOOLS = (
    "(The pictures in the results of the tools. The user did not send them.)"
)
"""What is sent along with the pictures in results."""


def build_body(
    model: str,
    messages: Iterable[Message],
    tools: Sequence[Mapping[str, Any]] = (),
    *,
    stream: bool,
    forbid_tools: bool = False,
    parameters: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the body of a chat completion request.

    `tools` are function definitions. `forbid_tools` keeps them in the body, for
    the server's prompt cache, and asks for a response in text. `parameters` are
    sampling parameters, `extra` are those that the user adds by hand.
    """
    body: dict[str, Any] = {
        "model": model,
        "messages": list(_wire_messages(messages)),
    }
    if tools:
        body["tools"] = [{"type": "function", "function": tool} for tool in tools]
        if forbid_tools:
            body["tool_choice"] = "none"
    if stream:
        body["stream"] = True
        body["stream_options"] = {"include_usage": True}
    body.update(parameters or {})
    body.update((k, v) for k, v in (extra or {}).items() if k not in MANAGED)
    return body


def encode(body: Mapping[str, Any]) -> bytes:
    """Return a body as UTF-8 encoded JSON."""
    return orjson.dumps(body)


def _is_blank(message: Message) -> bool:
    """Return whether a message is an empty system prompt, which servers reject."""
    return isinstance(message, SystemMessage) and not message.text.strip()


def _wire_messages(messages: Iterable[Message]) -> Iterator[dict[str, Any]]:
    """Yield messages in the format of the API, and the pictures in results after them.

    A result itself can only be text.
    """
    pictures: list[ImagePart] = []
    for message in messages:
        if isinstance(message, ToolMessage):
            pictures += message.images
        elif pictures:
            yield _message(UserMessage(PICTURES_OF_TOOLS, tuple(pictures)))
            pictures = []
        if not _is_blank(message):
            yield _message(message)
    if pictures:
        yield _message(UserMessage(PICTURES_OF_TOOLS, tuple(pictures)))


def _message(message: Message) -> dict[str, Any]:
    """Return a message in the format of the API."""
    match message:
        case SystemMessage(text):
            return {"role": "system", "content": text}
        case UserMessage(text, ()):
            return {"role": "user", "content": text}
        case UserMessage(text, images):
            texts = [text_part(text)] if text.strip() else []
            parts = [*texts, *map(_image_part, images)]
            return {"role": "user", "content": parts}
        case ToolMessage(call_id, text):
            return {"role": "tool", "tool_call_id": call_id, "content": text}
        case AssistantMessage(text, calls, reasoning):
            result: dict[str, Any] = {"role": "assistant", "content": text}
            if reasoning:
                result[REASONING] = reasoning
            if calls:
                result["tool_calls"] = [
                    {
                        "id": call.id,
                        "type": "function",
                        "function": {"name": call.name, "arguments": call.arguments},
                    }
                    for call in calls
                ]
            return result


def _image_part(image: ImagePart) -> dict[str, Any]:
    """Return an image as a content part."""
    url = f"data:{image.mime_type};base64,{image.data}"
    return {"type": "image_url", "image_url": {"url": url}}
