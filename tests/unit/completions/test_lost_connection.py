"""Test connections that are lost at the end of a response, over a real connection."""

from collections.abc import AsyncGenerator
import json

import httpx
import pytest

from custom_components.openai_compatible_conversation.completions.body_reader import (
    Timeouts,
)
from custom_components.openai_compatible_conversation.completions.client import (
    CompletionsClient,
)
from custom_components.openai_compatible_conversation.completions.errors import (
    ConnectionLostError,
    RateLimitedError,
)
from custom_components.openai_compatible_conversation.completions.events import (
    Event,
    Finished,
    ReasoningDelta,
    TextDelta,
    TokenUsage,
    ToolCall,
)
from testbed.replies import Abort, Pause, Step, chunk, event, raw, usage_chunk
from testbed.server import ModelServer

BODY = {"model": "scripted", "messages": [], "stream": True}
GAP = Pause(0.05)
"""Lets the bytes before it arrive before the connection is dropped."""

HELLO = chunk({"content": "Hello."})
STOP = chunk({}, "stop")
CALL = {
    "index": 0,
    "id": "call_1",
    "type": "function",
    "function": {"name": "turn_on", "arguments": '{"name": "Lamp"}'},
}
COMPLETION = {
    "choices": [
        {"index": 0, "message": {"content": "Hello."}, "finish_reason": "stop"}
    ],
    "usage": {"prompt_tokens": 9, "completion_tokens": 2},
}


@pytest.fixture
async def server() -> AsyncGenerator[ModelServer]:
    """Return a model server that is listening."""
    async with ModelServer() as server:
        yield server


async def _events(server: ModelServer, *steps: Step) -> list[Event]:
    """Return the events of a response whose connection is dropped after its steps."""
    server.script(raw(*steps, GAP, Abort()))
    async with httpx.AsyncClient() as http:
        client = CompletionsClient(server.base_url, None, http, Timeouts())
        return [event async for event in client.stream(BODY)]


@pytest.mark.parametrize(
    "steps",
    [
        [HELLO, STOP, usage_chunk(9, 2)],
        [HELLO, STOP, usage_chunk(9, 2).rstrip(b"\n")],
        [HELLO, chunk({}, "stop", usage=COMPLETION["usage"])],
        [json.dumps(COMPLETION).encode()],
    ],
    ids=["usage", "no line end", "usage at the finish", "not streamed"],
)
async def test_whole(server: ModelServer, steps: list[Step]) -> None:
    """What was whole is an answer: finish reason and token usage have come."""
    assert await _events(server, *steps) == [
        TextDelta("Hello."),
        TokenUsage(9, 0, 2),
        Finished("stop"),
    ]


@pytest.mark.parametrize("end", [STOP, STOP.rstrip(b"\n")], ids=["line", "no line end"])
async def test_finish_reason(server: ModelServer, end: bytes) -> None:
    """A finish reason after an answer is its end where no token usage is sent."""
    assert await _events(server, HELLO, end) == [TextDelta("Hello."), Finished("stop")]


async def test_call(server: ModelServer) -> None:
    """A call that was whole is made."""
    steps = [chunk({"tool_calls": [CALL]}), chunk({}, "tool_calls"), usage_chunk(9, 2)]
    assert await _events(server, *steps) == [
        ToolCall("call_1", "turn_on", {"name": "Lamp"}, '{"name": "Lamp"}'),
        TokenUsage(9, 0, 2),
        Finished("tool_calls"),
    ]


@pytest.mark.parametrize(
    "steps",
    [
        [HELLO],
        [HELLO, STOP, chunk({"content": "And"})],
        [HELLO, chunk({"content": " More."}, "stop"), chunk({"content": "."}, "stop")],
        [chunk({"content": ""}, "stop"), HELLO, STOP],
        [chunk({"tool_calls": [CALL]})],
        [json.dumps(COMPLETION).encode()[:-9]],
    ],
    ids=["text", "goes on", "with each chunk", "early", "call", "half an object"],
)
async def test_broken_off(server: ModelServer, steps: list[Step]) -> None:
    """What may not have been whole is reported; no call of it is made."""
    server.script(raw(*steps, GAP, Abort()), raw(HELLO, GAP, Abort()))
    events: list[Event] = []
    async with httpx.AsyncClient() as http:
        client = CompletionsClient(server.base_url, None, http, Timeouts())
        with pytest.raises(ConnectionLostError):
            async for event in client.stream(BODY):
                events.append(event)  # noqa: PERF401
    assert all(isinstance(event, TextDelta | ReasoningDelta) for event in events)


async def test_error_at_the_end(server: ModelServer) -> None:
    """An error that was the last thing to arrive is told, not the lost connection."""
    error = event({"error": {"message": "Slow down", "code": 429}}).rstrip(b"\n")
    with pytest.raises(RateLimitedError):
        await _events(server, HELLO, error)
