"""Tests of the proxy that records the timings of completions."""

import aiohttp
import pytest_socket

from bench.proxy import RecordingProxy
from testbed.replies import DONE, chunk, raw, say
from testbed.server import ModelServer

BODY = {"model": "any", "messages": [{"role": "user", "content": "Hi"}]}
TIMINGS = {"cache_n": 7, "prompt_n": 3, "predicted_n": 5}


async def test_timings() -> None:
    """The timings of each completion are recorded, and the answer is as it was."""
    pytest_socket.enable_socket()
    answer = raw(chunk({"content": "Hello"}), chunk({}, "stop", timings=TIMINGS), DONE)
    async with (
        ModelServer() as server,
        RecordingProxy(server.base_url.removesuffix("/v1")) as proxy,
        aiohttp.ClientSession() as session,
    ):
        server.script(answer, say("No timings."))
        async with session.get(f"{proxy.url}/v1/models") as response:
            assert (await response.json())["data"][0]["id"] == "scripted"
        url = f"{proxy.url}/v1/chat/completions"
        async with session.post(url, json=BODY) as response:
            assert await response.read() == b"".join(
                s for s in answer.steps if isinstance(s, bytes)
            )
        async with session.post(url, json=BODY) as response:
            assert "No timings." in await response.text()
    first, second = proxy.completions
    assert first.request == BODY
    assert (first.cached, first.prompt, first.generated) == (7, 10, 5)
    assert first.possible == 14
    assert second.timings is None
