"""Tests of the proxy that counts tokens, between a client and a model server."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import pytest
import pytest_socket

from evaluation.meter import Meter
from testbed.replies import Body, say
from testbed.server import ModelServer

BODY: Body = {"model": "any", "messages": [{"role": "user", "content": "Hi"}]}


@pytest.fixture
async def server() -> AsyncGenerator[ModelServer]:
    """Return a server that counts 10 tokens in and 2 out."""
    pytest_socket.enable_socket()
    async with ModelServer(lambda _: say("Hello", usage=(10, 2, 0))) as server:
        yield server


@pytest.fixture
async def meter(server: ModelServer) -> AsyncGenerator[Meter]:
    """Return a meter in front of the server."""
    async with Meter(server.base_url) as meter:
        yield meter


async def post(meter: Meter, **fields: Any) -> str:
    """Return the answer to a streamed request."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{meter.url}/chat/completions",
            json={**BODY, "stream": True, **fields},
            headers={"Authorization": "Bearer right"},
        ) as response,
    ):
        return await response.text()


async def test_counts(meter: Meter) -> None:
    """The tokens of all requests are added, and the answer is forwarded as it is."""
    with meter.counting() as tokens:
        assert "Hello" in await post(meter, stream_options={"include_usage": True})
        await post(meter, stream_options={"include_usage": True})
    assert (tokens.prompt, tokens.completion) == (20, 4)


async def test_headers(server: ModelServer, meter: Meter) -> None:
    with meter.counting():
        await post(meter)
    assert server.completions[0].headers["Authorization"] == "Bearer right"


async def test_asks_for_usage(server: ModelServer, meter: Meter) -> None:
    """A client that does not ask for the usage gets it once another one has got it."""
    with meter.counting():
        await post(meter)
        await post(meter, stream_options={"include_usage": True})
        await post(meter)
    asked = ["stream_options" in body for body in server.bodies]
    assert asked == [False, True, True]


async def test_background_requests_wait(server: ModelServer, meter: Meter) -> None:
    """A request outside of a turn does not reach the server."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await post(meter)
    assert not server.completions


async def test_server_is_gone(server: ModelServer, meter: Meter) -> None:
    await server.stop()
    with meter.counting() as tokens:
        assert "Connect" in await post(meter)
    assert tokens.prompt is None
