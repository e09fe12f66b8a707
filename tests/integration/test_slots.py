"""Tests of who has the server: traces of requests in the order in which they are sent."""

import asyncio
from collections.abc import Awaitable, Callable
import json
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.openai_compatible_conversation.const import DOMAIN
from custom_components.openai_compatible_conversation.options import Options
from homeassistant.components import ai_task, conversation
from homeassistant.core import Context, HomeAssistant
from testbed.replies import Body, Call, Pause, Reply, failure, say as reply
from testbed.server import ModelServer, RecordedRequest

from .conftest import AGENT, MODEL, Say, speech
from .spies import SpyTool

CAT = {
    "quote": "my cat is called Amy",
    "category": "family_members",
    "key": "cat",
    "value": "Amy",
}
FACTS = reply(json.dumps({"facts": [CAT]}))
NEVER = reply(Pause(60), "never")

type Extract = Callable[[], Awaitable[RecordedRequest]]


def kind(body: Body) -> str:
    """Return what a request is for."""
    if body.get("response_format", {}).get("json_schema", {}).get("name") == "facts":
        return "extraction"
    if body.get("max_tokens") == 1:
        return "prewarming"
    last = body["messages"][-1]
    return "task" if last["content"] == "Describe it." else "turn"


def trace(server: ModelServer) -> list[str]:
    """Return the requests in order, and which of them were cancelled."""
    return [
        f"{kind(request.body)}{' cancelled' if request.aborted.is_set() else ''}"
        for request in server.completions
    ]


async def aborted(request: RecordedRequest) -> None:
    """Wait until the connection of a request was closed."""
    await asyncio.wait_for(request.aborted.wait(), 10)


@pytest.fixture
def extract(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
    entry: MockConfigEntry,
) -> Extract:
    """Return a function that begins an extraction, which does not end by itself."""
    set_options(enable_fact_learning=True)

    async def _extract() -> RecordedRequest:
        await say("my cat is called Amy")
        await hass.async_block_till_done(wait_background_tasks=True)
        server.forget()
        server.script(NEVER)
        await end_session(hass, entry)
        return await server.wait_for_completions(1)

    return _extract


