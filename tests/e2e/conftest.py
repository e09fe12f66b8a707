"""Fixtures for tests that drive a real Home Assistant process over its APIs."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import pytest_socket

from testbed.assistant import agent_of, remove_entries
from testbed.ffmpeg import stand_in
from testbed.hass import Hass
from testbed.house import expose, furnish
from testbed.server import ModelServer
from testbed.voice import Voice, add_voice, device_of
from testbed.websocket import Client

from .agent import Agent

# In seconds; the first start of a Home Assistant also compiles its modules.
TIMEOUT = 180

LIGHT = "light.bed_light"
SLOW = "script.wait_for_light"

SLOW_SCRIPT = """
script:
  wait_for_light:
    description: Waits until the bed light is on.
    sequence:
      - wait_template: "{{ is_state('light.bed_light', 'on') }}"
"""
"""A script, exposed as a tool, that runs until a test turns the light on."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Set a timeout that allows for the start of Home Assistant."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(TIMEOUT))


@pytest.fixture(scope="session")
def hass_process(tmp_path_factory: pytest.TempPathFactory) -> Generator[Hass]:
    """Return a Home Assistant with the demo house, shared by all tests."""
    # The test plugin disables sockets outside of tests.
    pytest_socket.enable_socket()
    hass = Hass(extra=SLOW_SCRIPT + stand_in(tmp_path_factory.mktemp("ffmpeg")))
    _run(_start(hass))
    yield hass
    pytest_socket.enable_socket()
    _run(hass.close())


async def _start(hass: Hass) -> None:
    """Start a Home Assistant and set up the demo house."""
    await hass.__aenter__()
    async with hass.client() as client:
        await furnish(client)


def _run(coro: Coroutine[None, None, None]) -> None:
    """Run a coroutine in an event loop of its own, in another thread."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, coro).result()


@pytest.fixture
async def server() -> AsyncGenerator[ModelServer]:
    """Return a scripted model server."""
    async with ModelServer() as server:
        yield server


@pytest.fixture
async def client(hass_process: Hass) -> AsyncGenerator[Client]:
    """Return a logged-in client; config entries are removed after the test."""
    async with hass_process.client() as client:
        yield client
        await remove_entries(client)


@pytest.fixture
async def agent(server: ModelServer, client: Client) -> Agent:
    """Return an agent that uses the scripted server, without recorded requests."""
    agent = await Agent.add(client, server.base_url)
    server.forget()
    return agent


@pytest.fixture
async def voice(
    hass_process: Hass, client: Client, agent: Agent
) -> AsyncGenerator[Voice]:
    """Return a voice pipeline for the agent, used from a device.

    Prewarming is off, because its request would take a reply of the script.
    """
    await agent.disable_prewarm()
    entity_id = await agent_of(client, agent.entry_id)
    device_id = await device_of(client, LIGHT)
    async with add_voice(hass_process.url, entity_id, device_id=device_id) as voice:
        yield voice


@pytest.fixture
async def slow_tool(client: Client) -> AsyncGenerator[str]:
    """Return a tool that runs until the bed light is turned on."""
    await client.call("light.turn_off", LIGHT)
    await expose(client, [SLOW], exposed=True)
    yield "script__wait_for_light"
    await expose(client, [SLOW], exposed=False)
    # Ends the script if a failed test left it running.
    await client.call("light.turn_on", LIGHT)
