"""Validation of messages and tools as the strictest servers do it."""

import base64
from collections.abc import Iterator
import json
import re
from typing import Any

from .replies import Body

NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
IMAGE = re.compile(r"data:image/(jpeg|png|webp|gif);base64,(?P<data>.+)\Z")


def faults(body: Body, *, alternate: bool = False) -> list[str]:
    """Return what is wrong with a request, in the order of the body.

    The order of roles is that of strict chat templates: at most one system message, at
    the beginning; then the user; each tool call is followed by exactly one result. If
    roles have to `alternate`, the user speaks only once, and results are followed by
    the assistant.
    """
    tools = body.get("tools") or []
    messages = body.get("messages") or []
    return [*_in_messages(messages, alternate=alternate), *_in_tools(tools)]


def _in_messages(
    messages: list[dict[str, Any]], *, alternate: bool = False
) -> Iterator[str]:
    """Yield what is wrong with messages."""
    expected = {"user": {"system", "assistant"}, "assistant": {"user", "tool"}}
    if not alternate:
        expected["user"] |= {"user", "tool"}
    previous_role, pending = "system", set[str]()
    if messages and messages[0]["role"] == "system":
        yield from _in_text(messages[0])
        messages = messages[1:]
    for number, message in enumerate(messages):
        role = message["role"]
        if role == "tool":
            call_id = message.get("tool_call_id")
            if call_id not in pending:
                yield f"{number}: a result without its call: {call_id}"
            pending.discard(str(call_id))
            yield from _in_text(message)
        else:
            if pending:
                yield f"{number}: calls without results: {sorted(pending)}"
            if previous_role not in expected.get(role, set()):
                yield f"{number}: {role} after {previous_role}"
            pending = set()
            if role == "assistant" and (calls := message.get("tool_calls")):
                pending = {call["id"] for call in calls}
                yield from _in_calls(calls)
            else:
                yield from _in_text(message)
        previous_role = role
    if pending or previous_role not in ("user", "tool"):
        yield f"the end: {previous_role}, calls without results: {sorted(pending)}"


def _in_text(message: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the content of a message: its text and its images."""
    text = message.get("content")
    if isinstance(text, list) and message["role"] == "user":
        texts = [part["text"] for part in text if part.get("type") == "text"]
        for part in text:
            if part.get("type") not in ("text", "image_url"):
                yield f"a part cannot be of the type {part.get('type')!r}"
            elif part["type"] == "image_url" and not _is_image(part):
                yield f"no image: {str(part)[:80]}"
        text = "".join(texts)
    if not isinstance(text, str) or not text.strip():
        yield f"{message['role']} says nothing"


def _is_image(part: dict[str, Any]) -> bool:
    """Return whether a content part is a base64 image."""
    found = IMAGE.match(part["image_url"]["url"])
    if found is None:
        return False
    try:
        return bool(base64.b64decode(found["data"], validate=True))
    except ValueError:
        return False


def _in_calls(calls: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what is wrong with tool calls."""
    if len({call["id"] for call in calls}) < len(calls):
        yield "two calls have one id"
    for call in calls:
        function = call["function"]
        if not NAME.fullmatch(function["name"]):
            yield f"a tool cannot be called {function['name']!r}"
        try:
            arguments = json.loads(function["arguments"], parse_constant=_reject)
            good = isinstance(arguments, dict)
        except ValueError:
            good = False
        if not good:
            yield f"arguments are no object: {function['arguments']!r}"


def _reject(constant: str) -> None:
    """Reject NaN and Infinity, which Python accepts and JSON does not."""
    raise ValueError(constant)


def _in_tools(tools: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what is wrong with the tool definitions."""
    names = [tool["function"]["name"] for tool in tools]
    if len(set(names)) < len(names):
        yield "two tools have one name"
    for name in names:
        if not NAME.fullmatch(name):
            yield f"a tool cannot be called {name!r}"
