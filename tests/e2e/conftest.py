"""Fixtures for tests that drive a real Home Assistant process over its own APIs."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import pytest_socket

from testbed.assistant import agent_of, remove_entries
from testbed.ffmpeg import stand_in
from testbed.hass import Hass
from testbed.house import furnish
from testbed.server import ModelServer
from testbed.voice import Voice, add_voice, device_of
from testbed.websocket import Client

from .agent import Agent

# A Home Assistant that was never started before first compiles what it loads.
TIMEOUT = 180

SLOW_SCRIPT = """
script:
  wait_for_light:
    description: Waits until the bed light is on.
    sequence:
      - wait_template: "{{ is_state('light.bed_light', 'on') }}"
"""
"""A tool that takes as long as a test wants it to."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give these tests the time that a Home Assistant takes to start."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(TIMEOUT))


@pytest.fixture(scope="session")
def hass_process(tmp_path_factory: pytest.TempPathFactory) -> Generator[Hass]:
    """Return a Home Assistant with the demo house, the same for all tests."""
    # The test plugin refuses sockets until a test that may use them has begun.
    pytest_socket.enable_socket()
    hass = Hass(extra=SLOW_SCRIPT + stand_in(tmp_path_factory.mktemp("ffmpeg")))
    _run(_start(hass))
    yield hass
    pytest_socket.enable_socket()
    _run(hass.close())


async def _start(hass: Hass) -> None:
    """Start a Home Assistant and furnish its house."""
    await hass.__aenter__()
    async with hass.client() as client:
        await furnish(client)


def _run(work: Coroutine[None, None, None]) -> None:
    """Run something in an event loop that no test knows of."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


@pytest.fixture
async def server() -> AsyncGenerator[ModelServer]:
    """Return a scripted model server."""
    async with ModelServer() as server:
        yield server


@pytest.fixture
async def client(hass_process: Hass) -> AsyncGenerator[Client]:
    """Return a client that is logged in; entries that were made with it are removed."""
    async with hass_process.client() as client:
        yield client
        await remove_entries(client)


@pytest.fixture
async def agent(server: ModelServer, client: Client) -> Agent:
    """Return an agent that asks the scripted server, which has heard nothing so far."""
    agent = await Agent.add(client, server.base_url)
    server.forget()
    return agent


@pytest.fixture
async def voice(
    hass_process: Hass, client: Client, agent: Agent
) -> AsyncGenerator[Voice]:
    """Return a voice for the agent, with a device in the house.

    The server is not warmed while it speaks, which would take a reply of the script.
    """
    await agent.not_warmed()
    entity_id = await agent_of(client, agent.entry_id)
    device_id = await device_of(client, "light.bed_light")
    async with add_voice(hass_process.url, entity_id, device_id=device_id) as voice:
        yield voice
