"""Fixtures for the tests with real speech: speech servers, a model, and a voice."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from concurrent.futures import ThreadPoolExecutor

import pytest
import pytest_socket

from testbed.assistant import Agent, add_agent
from testbed.demo import Target
from testbed.hass import Hass
from testbed.replies import Answer, Body
from testbed.rules import model
from testbed.server import ModelServer
from testbed.speech_servers import SpeechServers, speech_servers
from testbed.spoken_turn import SpokenVoice, add_spoken_voice
from testbed.voice import device_of
from testbed.websocket import Client
from tests.e2e.conftest import client, hass_process

__all__ = ["client", "hass_process"]

SATELLITE = "light.bed_light"
"""Entity whose device serves as the satellite."""


@pytest.fixture(scope="session")
def speech() -> Generator[SpeechServers]:
    """Return running speech servers, shared by all tests."""
    # The test plugin disables sockets outside of tests.
    pytest_socket.enable_socket()
    with ThreadPoolExecutor(1) as pool, asyncio.Runner() as runner:
        servers = speech_servers()
        yield pool.submit(runner.run, servers.__aenter__()).result()
        pytest_socket.enable_socket()
        pool.submit(runner.run, servers.__aexit__(None, None, None)).result()
        pool.submit(runner.close).result()


class ScriptedModel:
    """The scripted model of the demo, or one that always gives the same answer."""

    def __init__(self) -> None:
        """Initialize the model of the demo."""
        self.answer: Answer | None = None

    def __call__(self, body: Body) -> Answer:
        """Return the answer to a request."""
        return self.answer or model(body)


@pytest.fixture
def scripted() -> ScriptedModel:
    """Return the model of the scripted server."""
    return ScriptedModel()


@pytest.fixture
async def server(
    loopback: None, scripted: ScriptedModel
) -> AsyncGenerator[ModelServer]:
    """Return a server with the scripted model."""
    async with ModelServer(scripted) as server:
        yield server


@pytest.fixture
def target(server: ModelServer) -> Target:
    """Return the server that the environment names, else the scripted one."""
    return Target.from_environment() or Target(server.base_url, scripted=True)


@pytest.fixture
async def agent(client: Client, target: Target) -> Agent:
    """Return an agent that asks the target."""
    return await add_agent(
        client, target.base_url, api_key=target.api_key, model=target.model
    )


@pytest.fixture
async def voice(
    hass_process: Hass, client: Client, speech: SpeechServers, agent: Agent
) -> AsyncGenerator[SpokenVoice]:
    """Return a voice pipeline for the agent."""
    device_id = await device_of(client, SATELLITE)
    async with add_spoken_voice(
        hass_process.url, agent.entity_id, speech, device_id=device_id
    ) as voice:
        yield voice


@pytest.fixture
async def scripted_voice(
    hass_process: Hass, client: Client, speech: SpeechServers, server: ModelServer
) -> AsyncGenerator[SpokenVoice]:
    """Return a voice pipeline for an agent that asks the scripted model."""
    agent = await add_agent(client, server.base_url)
    device_id = await device_of(client, SATELLITE)
    async with add_spoken_voice(
        hass_process.url, agent.entity_id, speech, device_id=device_id
    ) as voice:
        yield voice
