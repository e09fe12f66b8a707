"""Benchmark of decoding a streamed response, compared with the SDK's own parsing.

The same bytes, split alike, go through `ResponseDecoder` and through the SDK's public
API: `chat.completions.create(stream=True)`, read to its end. An in-memory transport
replaces the network, as a socket would add the same system calls, and their noise, to
both. The overhead of the HTTP library is common to both as well, so reading alone is
measured too and subtracted from the SDK's time.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from itertools import batched
from typing import override

import httpx2
import openai
from openai.types.chat import ChatCompletionChunk

from custom_components.openai_compatible_conversation.completions.response_decoder import (
    ResponseDecoder,
)
from testbed.replies import DONE, Body, event, usage_chunk

from .measure import Cost, interleaved, tell

PER_READ = 500
ROUNDS = 7
GOAL = 30.0
"""Maximum microseconds per chunk beyond the SDK's own parsing."""

WORDS = ("The", " kitchen", " light", " is", " on", ",", " 21", " °C", ".", "\n")
PIECES = ("Kit", "chen", ", ", "Bed", "room", " 2", " and ", "the", " hall")


class _MemoryStream(httpx2.AsyncByteStream):
    """A response body that arrives in the given reads."""

    def __init__(self, reads: list[bytes]) -> None:
        """Initialize with the bytes of each read."""
        self._reads = reads

    @override
    async def __aiter__(self) -> AsyncGenerator[bytes]:
        """Yield the reads."""
        for read in self._reads:
            yield read


def run() -> bool:
    """Measure all cases, print the results and return whether the goal is met."""
    tell("Decoding a streamed answer: time per chunk,")
    tell(f"the median of {ROUNDS} rounds and their spread")
    batches = [
        b"".join(batch) for batch in batched(_text(5_000), PER_READ, strict=True)
    ]
    met = True
    with asyncio.Runner() as runner:
        for title, reads, chunks in (
            ("text, a chunk per read", _text(20_000), 20_000),
            ("arguments of a tool call, a chunk per read", _arguments(10_000), 10_000),
            (f"text, {PER_READ} chunks per read", batches, 5_000),
        ):
            met &= _case(runner, title, reads, chunks)
    return met


def _case(runner: asyncio.Runner, title: str, reads: list[bytes], chunks: int) -> bool:
    """Measure and print a case, and return whether it meets the goal."""
    size = sum(map(len, reads)) / chunks
    tell()
    tell(f"{title}: {chunks} chunks of {size:.0f} bytes")
    transport = httpx2.MockTransport(
        lambda _: httpx2.Response(
            200,
            headers={"Content-Type": "text/event-stream"},
            stream=_MemoryStream(reads),
        )
    )
    client = openai.AsyncOpenAI(
        base_url="http://127.0.0.1/v1",
        api_key="none",
        max_retries=0,
        http_client=httpx2.AsyncClient(transport=transport),
    )
    subjects: dict[str, Callable[[], None]] = {
        "ours": lambda: _decode(reads, chunks),
        "reading alone": lambda: runner.run(_read(client)),
        "the SDK": lambda: runner.run(_parse(client, chunks)),
    }
    costs = interleaved(subjects, units=chunks, rounds=ROUNDS)
    runner.run(client.close())
    parsing = costs["the SDK"] - costs["reading alone"]
    beyond = costs["ours"] - parsing
    met = beyond.median < GOAL
    _row("ResponseDecoder", costs["ours"])
    _row("the SDK, with reading", costs["the SDK"])
    _row("reading alone", costs["reading alone"])
    _row("the SDK's parsing", parsing)
    _row(
        "ours beyond the SDK's",
        beyond,
        f"goal < {GOAL:g}: {'met' if met else 'MISSED'}",
    )
    return met


def _row(name: str, cost: Cost, note: str = "") -> None:
    """Print one line of a result."""
    tell(f"  {name:<24}{cost}   {note}".rstrip())


def _decode(reads: list[bytes], chunks: int) -> None:
    """Decode a response as the client does."""
    decoder = ResponseDecoder({"intent__HassLightSet"})
    for read in reads:
        for _ in decoder.feed(read):
            pass
    for _ in decoder.close():
        pass
    if decoder.tokens < chunks - 4:
        raise AssertionError("not all chunks were decoded")


async def _request(
    client: openai.AsyncOpenAI,
) -> openai.AsyncStream[ChatCompletionChunk]:
    """Return the SDK's stream of a response."""
    return await client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "Hello"}], stream=True
    )


async def _read(client: openai.AsyncOpenAI) -> None:
    """Read a response without parsing it."""
    stream = await _request(client)
    async for _ in stream.response.aiter_bytes():
        pass


async def _parse(client: openai.AsyncOpenAI, chunks: int) -> None:
    """Read a response as users of the SDK do."""
    count = 0
    async for _ in await _request(client):
        count += 1
    if count < chunks - 4:
        raise AssertionError("not all chunks were parsed")


def _text(chunks: int) -> list[bytes]:
    """Return the chunks of a text response."""
    words = [WORDS[n % len(WORDS)] for n in range(chunks - 4)]
    return [
        _chunk({"role": "assistant", "content": "", "refusal": None}),
        *(_chunk({"content": word}) for word in words),
        _chunk({}, "stop"),
        usage_chunk(812, chunks, 768),
        DONE,
    ]


def _arguments(chunks: int) -> list[bytes]:
    """Return the chunks of a response with a tool call."""
    function = {"name": "intent__HassLightSet", "arguments": ""}
    head = {"index": 0, "id": "call_4711", "type": "function", "function": function}
    # In a fixed order they would be a runaway, of which the rest is not read.
    names = [PIECES[n**3 % 997 % len(PIECES)] for n in range(chunks - 6)]
    pieces = ['{"name": "', *names, '"}']
    return [
        _chunk({"role": "assistant", "content": None, "tool_calls": [head]}),
        *(
            _chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})
            for piece in pieces
        ),
        _chunk({}, "tool_calls"),
        usage_chunk(812, chunks, 768),
        DONE,
    ]


def _chunk(delta: Body, finish: str | None = None) -> bytes:
    """Return a chunk with all fields that OpenAI sends."""
    return event(
        {
            "id": "chatcmpl-BxQ3kZ0mT9vR2yL7wN5sH8dF1gJ4p",
            "object": "chat.completion.chunk",
            "created": 1789000000,
            "model": "gpt-5.4-mini-2026-03-05",
            "system_fingerprint": "fp_4f2a9c71d0",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }
    )
