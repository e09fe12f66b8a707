"""Test finish reasons that come before the end, over a real connection."""

from collections.abc import AsyncGenerator
import time

import httpx
import pytest

from custom_components.openai_compatible_conversation.completions.body_reader import (
    Timeouts,
)
from custom_components.openai_compatible_conversation.completions.client import (
    CompletionsClient,
)
from custom_components.openai_compatible_conversation.completions.errors import (
    ServerTimeoutError,
)
from custom_components.openai_compatible_conversation.completions.events import (
    Event,
    Finished,
    ReasoningDelta,
    TextDelta,
    TokenUsage,
    ToolCall,
)
from testbed.replies import DONE, Pause, Step, chunk, event, raw, usage_chunk
from testbed.server import ModelServer

SHORT = Timeouts(first_token=2, between_tokens=2, after_finish=0.1)
GAP = Pause(0.3)
"""Longer than a response is waited for that is known to be complete."""

BODY = {"model": "scripted", "messages": [], "stream": True}
PING = b": ping\n\n"

# Open WebUI: the first chunk, of an Ollama model that reasons, has neither text nor
# reasoning, and each piece of reasoning has the finish reason, too.
EMPTY = event(
    {
        "id": "gemma3-6f1c",
        "object": "chat.completion.chunk",
        "created": 1776787200,
        "model": "gemma3",
        "choices": [
            {
                "index": 0,
                "logprobs": None,
                "finish_reason": "stop",
                "delta": {"content": ""},
            }
        ],
    }
)
THOUGHT = chunk({"role": "assistant", "reasoning_content": "Hm. "}, "stop")
CALL = {
    "index": 0,
    "id": "call_1",
    "type": "function",
    "function": {"name": "turn_on", "arguments": '{"name": "Lamp"}'},
}


@pytest.fixture
async def server() -> AsyncGenerator[ModelServer]:
    """Return a model server that is listening."""
    async with ModelServer() as server:
        yield server


async def _events(
    server: ModelServer, *steps: Step, timeouts: Timeouts = SHORT
) -> list[Event]:
    """Return the events of a response that arrives in steps."""
    server.script(raw(*steps))
    async with httpx.AsyncClient() as http:
        client = CompletionsClient(server.base_url, None, http, timeouts)
        return [event async for event in client.stream(BODY)]


def _text(events: list[Event]) -> str:
    """Return the text in events."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))


@pytest.mark.parametrize(
    "early",
    [
        [EMPTY],
        [chunk({"role": "assistant", "content": ""}, "stop")],
        [THOUGHT, GAP, THOUGHT],
        [EMPTY, GAP, THOUGHT, GAP, EMPTY],
        [chunk({"content": "Well. "}, "stop")],
        [chunk({"content": "Well. "}), EMPTY],
    ],
    ids=["empty", "role", "thoughts", "all", "text", "after text"],
)
async def test_text_and_call(server: ModelServer, early: list[Step]) -> None:
    """Text and a call that come later are part of the response."""
    words: list[Step] = [
        chunk({"content": "The lamp "}),
        GAP,
        chunk({"content": "goes on."}),
    ]
    rest = [chunk({"tool_calls": [CALL]}), chunk({}, "tool_calls"), DONE]
    events = await _events(server, *early, GAP, *words, GAP, *rest)
    assert _text(events).removeprefix("Well. ") == "The lamp goes on."
    assert [event.name for event in events if isinstance(event, ToolCall)] == [
        "turn_on"
    ]
    assert events[-1] == Finished("tool_calls")


async def test_with_each_chunk(server: ModelServer) -> None:
    """A server may send the finish reason with each chunk."""
    words = [chunk({"content": f"{number} "}, "stop") for number in range(4)]
    steps: list[Step] = [step for word in words for step in (word, GAP)]
    events = await _events(server, *steps, DONE)
    assert _text(events) == "0 1 2 3 "


async def test_keep_alives(server: ModelServer) -> None:
    """While nothing but thoughts have come, keep-alives count after a finish reason."""
    pings: list[Step] = [PING, GAP] * 9
    events = await _events(server, THOUGHT, *pings, chunk({"content": "Yes."}), DONE)
    assert _text(events) == "Yes."


@pytest.mark.parametrize(
    "early",
    [EMPTY, THOUGHT, chunk({"content": "So"}, "stop") + chunk({"content": "me"})],
)
async def test_silence(server: ModelServer, early: bytes) -> None:
    """Silence in the middle is an error, as without the finish reason."""
    with pytest.raises(ServerTimeoutError):
        await _events(server, early, Pause(60))


async def test_complete(server: ModelServer) -> None:
    """What is complete is not waited for, although the server does not end it."""
    begin = time.monotonic()
    steps = [chunk({"content": "Yes."}), chunk({}, "stop"), usage_chunk(9, 2)]
    events = await _events(server, *steps, Pause(60), timeouts=Timeouts())
    assert events == [TextDelta("Yes."), TokenUsage(9, 0, 2), Finished("stop")]
    assert time.monotonic() - begin < 15


async def test_empty_answer(server: ModelServer) -> None:
    """An answer may have nothing but thoughts, if it ends."""
    events = await _events(server, THOUGHT, chunk({}, "stop"), DONE)
    assert events == [ReasoningDelta("Hm. "), Finished("stop")]
