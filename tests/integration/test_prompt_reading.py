"""Tests of prompts that a local server reads in steps, so that it can be stopped."""

import asyncio
from collections.abc import Callable, Iterator
import json
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.openai_compatible_conversation.const import DOMAIN
from homeassistant.core import HomeAssistant
from testbed.replies import Body, Pause, Reply, failure, say as reply
from testbed.server import ModelServer

from .conftest import Say, speech

PROPS = {"total_slots": 1, "default_generation_settings": {"n_ctx": 16384}}

LONG = "my cat is called Amy, and " + "she likes to sleep on the sofa " * 120


NOTHING = '{"facts": []}'


def nothing(body: Body, usage: tuple[int, int, int] = (10, 5, 0)) -> Reply:
    """Return an answer without facts."""
    answer = reply(NOTHING, usage=usage)
    return answer if isinstance(answer, Reply) else answer(body)


def without_usage(answer: Reply) -> Reply:
    """Return an answer of a server that does not count tokens."""
    steps = [step for step in answer.steps if "usage" not in str(step)]
    return Reply(steps)


class Cache:
    """A model that finds in its cache what it has read, if it reuses that."""

    def __init__(self, *, is_reused: bool = True) -> None:
        """Initialize with nothing read."""
        self._is_reused = is_reused
        self._read = 0

    def answer(self, body: Body) -> Reply:
        """Return an answer with the tokens of the prompt, each of them four letters."""
        prompt = len(json.dumps(body["messages"])) // 4
        cached = self._read if self._is_reused else 0
        self._read = prompt
        return nothing(body, usage=(prompt, 1, cached))


@pytest.fixture
def learning(set_options: Callable[..., None]) -> None:
    """Enable fact learning."""
    set_options(enable_fact_learning=True, recall_facts=False)


async def _extract(
    hass: HomeAssistant,
    server: ModelServer,
    entry: MockConfigEntry,
    say: Say,
    answers: Callable[[Body], Reply],
) -> list[Body]:
    """Have facts extracted from a long transcript, and return the requests for that."""
    await say(LONG)
    await hass.async_block_till_done(wait_background_tasks=True)
    server.forget()
    server.script(*[answers] * 40)
    await hass.services.async_call(
        DOMAIN,
        "end_session",
        {"config_entry_id": entry.entry_id},
        blocking=True,
        return_response=True,
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    return server.bodies


@pytest.fixture
async def llama_cpp(
    hass: HomeAssistant,
    server: ModelServer,
    entry: MockConfigEntry,
    learning: None,
    agent: str,
) -> None:
    """Let the server be known as llama.cpp."""
    server.pages["/props"] = Reply([json.dumps(PROPS).encode()])
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.runtime_data.server.facts.kind == "llama.cpp"


def _texts(bodies: list[Body]) -> Iterator[str]:
    """Yield what the requests have the server read."""
    for body in bodies:
        system, user = body["messages"]
        yield system["content"] + (user["content"] if user["content"] != "-" else "")


async def test_steps(
    hass: HomeAssistant,
    llama_cpp: None,
    server: ModelServer,
    entry: MockConfigEntry,
    say: Say,
) -> None:
    """Each step is one token of an answer, and has read more than the one before it."""
    *steps, whole = await _extract(hass, server, entry, say, Cache().answer)
    assert len(steps) > 3
    assert {step["max_tokens"] for step in steps} == {1}
    assert whole["max_tokens"] > 1
    before = ""
    for read in _texts([*steps, whole]):
        assert read.startswith(before)
        assert len(read) > len(before)
        before = read


@pytest.mark.parametrize("name", ["not reused", "refused", "not counted"])
async def test_steps_are_given_up(
    hass: HomeAssistant,
    llama_cpp: None,
    server: ModelServer,
    entry: MockConfigEntry,
    say: Say,
    name: str,
) -> None:
    """Where steps do not help, the whole is sent soon, and nothing is lost."""
    answers: dict[str, Callable[[Body], Reply]] = {
        "not reused": Cache(is_reused=False).answer,
        "refused": lambda body: (
            failure(500) if body["max_tokens"] == 1 else nothing(body)
        ),
        "not counted": lambda body: without_usage(nothing(body)),
    }
    *steps, whole = await _extract(hass, server, entry, say, answers[name])
    assert whole["max_tokens"] > 1
    assert "Amy" in str(whole["messages"])
    assert len(steps) <= 6
    assert not entry.runtime_data.fact_store.pending


async def test_other_servers_read_at_once(
    hass: HomeAssistant,
    learning: None,
    server: ModelServer,
    entry: MockConfigEntry,
    say: Say,
) -> None:
    """A server of another kind gets one request."""
    (whole,) = await _extract(hass, server, entry, say, Cache().answer)
    assert whole["max_tokens"] > 1


async def test_turn_in_the_middle(
    hass: HomeAssistant,
    llama_cpp: None,
    server: ModelServer,
    entry: MockConfigEntry,
    say: Say,
) -> None:
    """A turn ends the reading, and the facts are extracted after it."""
    await say(LONG)
    await hass.async_block_till_done(wait_background_tasks=True)
    server.forget()
    server.script(Cache().answer, Reply([Pause(60)]), reply("Green."))
    await hass.services.async_call(
        DOMAIN,
        "end_session",
        {"config_entry_id": entry.entry_id},
        blocking=True,
        return_response=True,
    )
    reading = await server.wait_for_completions(2)
    result: Any = await asyncio.wait_for(say("And my tea?"), 10)
    assert speech(result) == "Green."
    await asyncio.wait_for(reading.aborted.wait(), 10)
    assert entry.runtime_data.fact_store.pending
