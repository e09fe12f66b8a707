"""Test that a model that cannot stop is stopped, and what is heard and kept of it."""

import asyncio
from collections.abc import Callable
import json
import re
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.openai_compatible_conversation.completions.partial_call import (
    REPETITIVE,
)
from custom_components.openai_compatible_conversation.speech.limits import (
    MAX_REASONING,
    MAX_SPEECH,
    speech_seconds,
)
from homeassistant.components import ai_task, conversation
from homeassistant.components.conversation.chat_log import DATA_CHAT_LOGS
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import llm
from homeassistant.util import dt as dt_util
from testbed.replies import Answer, Body, Call, Pause, chunk, raw, say as reply
from testbed.request_view import words
from testbed.server import ModelServer
from tests.unit.repetition.corpus import INNOCENT

from .conftest import Say, failed, speech
from .spies import SpyAPI, SpyTool

LOOP = "The light in the kitchen has been turned on as you asked. "
REPEATED = "began to repeat itself"
TOO_LONG = "longer than two minutes"
THOUGHT_TOO_LONG = "thought for too long"
STRUCTURE = {"colour": {"required": True, "selector": {"text": {}}}}

type Generate = Callable[..., Any]


def endless(*starts: Body, loop: list[Body]) -> Answer:
    """Return an answer that repeats deltas until the connection is closed."""
    chunks = [chunk(delta) for delta in loop]
    times = 60_000 // len(chunks)
    return raw(*map(chunk, starts), *(chunks * times), Pause(asyncio.Event()))


def saying(text: str, size: int = 7) -> list[Body]:
    """Return a text as deltas."""
    return [
        {"content": text[start : start + size]} for start in range(0, len(text), size)
    ]


def story(sentences: int) -> str:
    """Return a story in which each sentence is another one."""
    who, does, what, where = (
        ["the cat", "a dog", "my aunt", "the baker", "an owl", "his friend", "Lena"],
        ["finds", "loses", "paints", "hides", "wants"],
        ["a red hat", "the key", "some bread", "an old map"],
        ["in the garden", "by the river", "under the stairs"],
    )
    return "".join(
        f"{who[n % 7].capitalize()} {does[n % 5]} {what[n % 4]} {where[n % 3]}, "
        f"and {who[n * 3 % 7]} sees it. "
        for n in range(sentences)
    )


async def stopped(server: ModelServer, request: int = -1) -> None:
    """Wait until the server has seen that a connection was closed."""
    await asyncio.wait_for(server.completions[request].aborted.wait(), 5)


def shown(hass: HomeAssistant, result: conversation.ConversationResult) -> list[str]:
    """Return what the model was heard or seen to say in a conversation."""
    if not result.conversation_id:
        # The turn failed before anything was said.
        return []
    return [
        content.content
        for content in hass.data[DATA_CHAT_LOGS][result.conversation_id].content
        if isinstance(content, conversation.AssistantContent) and content.content
    ]


async def kept(server: ModelServer, say: Say) -> list[str]:
    """Return the messages after the system prompt in the next turn's request."""
    server.script(reply("Yes."))
    assert speech(await say("Are you there?")) == "Yes."
    messages = server.bodies[-1]["messages"][1:]
    assert not any("reasoning_content" in message for message in messages)
    return [words(message["content"]) for message in messages if message["content"]]


@pytest.fixture
def step(offer: Callable[..., None]) -> SpyTool:
    """Offer a tool."""
    tool = SpyTool("step")
    offer(tool)
    return tool


