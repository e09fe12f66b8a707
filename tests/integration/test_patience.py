"""Tests of how long a server is waited for: by turns, tasks, extraction, prewarming."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
import json

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.openai_compatible_conversation.const import DOMAIN
from custom_components.openai_compatible_conversation.data import RuntimeData
from homeassistant.components import conversation
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from testbed.replies import Answer, Body, Pause, Reply, Step, say as reply
from testbed.server import ModelServer

from .conftest import AGENT, Say, failed, speech

SHORT = 0.5
"""Seconds to the first token where the options do not say otherwise."""


@pytest.fixture(params=[True, False], ids=["streamed", "whole"])
def streaming(
    request: pytest.FixtureRequest, agent: str, set_options: Callable[..., None]
) -> None:
    """Run a test with and without streaming."""
    set_options(enable_streaming=request.param, prewarm="never")


@pytest.fixture
def runtime(agent: str, entry: MockConfigEntry) -> RuntimeData:
    """Return the runtime data, with short time limits for the server."""
    runtime: RuntimeData = entry.runtime_data
    client = runtime.client
    client.timeouts = replace(
        client.timeouts, first_token=SHORT, between_tokens=SHORT, whole_answer=SHORT
    )
    return runtime


def late(seconds: float, text: str, step: bytes = b"") -> Answer:
    """Return an answer that comes late, with bytes each 0.2 s until then."""

    def answer(body: Body) -> Reply:
        content = reply(text)(body)  # type: ignore[operator]
        waiting: list[Step] = [Pause(0.2), step] * round(seconds / 0.2)
        return replace(content, steps=[*waiting, *content.steps])

    return answer


async def generate(hass: HomeAssistant) -> str:
    """Return the text that an AI task generates."""
    response = await hass.services.async_call(
        "ai_task",
        "generate_data",
        {
            "task_name": "Report",
            "entity_id": "ai_task.scripted_ai_task",
            "instructions": "Describe it.",
        },
        blocking=True,
        return_response=True,
    )
    assert response
    return str(response["data"])


@pytest.mark.usefixtures("runtime", "streaming")
async def test_turn(
    server: ModelServer, say: Say, set_options: Callable[..., None]
) -> None:
    """A turn waits as long as the option says, from the next turn on."""
    server.script(*[late(2, "Here I am.")] * 2)
    result = await say("Hello?")
    assert failed(result)
    assert "did not answer in time" in speech(result)
    assert "Patience" in speech(result)
    set_options(patience=10)
    assert speech(await say("Hello?")) == "Here I am."


@pytest.mark.usefixtures("runtime")
@pytest.mark.parametrize(
    ("streamed", "sign"), [(True, b": OPENROUTER PROCESSING\n\n"), (False, b"\n")]
)
async def test_server_shows_work(
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
    *,
    streamed: bool,
    sign: bytes,
) -> None:
    """A turn waits for a server that shows that it is working."""
    set_options(enable_streaming=streamed)
    server.script(late(2, "Here I am.", sign))
    assert speech(await say("Hello?")) == "Here I am."


@pytest.mark.usefixtures("runtime", "streaming")
async def test_task(
    hass: HomeAssistant, server: ModelServer, set_options: Callable[..., None]
) -> None:
    """An AI task waits longer than a turn, unless the option says how long."""
    server.script(late(2, "A cat."), late(5, "A dog."))
    assert await generate(hass) == "A cat."
    set_options(patience=1)
    with pytest.raises(HomeAssistantError) as raised:
        await generate(hass)
    assert raised.value.translation_key == "timeout"


@pytest.mark.usefixtures("streaming")
async def test_extraction(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    runtime: RuntimeData,
    entry: MockConfigEntry,
    set_options: Callable[..., None],
) -> None:
    """Extraction waits longer than a turn, unless the option says how long."""
    set_options(enable_fact_learning=True)

    async def extract(answer: Answer) -> list[int]:
        """End a session, and return the attempts of what is still pending."""
        await say("My cat is called Amy")
        server.script(answer)
        await hass.services.async_call(
            DOMAIN, "end_session", {"config_entry_id": entry.entry_id}, blocking=True
        )
        await hass.async_block_till_done(wait_background_tasks=True)
        return [transcript.attempts for transcript in runtime.fact_store.pending]

    nothing = json.dumps({"facts": []})
    assert await extract(late(2, nothing)) == []
    set_options(patience=1)
    assert await extract(late(5, nothing)) == [1]


async def test_prewarm(
    hass: HomeAssistant,
    server: ModelServer,
    agent: str,
    set_options: Callable[..., None],
) -> None:
    """A prewarm request has as much time as a turn."""
    set_options(patience=1)
    server.script(reply(Pause(60), "never"))
    await conversation.async_prepare_agent(hass, AGENT, "en")
    request = await server.wait_for_completions(1)
    begin = asyncio.get_running_loop().time()
    await asyncio.wait_for(request.aborted.wait(), 5)
    assert asyncio.get_running_loop().time() - begin > 0.8
