"""Test the client against a real server: timeouts, dropped connections, retries."""

import asyncio
from collections.abc import AsyncGenerator, Callable
import contextlib
from dataclasses import replace
import socket
import time
import tracemalloc
from typing import Any

import httpx
import pytest

from custom_components.openai_compatible_conversation.completions.body_reader import (
    TIMEOUTS,
    Timeouts,
)
from custom_components.openai_compatible_conversation.completions.client import (
    CompletionsClient,
)
from custom_components.openai_compatible_conversation.completions.errors import (
    AnswerTooLargeError,
    CannotConnectError,
    CompletionError,
    ConnectionLostError,
    ModelLoadingError,
    NotFoundError,
    RateLimitedError,
    ServerTimeoutError,
)
from custom_components.openai_compatible_conversation.completions.events import (
    Event,
    Finished,
    TextDelta,
    TokenUsage,
    ToolCall,
)
from custom_components.openai_compatible_conversation.completions.profile_search import (
    MAX_ADAPTATIONS,
)
from testbed.replies import (
    DONE,
    Abort,
    Pause,
    Reply,
    Step,
    chunk,
    event,
    failure,
    raw,
    say,
)
from testbed.server import ModelServer

SHORT = Timeouts(
    connect=0.5,
    models=0.5,
    first_token=0.6,
    between_tokens=0.3,
    whole_answer=0.6,
    after_finish=0.2,
)
BODY = {"model": "scripted", "messages": [], "stream": True}
HELLO = chunk({"content": "Hello"})


@pytest.fixture
async def server() -> AsyncGenerator[ModelServer]:
    """Return a model server that is listening."""
    async with ModelServer() as server:
        yield server


@pytest.fixture
async def connect(
    server: ModelServer,
) -> AsyncGenerator[Callable[..., CompletionsClient]]:
    """Return a factory of clients for the server."""
    async with httpx.AsyncClient() as http:

        def _connect(timeouts: Timeouts = SHORT) -> CompletionsClient:
            return CompletionsClient(server.base_url, "k", http, timeouts)

        yield _connect


async def _events(
    client: CompletionsClient,
    body: dict[str, Any] = BODY,
    patience: float | None = None,
) -> list[Event]:
    """Return all events of a response."""
    return [event async for event in client.stream(body, patience=patience)]