@pytest.mark.parametrize("device", [None, "a-device"])
async def test_text(
    hass: HomeAssistant, server: ModelServer, say: Say, device: str | None
) -> None:
    """A text that repeats itself ends with a sentence, and is told as what it is."""
    server.script(endless(*saying("Of course! "), loop=saying(LOOP)))
    result = await say("Light on", device_id=device)
    assert failed(result)
    assert REPEATED in speech(result)
    assert not result.continue_conversation
    await stopped(server)
    first, *rest = shown(hass, result)
    assert re.fullmatch(rf"Of course! (?:{LOOP})+", f"{first} ")
    assert len(first) < 1000
    # The result is not spoken by a device that has begun to speak.
    assert rest == ([speech(result)] if device else [])
    assert await kept(server, say) == [
        "Light on",
        f"Of course! {LOOP}".strip(),
        "Are you there?",
    ]


async def test_whole_text(
    hass: HomeAssistant, server: ModelServer, say: Say, set_options: Callable[..., None]
) -> None:
    """Of a response that is not streamed, the repetitions are not heard at all."""
    set_options(enable_streaming=False)
    server.script(reply("Of course! ", LOOP * 50))
    result = await say("Light on", device_id="a-device")
    assert failed(result)
    assert REPEATED in speech(result)
    said = f"Of course! {LOOP}".strip()
    assert shown(hass, result) == [said, speech(result)]
    assert await kept(server, say) == ["Light on", said, "Are you there?"]


@pytest.mark.parametrize("streaming", [True, False])
@pytest.mark.parametrize("loop", ["ha", "I am, and "])
async def test_nothing_sensible(
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
    streaming: bool,
    loop: str,
) -> None:
    """Nothing is kept of a text that has no sentence."""
    set_options(enable_streaming=streaming)
    server.script(
        endless(loop=saying(loop)) if streaming else reply(loop * 5000),
    )
    assert REPEATED in speech(await say("Laugh"))
    assert await kept(server, say) == ["Laugh", "Are you there?"]


async def test_markup(
    hass: HomeAssistant, server: ModelServer, say: Say, set_options: Callable[..., None]
) -> None:
    """What is kept is right where the text differs from what is spoken."""
    set_options(clean_speech="always")
    start = "<think>They want light.</think>\n**Of course!** 👍 "
    loop = "The [light](x) in the **kitchen** is *on*, as you asked. "
    server.script(endless(*saying(start), loop=saying(loop)))
    result = await say("Light on")
    assert REPEATED in speech(result)
    await stopped(server)
    spoken = "The light in the kitchen is on, as you asked."
    assert shown(hass, result)[0].startswith(f"Of course! {spoken} {spoken}")
    assert await kept(server, say) == [
        "Light on",
        f"Of course! {spoken}",
        "Are you there?",
    ]


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "content"])
async def test_reasoning(
    hass: HomeAssistant, server: ModelServer, say: Say, field: str
) -> None:
    """Reasoning that repeats itself ends the turn, without another request."""
    tag = "<think>" if field == "content" else ""
    server.script(
        endless({field: f"{tag}Hm. "}, loop=[{field: "So what? "}, {field: "I see. "}])
    )
    result = await say("Light on")
    assert failed(result)
    assert REPEATED in speech(result)
    assert not shown(hass, result)
    await stopped(server)
    assert len(server.bodies) == 1
    assert await kept(server, say) == ["Light on", "Are you there?"]


async def test_whole_reasoning(
    server: ModelServer, say: Say, set_options: Callable[..., None]
) -> None:
    """Reasoning of a complete response matters only if there is nothing else."""
    set_options(enable_streaming=False)
    loop = "So what? I see. " * 100
    server.script(reply("It is on.", reasoning=loop), reply(reasoning=loop))
    assert speech(await say("Light on")) == "It is on."
    assert REPEATED in speech(await say("Light on"))
    assert len(server.bodies) == 2