@pytest.fixture
async def neighbour(hass: HomeAssistant, agent: str, server: ModelServer) -> str:
    """Set up a second entry for the server, and return its agent."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Neighbour",
        data={"base_url": server.base_url},
        options=Options(chat_model=MODEL, enable_fact_learning=False).stored(),
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    server.forget()
    return "conversation.neighbour"


async def reload(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set the entry up again, and let it find out what the server is."""
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def end_session(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """End the session of an entry."""
    await hass.services.async_call(
        DOMAIN,
        "end_session",
        {"config_entry_id": entry.entry_id},
        blocking=True,
        return_response=True,
    )


async def ask(hass: HomeAssistant, agent: str) -> str:
    """Return the answer of an agent."""
    context = Context(user_id=(await hass.auth.async_get_users())[0].id)
    result = await conversation.async_converse(
        hass, "And my tea?", None, context, language="en", agent_id=agent
    )
    return speech(result)


async def prepare(hass: HomeAssistant) -> None:
    """Prepare the agent, as a pipeline does after a wake word."""
    await conversation.async_prepare_agent(hass, AGENT, "en")


async def describe(hass: HomeAssistant) -> str:
    """Return the result of a task."""
    result = await ai_task.async_generate_data(
        hass,
        task_name="Test",
        entity_id="ai_task.scripted_ai_task",
        instructions="Describe it.",
    )
    text: str = result.data
    return text


def facts(entry: MockConfigEntry) -> list[str]:
    """Return the values of the facts."""
    return [fact.value for fact in entry.runtime_data.fact_store.facts]


async def test_wake_word_and_turn(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    extract: Extract,
    entry: MockConfigEntry,
) -> None:
    """Extraction makes way for prewarming, that for the turn, and begins again."""
    extraction = await extract()
    assert 0 < extraction.body["max_tokens"] < 10_000
    server.script(NEVER)
    await prepare(hass)
    await aborted(extraction)
    prewarming = await server.wait_for_completions(2)
    server.script(reply("Green."))
    assert speech(await asyncio.wait_for(say("And my tea?"), 10)) == "Green."
    await aborted(prewarming)
    assert trace(server) == ["extraction cancelled", "prewarming cancelled", "turn"]
    (pending,) = entry.runtime_data.fact_store.pending
    assert pending.attempts == 0
    server.script(FACTS, reply('{"facts": []}'))
    await end_session(hass, entry)
    again = await server.wait_for_completions(4)
    assert again.body == extraction.body
    await hass.async_block_till_done(wait_background_tasks=True)
    assert trace(server)[3:] == ["extraction", "extraction"]
    assert facts(entry) == ["Amy"]


async def test_task_and_extraction(
    hass: HomeAssistant, server: ModelServer, extract: Extract, entry: MockConfigEntry
) -> None:
    """Extraction makes way for a task, and begins again when it is quiet."""
    extraction = await extract()
    server.script(reply("A cat."), FACTS)
    assert await asyncio.wait_for(describe(hass), 10) == "A cat."
    await aborted(extraction)
    await asyncio.wait_for(server.wait_for_completions(3), 30)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert trace(server) == ["extraction cancelled", "task", "extraction"]
    assert facts(entry) == ["Amy"]


async def test_turn_and_task(
    hass: HomeAssistant, server: ModelServer, say: Say
) -> None:
    """A task makes way for a turn, even in the middle of its answer, and is sent again."""
    server.script(reply("A dog", Pause(60), "never"), reply("Green."), reply("A cat."))
    task = hass.async_create_task(describe(hass))
    first = await server.wait_for_completions(1)
    assert speech(await asyncio.wait_for(say("And my tea?"), 10)) == "Green."
    assert await asyncio.wait_for(task, 10) == "A cat."
    await aborted(first)
    assert trace(server) == ["task cancelled", "turn", "task"]


async def test_wake_word_in_a_tool_loop(
    hass: HomeAssistant, server: ModelServer, say: Say, offer: Callable[..., None]
) -> None:
    """A wake word in another room does not prewarm into the tool loop of a turn."""

    async def look() -> dict[str, Any]:
        await prepare(hass)
        # It would be sent by now.
        await asyncio.sleep(0.5)
        return {"seen": "a cat"}

    offer(SpyTool("look", look))
    server.script(reply(calls=[Call("look")]), reply("A cat."))
    assert speech(await say("What is there?")) == "A cat."
    await hass.async_block_till_done(wait_background_tasks=True)
    assert trace(server) == ["turn", "turn", "prewarming"]


async def test_task_of_a_tool(
    hass: HomeAssistant, server: ModelServer, say: Say, offer: Callable[..., None]
) -> None:
    """A turn that waits for a task has given it the slot."""

    async def look() -> dict[str, Any]:
        return {"seen": await describe(hass)}

    offer(SpyTool("look", look))
    server.script(reply(calls=[Call("look")]), reply("A cat."), reply("It is a cat."))
    result = await asyncio.wait_for(say("What is there?"), 10)
    assert speech(result) == "It is a cat."
    assert trace(server) == ["turn", "task", "turn"]


async def test_two_entries(
    hass: HomeAssistant, server: ModelServer, neighbour: str, extract: Extract
) -> None:
    """Entries with the same address share the slots: a turn of one interrupts the other."""
    extraction = await extract()
    server.script(reply("Green."))
    assert await asyncio.wait_for(ask(hass, neighbour), 10) == "Green."
    await aborted(extraction)
    # The session of the neighbour would lose its prompt cache.
    await hass.async_block_till_done(wait_background_tasks=True)
    assert trace(server) == ["extraction cancelled", "turn"]


async def test_several_slots(
    hass: HomeAssistant,
    server: ModelServer,
    entry: MockConfigEntry,
    say: Say,
    extract: Extract,
) -> None:
    """A server with a slot to spare goes on with an extraction during a turn."""
    props = {"total_slots": 2, "default_generation_settings": {"n_ctx": 8192}}
    server.pages["/props"] = Reply([json.dumps(props).encode()])
    await reload(hass, entry)
    extraction = await extract()
    assert entry.runtime_data.server.facts.slots == 2
    server.script(reply("Green."))
    assert speech(await asyncio.wait_for(say("And my tea?"), 10)) == "Green."
    assert trace(server) == ["extraction", "turn"]
    assert await hass.config_entries.async_unload(entry.entry_id)
    await aborted(extraction)


async def test_slots_are_measured(
    hass: HomeAssistant, server: ModelServer, say: Say, extract: Extract
) -> None:
    """Answers that arrive at the same time show that there are several slots."""
    words = [part for n in range(12) for part in (f"word{n} ", Pause(0.02))]
    server.script(reply(*words), reply(*words))
    await asyncio.gather(say("One"), say("Two"))
    extraction = await extract()
    server.script(reply("Green."))
    assert speech(await asyncio.wait_for(say("And my tea?"), 10)) == "Green."
    assert not extraction.aborted.is_set()


@pytest.mark.parametrize("choice", ["auto", "always"])
async def test_gateway(
    hass: HomeAssistant,
    server: ModelServer,
    entry: MockConfigEntry,
    say: Say,
    extract: Extract,
    set_options: Callable[..., None],
    choice: str,
) -> None:
    """A gateway to a cloud is not prewarmed by itself, and nothing waits for it."""
    models = {"data": [{"id": MODEL, "owned_by": "openai"}]}
    server.models_reply = Reply(
        [json.dumps(models).encode()], headers={"x-litellm-version": "1.80.0"}
    )
    set_options(prewarm=choice)
    await reload(hass, entry)
    extraction = await extract()
    await prepare(hass)
    if choice == "always":
        await server.wait_for_completions(2)
    assert speech(await asyncio.wait_for(say("And my tea?"), 10)) == "Hello there."
    sent = ["prewarming"] if choice == "always" else []
    assert trace(server) == ["extraction", *sent, "turn"]
    assert not extraction.aborted.is_set()


async def test_fallback(
    hass: HomeAssistant,
    server: ModelServer,
    extract: Extract,
    neighbour: str,
    entry: MockConfigEntry,
) -> None:
    """A turn that goes to the fallback has the slot there."""
    async with ModelServer() as other:
        (first,) = (
            e
            for e in hass.config_entries.async_entries(DOMAIN)
            if e.title == "Neighbour"
        )
        data = {**first.data, "base_url": other.base_url}
        options = {**first.options, "fallback": entry.entry_id}
        hass.config_entries.async_update_entry(first, data=data, options=options)
        assert await hass.config_entries.async_reload(first.entry_id)
        extraction = await extract()
        other.reject = lambda _: failure(503, Retry_After="60")
        server.script(reply("Green."))
        assert await asyncio.wait_for(ask(hass, neighbour), 30) == "Green."
        await aborted(extraction)
        assert trace(server) == ["extraction cancelled", "turn"]


async def test_reload(
    hass: HomeAssistant, server: ModelServer, extract: Extract, entry: MockConfigEntry
) -> None:
    """A reload cancels an extraction, which begins again."""
    extraction = await extract()
    server.script(FACTS)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await aborted(extraction)
    await server.wait_for_completions(2)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert trace(server) == ["extraction cancelled", "extraction"]
    assert facts(entry) == ["Amy"]


async def test_reload_in_a_turn(
    hass: HomeAssistant, server: ModelServer, say: Say, entry: MockConfigEntry
) -> None:
    """A turn keeps its slot over a reload: a task waits for its end."""
    end = asyncio.Event()
    server.script(reply("Green", Pause(end), "."), reply("A cat."))
    turn = asyncio.ensure_future(say("And my tea?"))
    await server.wait_for_completions(1)
    assert await hass.config_entries.async_reload(entry.entry_id)
    task = hass.async_create_task(describe(hass))
    await asyncio.sleep(0.5)
    assert trace(server) == ["turn"]
    end.set()
    assert speech(await turn) == "Green."
    assert await task == "A cat."