async def test_stream(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """Text, token usage and finish reason are yielded in order."""
    server.script(say("Hello", usage=(9, 2, 4)))
    body = {**BODY, "stream_options": {"include_usage": True}}
    events = await _events(connect(), body)
    assert events == [TextDelta("Hello"), TokenUsage(9, 4, 2), Finished("stop")]


@pytest.mark.parametrize(
    "steps",
    [
        [Pause(60)],
        [chunk({"role": "assistant", "content": ""}), Pause(60)],
        [b": ping\n\n", b": ping\n\n", Pause(60)],
    ],
    ids=["silent", "role only", "silent after pings"],
)
async def test_first_token(
    server: ModelServer, connect: Callable[..., CompletionsClient], steps: list[Any]
) -> None:
    """A server that sends nothing more before the first token runs into a timeout."""
    server.script(raw(*steps))
    begin = time.monotonic()
    with pytest.raises(ServerTimeoutError):
        await _events(connect())
    assert 0.5 < time.monotonic() - begin < 1.5
    await asyncio.wait_for(server.completions[0].aborted.wait(), 5)


PROGRESS = {"total": 4096, "cache": 0, "processed": 512, "time_ms": 9000}


@pytest.mark.parametrize(
    "sign",
    [
        b": ping\n\n",
        b": OPENROUTER PROCESSING\n\n",
        b":\n\n",
        b"\n",
        b"event: ping\ndata: {}\n\n",
        event({"choices": [], "prompt_progress": PROGRESS}),
        chunk({"role": "assistant", "content": None}, prompt_progress=PROGRESS),
        chunk({"content": ""}),
    ],
    ids=[
        "ping",
        "OpenRouter",
        "llama.cpp",
        "line",
        "event",
        "progress",
        "role",
        "empty",
    ],
)
async def test_server_shows_work(
    server: ModelServer, connect: Callable[..., CompletionsClient], sign: bytes
) -> None:
    """Whatever the server sends moves the deadline, before and after the first token."""
    call = {"index": 0, "id": "a", "function": {"name": "f", "arguments": ""}}
    signs: list[Step] = [sign, Pause(0.15)] * 4
    begin = [*signs, HELLO, *signs, chunk({"tool_calls": [call]})]
    arguments = chunk({"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]})
    server.script(raw(*begin, *signs, arguments, chunk({}, "tool_calls"), DONE))
    client = connect(replace(SHORT, first_token=0.4))
    assert await _events(client) == [
        TextDelta("Hello"),
        ToolCall("a", "f", {}, "{}"),
        Finished("tool_calls"),
    ]


@pytest.mark.parametrize("begin", [[], [HELLO]], ids=["before", "after"])
async def test_endless_pings(
    server: ModelServer,
    connect: Callable[..., CompletionsClient],
    begin: list[Step],
) -> None:
    """A server that only shows that it works runs into the timeout of a stream."""
    pings: list[Step] = [b": ping\n\n", Pause(0.05)]
    server.script(raw(*begin, *pings * 100))
    start = time.monotonic()
    with pytest.raises(ServerTimeoutError):
        await _events(connect(replace(SHORT, whole_stream=0.9)))
    assert 0.8 < time.monotonic() - start < 1.8
    await asyncio.wait_for(server.completions[0].aborted.wait(), 5)


async def test_late_first_token(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """An answer has the whole time of a stream, however late it begins."""
    pings: list[Step] = [b": ping\n\n", Pause(0.1)]
    words: list[Step] = [HELLO, Pause(0.1)]
    server.script(raw(*pings * 7, *words * 7, chunk({}, "stop"), DONE))
    events = await _events(connect(replace(SHORT, whole_stream=1)))
    assert events == [*[TextDelta("Hello")] * 7, Finished("stop")]


async def test_patience(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """A request may have its own timeout, also beyond that of a stream."""
    client = connect(replace(SHORT, whole_stream=0.5))
    server.script(*[raw(Pause(1), HELLO, DONE)] * 3)
    with pytest.raises(ServerTimeoutError):
        await _events(client)
    assert (await _events(client, patience=2))[0] == TextDelta("Hello")
    begin = time.monotonic()
    with pytest.raises(ServerTimeoutError):
        await _events(client, patience=0.2)
    assert time.monotonic() - begin < 0.5


async def test_patience_between_tokens(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """Where the first token may take long, so may the next one."""
    server.script(*[raw(HELLO, Pause(0.7), HELLO, DONE)] * 2)
    assert len(await _events(connect(), patience=2)) == 3
    with pytest.raises(ServerTimeoutError):
        await _events(connect())


async def test_patience_while_loading(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """A model may load for as long as the first token may take."""
    loading = failure(503, {"error": {"message": "Loading model", "code": 503}})
    server.script(loading, loading)
    with pytest.raises(ModelLoadingError):
        await _events(connect())
    assert (await _events(connect(), patience=3))[0] == TextDelta("Hello")


@pytest.mark.parametrize(
    ("address", "seconds"),
    [("http://192.168.1.20:8080/v1", 180), ("https://openrouter.ai/api/v1", 60)],
)
async def test_patience_by_address(address: str, seconds: float) -> None:
    """A server in the house has more time to the first token."""
    async with httpx.AsyncClient() as http:
        client = CompletionsClient(address, None, http)
    assert client.timeouts == replace(TIMEOUTS, first_token=seconds)


async def test_no_response_headers(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """A server that accepts the request but sends no headers runs into a timeout."""
    hang = asyncio.Event()

    async def handle(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.read(1)
        await hang.wait()
        writer.close()

    listener = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    async with httpx.AsyncClient() as http:
        client = CompletionsClient(f"http://127.0.0.1:{port}/v1", None, http, SHORT)
        for request in (_events(client), client.models()):
            begin = time.monotonic()
            with pytest.raises(ServerTimeoutError):
                await request
            assert time.monotonic() - begin < 1.5
    hang.set()
    listener.close()
    await listener.wait_closed()


async def test_between_tokens(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """Text is yielded before the timeout between tokens ends the response."""
    server.script(raw(HELLO, Pause(60)))
    events = []
    begin = time.monotonic()
    with pytest.raises(ServerTimeoutError):
        async for event in connect().stream(BODY):
            events.append(event)  # noqa: PERF401
    assert events == [TextDelta("Hello")]
    assert 0.25 < time.monotonic() - begin < 1


async def test_slow_stream(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """A slow stream may take longer than the timeouts as long as tokens arrive."""
    call = {"index": 0, "id": "a", "function": {"name": "f", "arguments": ""}}
    piece = chunk({"tool_calls": [{"index": 0, "function": {"arguments": " "}}]})
    steps: list[Step] = []
    for _ in range(6):
        steps += [HELLO, Pause(0.15)]
    steps.append(chunk({"tool_calls": [call]}))
    for _ in range(4):
        steps += [Pause(0.15), piece]
    server.script(raw(*steps, chunk({}, "tool_calls"), DONE))
    events = await _events(connect())
    assert events[:6] == [TextDelta("Hello")] * 6
    assert events[6:] == [ToolCall("a", "f", {}, "{}"), Finished("tool_calls")]


async def test_timeout_not_streamed(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """A response that is not streamed has a total timeout."""
    body = {"model": "scripted", "messages": []}
    assert (await _events(connect(), body))[0] == TextDelta("Hello there.")
    server.script(raw(Pause(60), content_type="application/json"))
    with pytest.raises(ServerTimeoutError):
        await _events(connect(), body)


async def test_patience_not_streamed(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """A response that is not streamed has the time to the first token and some more."""
    body = {"model": "scripted", "messages": []}
    answer = b'{"choices": [{"message": {"content": "Hello"}}]}'
    slow: list[Step] = [Pause(1.2), answer]
    server.script(*[raw(*slow, content_type="application/json")] * 2)
    with pytest.raises(ServerTimeoutError):
        await _events(connect(), body)
    assert (await _events(connect(), body, patience=1))[0] == TextDelta("Hello")
    lines: list[Step] = [b"\n", Pause(0.3)] * 4
    server.script(raw(*lines, answer, content_type="application/json"))
    assert (await _events(connect(), body))[0] == TextDelta("Hello")


async def test_stream_not_ended(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """A stream that does not end after the finish reason is cut off."""
    server.script(raw(HELLO, chunk({}, "stop"), Pause(60)))
    begin = time.monotonic()
    assert await _events(connect()) == [TextDelta("Hello"), Finished("stop")]
    assert time.monotonic() - begin < 1


async def test_pings_after_finish_reason(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """Pings after the finish reason do not extend the deadline."""
    pings: list[Step] = [b": ping\n\n", Pause(0.1)]
    server.script(raw(HELLO, chunk({}, "stop"), *pings * 30))
    begin = time.monotonic()
    assert await _events(connect()) == [TextDelta("Hello"), Finished("stop")]
    assert time.monotonic() - begin < 1


async def test_text_after_finish_reason(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """Text after a premature finish reason is still yielded."""
    words: list[Step] = [HELLO, Pause(0.1)]
    server.script(raw(chunk({"content": "So"}, "stop"), *words * 4, DONE))
    events = await _events(connect())
    assert events == [TextDelta("So"), *[TextDelta("Hello")] * 4, Finished("stop")]


async def test_open_after_end_marker(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """A response that stays open after the end marker is not waited for."""
    server.script(raw(HELLO, DONE, Pause(60)))
    begin = time.monotonic()
    assert await _events(connect()) == [TextDelta("Hello"), Finished(None)]
    assert time.monotonic() - begin < 1


async def test_data_after_end_marker(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """Data after the end marker is drained, to reuse the connection, and ignored."""
    server.script(raw(HELLO, DONE, Pause(0.01), HELLO, Pause(0.01), HELLO))
    assert await _events(connect()) == [TextDelta("Hello"), Finished(None)]
    await asyncio.wait_for(server.completions[0].sent.wait(), 5)


async def test_connect_timeout(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """A host that does not accept connections runs into the connect timeout."""
    with socket.socket() as full, contextlib.ExitStack() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        for _ in range(8):
            caller = waiting.enter_context(socket.socket())
            caller.settimeout(0)
            caller.connect_ex(("127.0.0.1", port))
        async with httpx.AsyncClient() as http:
            client = CompletionsClient(f"http://127.0.0.1:{port}/v1", None, http, SHORT)
            begin = time.monotonic()
            with pytest.raises(CannotConnectError):
                await _events(client)
            assert 0.4 < time.monotonic() - begin < 1.5


async def test_connection_reused(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """Consecutive requests reuse one connection."""
    peers = set()
    handle = server._handle  # noqa: SLF001

    async def note(request: Any) -> Any:
        peers.add(request.transport.get_extra_info("peername"))
        return await handle(request)

    await server.stop()
    server._handle = note  # type: ignore[method-assign]  # noqa: SLF001
    await server.start(server.port)
    client = connect()
    for _ in range(3):
        await _events(client)
    assert len(peers) == 1


@pytest.mark.parametrize(
    "refusal",
    [
        failure(400, {"error": {"message": "stream_options is not supported"}}),
        raw(event({"error": {"message": "stream_options", "code": 400}})),
    ],
    ids=["status", "in the stream"],
)
async def test_rejected_parameter(
    server: ModelServer, connect: Callable[..., CompletionsClient], refusal: Reply
) -> None:
    """A rejected parameter is omitted, and that is remembered for the model."""
    changes = []
    client = connect()
    client.learned.on_changed = lambda: changes.append(client.learned.to_json())
    body = {**BODY, "stream_options": {"include_usage": True}}
    server.script(refusal)
    assert (await _events(client, body))[0] == TextDelta("Hello")
    await _events(client, body)
    await _events(client, {**body, "model": "another"})
    assert ["stream_options" in body for body in server.bodies] == [
        True,
        False,
        False,
        True,
    ]
    (change,) = changes
    (lesson,) = change["lessons"]["scripted"]
    assert (lesson["field"], lesson["value"]) == ("omitted", "stream_options")


async def test_rejected_response_format(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """A rejected response format is remembered, and others are still sent."""
    client = connect()
    bad = {**BODY, "response_format": {"type": "json_schema", "json_schema": {}}}
    good = {**BODY, "response_format": {"type": "json_object"}}
    server.script(failure(400, {"error": {"message": "response_format: bad schema"}}))
    for body in (bad, bad, good):
        await _events(client, body)
    sent = [body.get("response_format", {}).get("type") for body in server.bodies]
    assert sent == ["json_schema", None, None, "json_object"]


@pytest.mark.parametrize(
    "garbled",
    [
        failure(400, {"error": {"message": "tool call validation failed: f schema"}}),
        raw(
            event(
                {
                    "error": {
                        "message": "Failed to parse input at pos 1: <function=f>",
                        "code": 500,
                    }
                }
            )
        ),
    ],
    ids=["Groq", "llama.cpp"],
)
async def test_garbled_output(
    server: ModelServer, connect: Callable[..., CompletionsClient], garbled: Reply
) -> None:
    """A request is retried once, unchanged, if the server cannot parse the output."""
    client = connect()
    function = {"name": "f", "parameters": {"type": "object", "properties": {}}}
    body = {**BODY, "tools": [{"type": "function", "function": function}]}
    server.script(garbled)
    assert (await _events(client, body))[0] == TextDelta("Hello")
    assert server.bodies == [body, body]
    assert not client.learned.models
    server.script(garbled, garbled)
    with pytest.raises(CompletionError, match="f"):
        await _events(client, body)
    assert len(server.bodies) == 4


async def test_concurrent_profile_change(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """A profile change survives the success of a request that started before it."""
    client = connect()
    go_on = asyncio.Event()
    server.script(raw(Pause(go_on), HELLO, DONE))
    answer = asyncio.ensure_future(_events(client))
    await server.wait_for_completions(1)
    client.set_starts_in_reasoning("scripted", starts_in_reasoning=True)
    go_on.set()
    assert (await answer)[0] == TextDelta("Hello")
    assert client.starts_in_reasoning("scripted")


async def test_unrelated_rejection(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """A request that is rejected even without a parameter changes no profile."""
    client = connect()
    body = {**BODY, "stream_options": {"include_usage": True}}
    server.script(*[failure(400, {"error": {"message": "no"}})] * 10)
    with pytest.raises(CompletionError, match="no"):
        await _events(client, body)
    sent = ["stream_options" in body for body in server.bodies]
    assert sent == [True, True, False]
    assert not client.learned.models


async def test_adaptations_are_limited(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """A server that rejects each request is asked a limited number of times."""
    names = [f"option_{n}" for n in range(20)]
    server.script(
        *[failure(400, {"error": {"message": f"{name} is unknown"}}) for name in names]
    )
    with pytest.raises(CompletionError):
        await _events(connect(), {**BODY, **dict.fromkeys(names, 1)})
    assert len(server.bodies) == MAX_ADAPTATIONS + 1


async def test_reasoning_field(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """Reasoning is sent back in the field in which the server sent it."""
    client = connect()
    server.script(raw(chunk({"reasoning": "hm"}), HELLO, DONE))
    await _events(client)
    thought = {"role": "assistant", "content": "Hello", "reasoning_content": "hm"}
    await _events(client, {**BODY, "messages": [thought]})
    assert server.bodies[1]["messages"] == [
        {"role": "assistant", "content": "Hello", "reasoning": "hm"}
    ]


@pytest.mark.parametrize(
    "transient",
    [
        failure(429),
        failure(502, "<html>Bad Gateway</html>"),
        failure(503, {"error": {"message": "Loading model", "code": 503}}),
        failure(504),
        raw(event({"error": {"message": "overloaded", "code": "503"}})),
        raw(Abort()),
    ],
)
async def test_transient_error_retried(
    server: ModelServer, connect: Callable[..., CompletionsClient], transient: Reply
) -> None:
    """A transient error before the first event is retried."""
    server.script(transient)
    begin = time.monotonic()
    assert (await _events(connect(Timeouts())))[0] == TextDelta("Hello")
    assert 0.4 < time.monotonic() - begin < 3
    assert len(server.bodies) == 2


async def test_server_restarts(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """A request is retried until a restarting server is up."""
    client = connect(Timeouts())
    await server.stop()
    answer = asyncio.ensure_future(_events(client))
    await asyncio.sleep(0.2)
    await server.start(server.port)
    assert (await answer)[0] == TextDelta("Hello")


async def test_retry_after(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """Retry-After is respected, unless the delay is too long."""
    server.script(failure(429, retry_after="1"))
    begin = time.monotonic()
    assert (await _events(connect(Timeouts())))[0] == TextDelta("Hello")
    assert 0.9 < time.monotonic() - begin < 3
    server.script(failure(429, retry_after="3600"))
    begin = time.monotonic()
    with pytest.raises(RateLimitedError):
        await _events(connect(Timeouts()))
    assert time.monotonic() - begin < 1


@pytest.mark.parametrize(
    "ending",
    [
        [Pause(0.05), Abort()],
        [event({"error": {"message": "overloaded", "code": 503}})],
        [event({"error": {"message": "stream_options is unknown", "code": 400}})],
    ],
)
async def test_no_retry_after_first_event(
    server: ModelServer,
    connect: Callable[..., CompletionsClient],
    ending: list[Step],
) -> None:
    """A request is not resent once an event has been yielded."""
    server.script(raw(HELLO, *ending))
    events = []
    with pytest.raises(CompletionError):
        async for found in connect(Timeouts()).stream(
            {**BODY, "stream_options": {"include_usage": True}}
        ):
            events.append(found)  # noqa: PERF401
    assert events == [TextDelta("Hello")]
    assert len(server.bodies) == 1


async def test_endless_stream(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """An endless stream ends at the total timeout of a stream."""
    steps: list[Step] = []
    for _ in range(100):
        steps += [HELLO, Pause(0.05)]
    server.script(raw(*steps))
    begin = time.monotonic()
    with pytest.raises(ServerTimeoutError):
        await _events(connect(replace(SHORT, whole_stream=0.5)))
    assert 0.4 < time.monotonic() - begin < 1.5


async def test_empty_tool_call_fragments(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """Empty fragments of a tool call do not go on for ever."""
    piece = chunk({"tool_calls": [{"index": 0, "function": {"arguments": ""}}]})
    steps: list[Step] = [chunk({"tool_calls": [{"index": 0, "id": "a"}]})]
    for _ in range(100):
        steps += [piece, Pause(0.05)]
    server.script(raw(*steps))
    begin = time.monotonic()
    with pytest.raises(ServerTimeoutError):
        await _events(connect(replace(SHORT, whole_stream=0.8)))
    assert time.monotonic() - begin < 1.5


async def test_memory_is_bounded(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """A line without end raises an error and does not exhaust memory."""
    flood = b"data: " + b"x" * 65536
    server.script(raw(*[flood] * 1000))
    tracemalloc.start()
    try:
        with pytest.raises(AnswerTooLargeError):
            await _events(connect())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 32 * 1024 * 1024
    await asyncio.wait_for(server.completions[0].aborted.wait(), 5)


async def test_closing_aborts_request(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """Closing the generator aborts the request at the server."""
    server.script(raw(HELLO, Pause(60)))
    async with contextlib.aclosing(connect().stream(BODY)) as events:
        assert await anext(events) == TextDelta("Hello")
    await asyncio.wait_for(server.completions[0].aborted.wait(), 5)


@pytest.mark.parametrize("steps", [[Abort()], [HELLO, Pause(0.05), Abort()]])
async def test_connection_dropped(
    server: ModelServer, connect: Callable[..., CompletionsClient], steps: list[Any]
) -> None:
    """A dropped connection raises a `CompletionError`."""
    server.script(*[raw(*steps)] * 5)
    with pytest.raises(CannotConnectError):
        await _events(connect())


async def test_connection_refused(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """A refused connection raises a `CompletionError`."""
    client = connect()
    await server.stop()
    with pytest.raises(CannotConnectError):
        await _events(client)
    with pytest.raises(CannotConnectError):
        await client.models()


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b'{"data": [{"id": "b"}, {"id": "a"}, {"id": "a"}]}', ["a", "b"]),
        (b'[{"id": "a"}, {"name": "b"}, 7]', ["a"]),
        (b'{"data": []}', []),
    ],
)
async def test_models(
    server: ModelServer,
    connect: Callable[..., CompletionsClient],
    body: bytes,
    names: list[str],
) -> None:
    """Models are listed by name, sorted and without duplicates."""
    server.models_reply = Reply([body], content_type="application/json")
    assert await connect().models() == names


@pytest.mark.parametrize(
    "reply",
    [
        Reply([b"<html>"], content_type="text/html"),
        Reply([b"{}"], content_type="application/json"),
        Reply([b'"models"'], content_type="application/json"),
        Reply([b"not json"], content_type="application/json"),
    ],
)
async def test_not_a_model_list(
    server: ModelServer, connect: Callable[..., CompletionsClient], reply: Reply
) -> None:
    """A response that is not a list of models raises `NotFoundError`."""
    server.models_reply = reply
    with pytest.raises(NotFoundError):
        await connect(TIMEOUTS).models()


async def test_host(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """The host has the port, but no credentials."""
    assert connect().host == f"127.0.0.1:{server.port}"
    async with httpx.AsyncClient() as http:
        address = "http://me:pass@word@[fd00::1]:8080/v1"
        assert CompletionsClient(address, None, http).host == "[fd00::1]:8080"


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (raw(b'{"err', Pause(0.05), Abort(), status=500), ConnectionLostError),
        (raw(b'{"e": "\xc3"}', status=400, content_type="application/json"), None),
        (
            raw(
                b"[" * 200_000 + b"]" * 200_000,
                status=400,
                content_type="application/json",
            ),
            None,
        ),
    ],
    ids=["cut", "not UTF-8", "deep"],
)
async def test_undecodable_error_body(
    server: ModelServer,
    connect: Callable[..., CompletionsClient],
    reply: Reply,
    kind: type[CompletionError] | None,
) -> None:
    """An error response with a broken body raises a `CompletionError`."""
    server.script(*[reply] * 10)
    with pytest.raises(kind or CompletionError):
        await _events(connect())