@pytest.mark.parametrize("field", ["reasoning_content", "content"])
@pytest.mark.parametrize("limit", [None, "max_tokens", "max_completion_tokens"])
async def test_long_reasoning(
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
    field: str,
    limit: str | None,
) -> None:
    """Reasoning is limited, unless the user limits the length of the response."""
    if limit == "max_tokens":
        set_options(recommended=False, max_tokens=20_000)
    elif limit:
        set_options(extra_body={limit: 20_000})
    thoughts = story(MAX_REASONING // 40)
    opened, closed = ("<think>", "</think>") if field == "content" else ("", "")
    pieces = [
        f"{opened}{thoughts}"[start : start + 50]
        for start in range(0, len(thoughts) + len(opened), 50)
    ]
    server.script(
        raw(
            *(chunk({field: piece}) for piece in pieces),
            chunk({"content": f"{closed}It is on."}, "stop"),
            *([] if limit else [Pause(asyncio.Event())]),
        )
    )
    result = await say("Light on")
    if limit:
        assert speech(result) == "It is on."
        return
    assert THOUGHT_TOO_LONG in speech(result)
    await stopped(server)
    assert len(server.bodies) == 1
    assert await kept(server, say) == ["Light on", "Are you there?"]


@pytest.mark.parametrize("device", [None, "a-device"])
@pytest.mark.parametrize("streaming", [True, False])
@pytest.mark.parametrize("limit", [None, "max_tokens"])
async def test_two_minutes(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
    device: str | None,
    streaming: bool,
    limit: str | None,
) -> None:
    """What is only spoken ends after two minutes, unless its length is limited."""
    set_options(enable_streaming=streaming)
    if limit:
        set_options(recommended=False, max_tokens=20_000)
    text = story(200).strip()
    server.script(
        raw(*map(chunk, saying(text)), *([Pause(asyncio.Event())] if device else []))
        if streaming and not limit
        else reply(text)
    )
    result = await say("Tell me a story", device_id=device)
    if not device or limit:
        assert shown(hass, result) == [text]
        assert not failed(result)
        return
    assert TOO_LONG in speech(result)
    if streaming:
        await stopped(server)
    heard, last = shown(hass, result)
    assert last == speech(result)
    assert text.startswith(heard)
    assert heard.endswith(".")
    assert MAX_SPEECH - 10 < speech_seconds(heard) < MAX_SPEECH + 10
    # All that was heard is true, and the model can go on from there.
    assert await kept(server, say) == ["Tell me a story", heard, "Are you there?"]


@pytest.mark.parametrize("streaming", [True, False])
async def test_arguments(
    server: ModelServer,
    say: Say,
    step: SpyTool,
    set_options: Callable[..., None],
    streaming: bool,
) -> None:
    """A call whose arguments repeat themselves fails, and the model is told so."""
    set_options(enable_streaming=streaming)
    call = Call("step", '{"names": [' + '"Lamp", ' * 400)
    more = {"tool_calls": [{"index": 0, "function": {"arguments": '"Lamp", '}}]}
    server.script(
        endless({"tool_calls": [call.as_dict(0)]}, loop=[more])
        if streaming
        else reply(calls=[call]),
        reply("I could not do it."),
    )
    assert speech(await say("Take a step")) == "I could not do it."
    if streaming:
        await stopped(server, 0)
    assert not step.calls
    called, outcome = server.bodies[1]["messages"][-2:]
    assert called["tool_calls"][0]["function"]["arguments"] == "{}"
    assert json.loads(outcome["content"])["error_text"] == REPETITIVE


async def test_other_calls_beside_it(
    server: ModelServer, say: Say, step: SpyTool
) -> None:
    """The calls before it are run."""
    good = Call("step", {"n": 1}).as_dict(0)
    start = Call("step", '{"text": "').as_dict(1)
    more = {"tool_calls": [{"index": 1, "function": {"arguments": "and then "}}]}
    server.script(
        endless({"tool_calls": [good]}, {"tool_calls": [start]}, loop=[more]),
        reply("One step."),
    )
    assert speech(await say("Take two steps")) == "One step."
    await stopped(server, 0)
    assert step.calls == [{"n": 1}]


async def test_arguments_every_time(
    server: ModelServer, say: Say, step: SpyTool
) -> None:
    """A model that does so every time does not get ten rounds."""
    start = {"tool_calls": [Call("step", '{"text": "').as_dict(0)]}
    more = {"tool_calls": [{"index": 0, "function": {"arguments": "and then "}}]}
    server.script(*(endless(start, loop=[more]) for _ in range(10)))
    assert failed(await say("Take a step"))
    assert len(server.bodies) <= 4
    assert not step.calls


@pytest.mark.parametrize(
    "start",
    [
        '<tool_call>{"name": "step", "arguments": {"text": "',
        '```json\n{"name": "step", "arguments": {"text": "',
        '{"name": "step", "arguments": {"text": "',
        'step(text="',
    ],
)
@pytest.mark.parametrize("before", ["", "Let me see.\n"])
@pytest.mark.parametrize("streaming", [True, False])
async def test_written_call(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    step: SpyTool,
    set_options: Callable[..., None],
    start: str,
    before: str,
    streaming: bool,
) -> None:
    """A call in the text that repeats itself is neither run nor spoken."""
    set_options(enable_streaming=streaming)
    text = f"{before}{start}"
    server.script(
        endless(*saying(text), loop=saying("and then "))
        if streaming
        else reply(text, "and then " * 400)
    )
    result = await say("Take a step")
    assert REPEATED in speech(result)
    assert failed(result)
    if streaming:
        await stopped(server)
    assert not step.calls
    assert len(server.bodies) == 1
    said = [before.strip()] if before else []
    assert [text.strip() for text in shown(hass, result)] == said
    assert await kept(server, say) == ["Take a step", *said, "Are you there?"]


@pytest.mark.parametrize("before", ["", "Let me see.\n"])
@pytest.mark.parametrize("streaming", [True, False])
async def test_same_call_again_and_again(
    server: ModelServer,
    say: Say,
    step: SpyTool,
    set_options: Callable[..., None],
    before: str,
    streaming: bool,
) -> None:
    """A call that is written without end is run once, and what it did is told."""
    set_options(enable_streaming=streaming)
    call = '<tool_call>{"name": "step", "arguments": {"item": "Milk"}}</tool_call>\n'
    server.script(
        endless(*saying(before), loop=saying(call, 40))
        if streaming
        else reply(before, call * 200)
    )
    result = await say("Add milk")
    assert failed(result) == bool(before)
    assert (REPEATED if before else "Done.") in speech(result)
    if streaming:
        await stopped(server)
    assert step.calls == [{"item": "Milk"}]
    assert len(server.bodies) == 1
    server.script(reply("Yes."))
    await say("Are you there?")
    *_, called, outcome, _ = server.bodies[-1]["messages"]
    assert len(called["tool_calls"]) == 1
    assert called["content"] == (before.strip() or None)
    assert json.loads(outcome["content"]) == {"ok": True}


async def test_failed_before(
    server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """Where nothing worked before the model lost itself, that is told."""
    call = '{"name": "intent__HassTurnOn", "arguments": {"name": "Attic lamp"}}\n'
    server.script(reply(call), endless(loop=saying(call, 40)))
    result = await say("Turn on the attic lamp")
    assert failed(result)
    assert "Attic lamp" in speech(result)
    assert REPEATED not in speech(result)


@pytest.fixture
def generate(hass: HomeAssistant, agent: str) -> Generate:
    """Return a function that calls the `generate_data` action, and returns the data."""

    async def _generate(**fields: Any) -> Any:
        data = {
            "task_name": "Cat",
            "entity_id": "ai_task.scripted_ai_task",
            "instructions": "Which colour?",
            **fields,
        }
        response = await hass.services.async_call(
            "ai_task", "generate_data", data, blocking=True, return_response=True
        )
        assert response
        return response["data"]

    return _generate


@pytest.mark.parametrize("fields", [{}, {"structure": STRUCTURE}], ids=["text", "data"])
@pytest.mark.parametrize(
    "loop",
    [
        {"content": LOOP},
        {"content": '{"colour": "grey"}\n'},
        {"reasoning_content": LOOP},
    ],
)
@pytest.mark.parametrize("streaming", [True, False])
async def test_task(
    server: ModelServer,
    generate: Generate,
    set_options: Callable[..., None],
    fields: dict[str, Any],
    loop: Body,
    streaming: bool,
) -> None:
    """A task fails clearly instead of returning what was cut."""
    set_options(enable_streaming=streaming)
    text = loop.get("content", "")
    server.script(
        endless(loop=[loop])
        if streaming
        else reply(text * 300, reasoning=loop.get("reasoning_content", "") * 300)
    )
    with pytest.raises(HomeAssistantError, match=REPEATED):
        await generate(**fields)
    if streaming:
        await stopped(server)
    assert len(server.bodies) == 1


async def test_task_with_tools(
    hass: HomeAssistant, server: ModelServer, agent: str
) -> None:
    """In a task, too, a call whose arguments repeat themselves fails."""
    tool = SpyTool("step")
    llm.async_register_api(hass, api := SpyAPI(hass, "spy", tool))
    start = {"tool_calls": [Call("step", '{"text": "').as_dict(0)]}
    more = {"tool_calls": [{"index": 0, "function": {"arguments": "and then "}}]}
    server.script(endless(start, loop=[more]), reply("Grey."))
    result = await ai_task.async_generate_data(
        hass,
        task_name="Cat",
        entity_id="ai_task.scripted_ai_task",
        instructions="Which colour?",
        llm_api=api,
    )
    assert result.data == "Grey."
    await stopped(server, 0)
    assert not tool.calls


@pytest.mark.parametrize("streaming", [True, False])
async def test_extraction(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    entry: MockConfigEntry,
    set_options: Callable[..., None],
    freezer: FrozenDateTimeFactory,
    streaming: bool,
) -> None:
    """Of facts that are extracted again and again, each is kept once."""
    set_options(enable_fact_learning=True, enable_streaming=streaming)
    await say("Well, my cat is called Amy, and she sleeps on the sofa.")
    fact = {"category": "family_members", "key": "cat", "value": "Amy"}
    text = json.dumps({"quote": "my cat is called Amy", **fact})
    server.script(
        endless({"content": '{"facts": ['}, loop=saying(f"{text}, ", 20))
        if streaming
        else reply('{"facts": [', f"{text}, " * 100)
    )
    freezer.tick(61)
    async_fire_time_changed(hass, dt_util.utcnow())
    await hass.async_block_till_done(wait_background_tasks=True)
    if streaming:
        await stopped(server)
    facts = entry.runtime_data.fact_store.facts
    assert [(f.category, f.key, f.value) for f in facts] == [tuple(fact.values())]


@pytest.mark.parametrize("name", INNOCENT)
async def test_innocent(
    hass: HomeAssistant, server: ModelServer, say: Say, name: str
) -> None:
    """Lists, poems, tables, code and counting are what the user asked for."""
    text = INNOCENT[name].strip()
    server.script(raw(*map(chunk, saying(text, 5)), chunk({}, "stop")))
    result = await say("Say it")
    assert not failed(result)
    assert shown(hass, result) == [text]
    assert await kept(server, say) == ["Say it", text, "Are you there?"]


async def test_acted_before(
    server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """What the model did before it lost itself is kept."""
    server.script(
        reply(calls=[Call("intent__HassTurnOn", {"name": "Lamp"})]),
        endless(loop=saying(LOOP)),
    )
    result = await say("Light on")
    assert REPEATED in speech(result)
    await stopped(server)
    assert len(light) == 1
    server.script(reply("Yes."))
    await say("Are you there?")
    roles = [message["role"] for message in server.bodies[-1]["messages"]]
    assert roles == ["system", "user", "assistant", "tool", "assistant", "user"]
    assert server.bodies[-1]["messages"][4]["content"] == LOOP.strip()
