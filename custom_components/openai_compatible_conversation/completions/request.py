"""Build the body of a chat completion request.

The same input gives the same bytes, which the server's prompt cache depends on.
"""

from collections.abc import Iterable, Mapping, Sequence
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
        "messages": [_message(message) for message in messages],
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


def _message(message: Message) -> dict[str, Any]:
    """Return a message in the format of the API."""
    match message:
        case SystemMessage(text):
            return {"role": "system", "content": text}
        case UserMessage(text, ()):
            return {"role": "user", "content": text}
        case UserMessage(text, images):
            parts = [text_part(text), *map(_image_part, images)]
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
