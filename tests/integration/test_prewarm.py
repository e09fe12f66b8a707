"""Tests of prewarming the server's prompt cache while the user is speaking."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
import socket
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.openai_compatible_conversation.agent.server_identity import (
    async_is_local,
)
from homeassistant.components import conversation
from homeassistant.core import HomeAssistant
from testbed.replies import Pause, failure, say as reply
from testbed.server import ModelServer

from .conftest import AGENT, Say, speech

type Prepare = Callable[[], Any]


@pytest.fixture
def prepare(hass: HomeAssistant, agent: str) -> Prepare:
    """Return a function that prepares the agent, as pipelines do on speech start."""

    async def _prepare() -> None:
        await conversation.async_prepare_agent(hass, AGENT, "en")

    return _prepare


async def test_prefix(
    hass: HomeAssistant, server: ModelServer, say: Say, prepare: Prepare
) -> None:
    """The prewarm request has the prefix of the next one, and requests one token."""
    await say("My cat is called Amy")
    await prepare()
    await server.wait_for_completions(2)
    await hass.async_block_till_done(wait_background_tasks=True)
    await say("What is my cat called?", device_id="a-device")
    before, prewarm_body, after = server.bodies
    assert prewarm_body["max_tokens"] == 1
    assert prewarm_body["tools"] == after["tools"] == before["tools"]
    prefix = prewarm_body["messages"][:-1]
    assert after["messages"][: len(prefix)] == prefix
    assert len(prefix) == 3
    assert prewarm_body["messages"][-1]["role"] == "user"


async def test_first_turn(
    freezer: FrozenDateTimeFactory,
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    prepare: Prepare,
    set_options: Callable[..., None],
) -> None:
    """A new session starts with the prewarmed system prompt, unless it has expired."""
    set_options(prompt="It is {{ now().isoformat() }}.")
    await prepare()
    await server.wait_for_completions(1)
    await hass.async_block_till_done(wait_background_tasks=True)
    freezer.tick(5)
    await say("Hi")
    prewarm_body, first = (body["messages"][0] for body in server.bodies)
    assert prewarm_body == first
    freezer.tick(61)
    await prepare()
    await server.wait_for_completions(3)
    await hass.async_block_till_done(wait_background_tasks=True)
    freezer.tick(timedelta(hours=1))
    await say("Hi")
    assert server.bodies[-1]["messages"][0] != server.bodies[-2]["messages"][0]


async def test_cancelled_by_request(
    server: ModelServer, say: Say, prepare: Prepare
) -> None:
    """There is at most one prewarm request, cancelled when the real request starts."""
    server.script(reply(Pause(60), "never"))
    await prepare()
    await prepare()
    request = await server.wait_for_completions(1)
    await prepare()
    assert speech(await asyncio.wait_for(say("Hi"), 5)) == "Hello there."
    await asyncio.wait_for(request.aborted.wait(), 5)
    assert len(server.completions) == 2


async def test_errors_are_not_logged(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    prepare: Prepare,
    set_options: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Errors of prewarm requests are not logged as warnings."""
    server.script(failure(402))
    await prepare()
    await hass.async_block_till_done(wait_background_tasks=True)
    set_options(prompt="{{ nothing.at.all }}")
    await prepare()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not [
        r
        for r in caplog.records
        if r.levelname in ("WARNING", "ERROR") and "openai_compatible" in r.name
    ]
    assert len(server.completions) == 1


@pytest.mark.parametrize(
    ("choice", "count"), [("never", 0), ("always", 1), ("auto", 1)]
)
async def test_option(
    hass: HomeAssistant,
    server: ModelServer,
    prepare: Prepare,
    set_options: Callable[..., None],
    choice: str,
    count: int,
) -> None:
    """The option enables or disables prewarming."""
    set_options(prewarm=choice)
    await prepare()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(server.completions) == count


@pytest.mark.parametrize("failure", [socket.gaierror(-2, "?"), UnicodeError("idna")])
async def test_name_resolved_later(
    hass: HomeAssistant,
    components: None,
    server: ModelServer,
    entry: MockConfigEntry,
    failure: Exception,
) -> None:
    """A server whose name could not be resolved is prewarmed the next time."""
    found: list[Any] = socket.getaddrinfo("127.0.0.1", server.port)
    failures = [failure, failure]

    def getaddrinfo(host: str, port: int | None, *_: Any, **__: Any) -> list[Any]:
        """Resolve a name, for a connection at least."""
        if port is None and failures:
            raise failures.pop()
        return found

    data = {**entry.data, "base_url": f"http://server.test:{server.port}/v1"}
    hass.config_entries.async_update_entry(entry, data=data)
    with patch("socket.getaddrinfo", getaddrinfo):
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        await conversation.async_prepare_agent(hass, AGENT, "en")
        await hass.async_block_till_done(wait_background_tasks=True)
        assert not failures
        assert not server.completions
        await conversation.async_prepare_agent(hass, AGENT, "en")
        await server.wait_for_completions(1)
        await hass.async_block_till_done(wait_background_tasks=True)


async def test_token_limit_ignored(
    hass: HomeAssistant, server: ModelServer, prepare: Prepare
) -> None:
    """The request is aborted if the server ignores the token limit."""
    server.script(reply("Well, ", "you ", Pause(60), "know."))
    await prepare()
    request = await server.wait_for_completions(1)
    await asyncio.wait_for(request.aborted.wait(), 5)


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("192.168.1.20", True),
        ("10.0.0.1", True),
        ("[::1]", True),
        ("[fd00::1]", True),
        ("169.254.1.1", True),
        ("8.8.8.8", False),
        ("[2001:4860:4860::8888]", False),
    ],
)
async def test_local(hass: HomeAssistant, address: str, local: bool) -> None:
    """Only loopback and private addresses are local."""
    assert await async_is_local(hass, f"http://{address}:1/v1") is local
