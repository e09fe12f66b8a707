"""The client against a real server: time-outs, dropped connections, what is kept open."""

import asyncio
from collections.abc import AsyncGenerator, Callable
import contextlib
import socket
import time
from typing import Any

import httpx
import pytest

from custom_components.openai_compatible_conversation.completions.client import (
    CompletionsClient,
    Timeouts,
)
from custom_components.openai_compatible_conversation.completions.errors import (
    CannotConnectError,
    NotFoundError,
    ServerTimeoutError,
)
from custom_components.openai_compatible_conversation.completions.events import (
    Event,
    Finish,
    Text,
    ToolCall,
    Usage,
)
from testbed.replies import DONE, Abort, Pause, Reply, Step, chunk, raw, say
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
    """Return what makes a client for the server."""
    async with httpx.AsyncClient() as http:

        def _connect(timeouts: Timeouts = SHORT) -> CompletionsClient:
            return CompletionsClient(server.base_url, "k", http, timeouts)

        yield _connect


async def _events(
    client: CompletionsClient, body: dict[str, Any] = BODY
) -> list[Event]:
    """Return all events of an answer."""
    return [event async for event in client.answer(body)]


async def test_answer(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """Text, usage and finish of an answer come in order."""
    server.script(say("Hello", usage=(9, 2, 4)))
    body = {**BODY, "stream_options": {"include_usage": True}}
    events = await _events(connect(), body)
    assert events == [Text("Hello"), Usage(9, 4, 2), Finish("stop")]


@pytest.mark.parametrize(
    "steps",
    [
        [Pause(60)],
        [chunk({"role": "assistant", "content": ""}), Pause(60)],
        [b": ping\n\n", Pause(0.2)] * 100,
        [chunk({"role": "assistant", "content": ""}), Pause(0.2)] * 100,
    ],
    ids=["silent", "role only", "pings", "empty chunks"],
)
async def test_first_token(
    server: ModelServer, connect: Callable[..., CompletionsClient], steps: list[Any]
) -> None:
    """A server that says nothing costs the first time-out and not more, pings or not."""
    server.script(raw(*steps))
    begin = time.monotonic()
    with pytest.raises(ServerTimeoutError):
        await _events(connect())
    assert 0.5 < time.monotonic() - begin < 1.5
    await asyncio.wait_for(server.completions[0].aborted.wait(), 5)


async def test_headers_that_do_not_come(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """Nor does one that takes the request and does not even answer with a status."""
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
    """What was said before a server hangs has arrived; the silence costs its time-out."""
    server.script(raw(HELLO, Pause(60)))
    seen = []
    begin = time.monotonic()
    with pytest.raises(ServerTimeoutError):
        async for event in connect().answer(BODY):
            seen.append(event)  # noqa: PERF401
    assert seen == [Text("Hello")]
    assert 0.25 < time.monotonic() - begin < 1


async def test_slow_but_alive(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """A slow server may take longer than any time-out, as long as it goes on."""
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
    assert events[:6] == [Text("Hello")] * 6
    assert events[6:] == [ToolCall("a", "f", {}), Finish("tool_calls")]


async def test_not_streamed(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """An answer that is not streamed has a time-out as a whole."""
    body = {"model": "scripted", "messages": []}
    assert (await _events(connect(), body))[0] == Text("Hello there.")
    server.script(raw(Pause(60), content_type="application/json"))
    with pytest.raises(ServerTimeoutError):
        await _events(connect(), body)


async def test_no_end(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """A server that has finished and does not end its stream is not waited for."""
    server.script(raw(HELLO, chunk({}, "stop"), Pause(60)))
    begin = time.monotonic()
    assert await _events(connect()) == [Text("Hello"), Finish("stop")]
    assert time.monotonic() - begin < 1


async def test_done_but_open(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """Nor is one that is done and keeps its response open."""
    server.script(raw(HELLO, DONE, Pause(60)))
    begin = time.monotonic()
    assert await _events(connect()) == [Text("Hello"), Finish(None)]
    assert time.monotonic() - begin < 1


async def test_more_after_the_end(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """What follows the end is read, for the sake of the connection, and ignored."""
    server.script(raw(HELLO, DONE, Pause(0.01), HELLO, Pause(0.01), HELLO))
    assert await _events(connect()) == [Text("Hello"), Finish(None)]
    await asyncio.wait_for(server.completions[0].sent.wait(), 5)


async def test_cannot_connect_in_time(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """A machine that does not even accept costs the time-out of connecting."""
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


async def test_connection_is_kept(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """One connection serves the requests of a turn."""
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


async def test_closed_early(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """An answer that nobody wants any more is broken off at the server."""
    server.script(raw(HELLO, Pause(60)))
    async with contextlib.aclosing(connect().answer(BODY)) as events:
        assert await anext(events) == Text("Hello")
    await asyncio.wait_for(server.completions[0].aborted.wait(), 5)


@pytest.mark.parametrize("steps", [[Abort()], [HELLO, Pause(0.05), Abort()]])
async def test_dropped(
    server: ModelServer, connect: Callable[..., CompletionsClient], steps: list[Any]
) -> None:
    """A connection that drops is an error of ours."""
    server.script(*[raw(*steps)] * 5)
    with pytest.raises(CannotConnectError):
        await _events(connect())


async def test_refused(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """A server that is not there is an error of ours."""
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
    """The models are listed by name, once each."""
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
async def test_no_models(
    server: ModelServer, connect: Callable[..., CompletionsClient], reply: Reply
) -> None:
    """What is no list of models means that the address is not that of the API."""
    server.models_reply = reply
    with pytest.raises(NotFoundError):
        await connect().models()


async def test_host(
    server: ModelServer, connect: Callable[..., CompletionsClient]
) -> None:
    """The server is known to people by host and port."""
    assert connect().host == f"127.0.0.1:{server.port}"
