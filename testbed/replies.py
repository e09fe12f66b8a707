"""Responses of the scripted model server, as steps: bytes, pauses and faults."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
import json
from typing import Any

type Body = dict[str, Any]


class Abort:
    """A step that drops the connection without ending the response."""


@dataclass(frozen=True)
class Pause:
    """A step that waits for some seconds, or until an event is set."""

    until: float | asyncio.Event

    async def wait(self) -> None:
        """Wait for the duration or for the event."""
        if isinstance(self.until, asyncio.Event):
            await self.until.wait()
        else:
            await asyncio.sleep(self.until)


type Step = bytes | Pause | Abort


@dataclass(frozen=True)
class Reply:
    """An HTTP response: a status, headers, and the steps in which its body is sent."""

    steps: Sequence[Step]
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "text/event-stream"


type Answer = Reply | Callable[[Body], Reply]
"""A reply, or a function from the request body to a reply."""


@dataclass(frozen=True)
class Call:
    """A tool call of the model."""

    name: str
    arguments: dict[str, Any] | str = field(default_factory=dict)
    id: str | None = None

    def as_dict(self, index: int) -> dict[str, Any]:
        """Return the complete call in the format of the API."""
        arguments = self.arguments
        return {
            "index": index,
            "id": self.id or f"call_{index}_{self.name}",
            "type": "function",
            "function": {
                "name": self.name,
                "arguments": arguments
                if isinstance(arguments, str)
                else json.dumps(arguments),
            },
        }


def event(payload: Any) -> bytes:
    """Return a server-sent event that carries a payload as JSON."""
    return b"data: " + json.dumps(payload, ensure_ascii=False).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"


def chunk(delta: Body | None, finish: str | None = None, **extra: Any) -> bytes:
    """Return the event of a chat completion chunk with one choice."""
    return event(
        {
            "id": "chatcmpl-scripted",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "scripted",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
            **extra,
        }
    )


def usage_chunk(prompt: int, completion: int, cached: int = 0) -> bytes:
    """Return the event that carries the usage, without a choice."""
    return event(
        {
            "id": "chatcmpl-scripted",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "scripted",
            "choices": [],
            "usage": _usage(prompt, completion, cached),
        }
    )


def _usage(prompt: int, completion: int, cached: int) -> dict[str, Any]:
    """Return a usage object."""
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached},
    }


def raw(*steps: Step, **fields: Any) -> Reply:
    """Return a reply with the steps unchanged."""
    return Reply(steps, **fields)


def failure(status: int, body: Any = None, **headers: str) -> Reply:
    """Return an error response; a string is sent as HTML, anything else as JSON.

    Underscores in the names of `headers` stand for hyphens.
    """
    if body is None:
        body = {"error": {"message": f"scripted {status}", "type": "scripted"}}
    text = body if isinstance(body, str) else json.dumps(body)
    return Reply(
        [text.encode()],
        status=status,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        content_type="text/html" if isinstance(body, str) else "application/json",
    )


def say(
    *words: str | Pause,
    calls: Iterable[Call] = (),
    reasoning: str | None = None,
    finish: str | None = None,
    usage: tuple[int, int, int] = (10, 5, 0),
) -> Answer:
    """Return a well-formed answer, streamed or not as the request's `stream` says.

    Each word is a chunk. Pauses between words only take effect when streaming.
    `usage` is prompt, completion and cached tokens.
    """
    tool_calls = [call.as_dict(index) for index, call in enumerate(calls)]
    reason = finish or ("tool_calls" if tool_calls else "stop")

    def reply(body: Body) -> Reply:
        if not body.get("stream"):
            return _not_streamed(words, tool_calls, reasoning, reason, usage)
        steps: list[Step] = [chunk({"role": "assistant", "content": None})]
        if reasoning:
            steps.append(chunk({"reasoning_content": reasoning}))
        steps += [
            chunk({"content": word}) if isinstance(word, str) else word
            for word in words
        ]
        for call in tool_calls:
            steps += _call_chunks(call)
        steps.append(chunk({}, reason))
        if (body.get("stream_options") or {}).get("include_usage"):
            steps.append(usage_chunk(usage[0], usage[1], usage[2]))
        steps.append(DONE)
        return Reply(steps)

    return reply


def _call_chunks(call: dict[str, Any]) -> list[bytes]:
    """Return a call as chunks: its name, then its arguments in two parts."""
    function = call["function"]
    arguments = function["arguments"]
    middle = len(arguments) // 2
    head = {**call, "function": {"name": function["name"], "arguments": ""}}
    parts = [
        {"index": call["index"], "function": {"arguments": part}}
        for part in (arguments[:middle], arguments[middle:])
        if part
    ]
    return [chunk({"tool_calls": [fragment]}) for fragment in (head, *parts)]


def _not_streamed(
    words: Sequence[str | Pause],
    tool_calls: list[dict[str, Any]],
    reasoning: str | None,
    reason: str,
    usage: tuple[int, int, int],
) -> Reply:
    """Return the answer as a chat completion object."""
    text = "".join(word for word in words if isinstance(word, str))
    message: Body = {"role": "assistant", "content": text or None}
    if reasoning:
        message["reasoning_content"] = reasoning
    if tool_calls:
        message["tool_calls"] = [
            {key: value for key, value in call.items() if key != "index"}
            for call in tool_calls
        ]
    completion = {
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": 1,
        "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": _usage(*usage),
    }
    return Reply([json.dumps(completion).encode()], content_type="application/json")
