"""Test misbehaving models and servers: errors are reported, the next turn works."""

from collections.abc import Callable
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.openai_compatible_conversation.const import DOMAIN
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import issue_registry as ir, llm
from testbed.replies import (
    DONE,
    Abort,
    Answer,
    Body,
    Call,
    Pause,
    Reply,
    chunk,
    event,
    failure,
    raw,
    say as reply,
)
from testbed.request_view import words
from testbed.server import ModelServer

from .conftest import Say, failed, speech

TURN_ON = Call("intent__HassTurnOn", {"name": "Lamp"})
WORDS = chunk({"content": "The weather is "})


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        ([Pause(0.05), Abort()], "broke off"),
        ([event({"error": {"message": "overloaded", "code": 503}})], "overloaded"),
    ],
)
@pytest.mark.parametrize("device", [None, "a-device"])
async def test_failure_after_text(
    server: ModelServer,
    say: Say,
    ending: list[Any],
    reason: str,
    device: str | None,
) -> None:
    """Text before a failure stays in the history; the failure is also spoken."""
    server.script(raw(WORDS, chunk({"content": "<"}), *ending))
    result = await say("How is the weather?", device_id=device)
    assert failed(result)
    assert reason in speech(result)
    second = await say("Again", conversation_id=result.conversation_id)
    assert speech(second) == "Hello there."
    contents = [words(message["content"]) for message in server.bodies[-1]["messages"]]
    assert contents[1:] == ["How is the weather?", "The weather is <", "Again"]


@pytest.mark.parametrize("device", [None, "a-device"])
async def test_failure_after_tool_call(
    server: ModelServer, say: Say, light: list[ServiceCall], device: str | None
) -> None:
    """Text and tool calls before a failure stay in the history."""
    server.script(reply("Let me see.", calls=[TURN_ON]), failure(500))
    result = await say("Turn on the lamp", device_id=device)
    assert failed(result)
    assert len(light) == 1
    assert "had a problem of its own" in speech(result)
    await say("Again", conversation_id=result.conversation_id)
    roles = [message["role"] for message in server.bodies[-1]["messages"]]
    assert roles == ["system", "user", "assistant", "tool", "user"]


@pytest.mark.parametrize(
    "empty",
    [
        reply(),
        reply("\n "),
        reply(reasoning="Hm."),
        raw(DONE),
        raw(b"<html>", content_type="text/html"),
    ],
    ids=["nothing", "blanks", "reasoning", "done", "a web page"],
)
async def test_empty_response_retried(
    server: ModelServer, say: Say, empty: Answer
) -> None:
    """An empty response is retried once with the same request."""
    server.script(empty, reply("Now."))
    assert speech(await say("Hello")) == "Now."
    first, second = server.bodies
    assert first == second
    server.forget()
    server.script(empty, empty)
    result = await say("Hello")
    assert failed(result)
    assert "sent no answer" in speech(result)
    assert len(server.bodies) == 2


@pytest.mark.parametrize(
    ("finish", "words", "requests"),
    [
        ("length", "reached its length limit", 2),
        ("content_filter", "its content filter refuses it", 1),
        ("whatever", "sent no answer", 2),
    ],
)
async def test_empty_response_reason(
    server: ModelServer, say: Say, finish: str, words: str, requests: int
) -> None:
    """The reason for an empty response is reported if it is known."""
    server.script(*[reply(reasoning="Hm.", finish=finish)] * 2)
    assert words in speech(await say("Hello"))
    assert len(server.bodies) == requests


async def test_truncated_call(
    server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """A call truncated by the length limit is reported to the model, and not run."""
    server.script(
        reply(calls=[Call("intent__HassTurnOn", '{"name": "La')], finish="length"),
        reply("Sorry."),
    )
    assert speech(await say("Turn on the lamp")) == "Sorry."
    assert not light
    outcome = json.loads(server.bodies[1]["messages"][-1]["content"])
    assert "length limit" in outcome["error_text"]


async def test_calls_with_finish_reason_stop(
    server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """Tool calls are run even if the finish reason is `stop`."""
    server.script(reply(calls=[TURN_ON], finish="stop"), reply("On."))
    assert speech(await say("Turn on the lamp")) == "On."
    assert len(light) == 1


async def test_signed_call(
    server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """Google's signature of a call is sent back, which later requests require."""
    signature = {"google": {"thought_signature": "Cr8E"}}
    call = {**TURN_ON.as_dict(0), "extra_content": signature}

    def strict(body: Body) -> Reply:
        message = next(m for m in body["messages"] if m.get("tool_calls"))
        if message["tool_calls"][0].get("extra_content") == signature:
            return raw(chunk({"content": "On."}), DONE)
        words = "Function call is missing a thought_signature in functionCall parts."
        return failure(400, [{"error": {"code": 400, "message": words}}])

    server.script(raw(chunk({"tool_calls": [call]}, "tool_calls"), DONE), strict)
    assert speech(await say("Turn on the lamp")) == "On."
    assert len(light) == 1


@pytest.mark.parametrize("streaming", [True, False])
async def test_signed_reasoning(
    server: ModelServer,
    say: Say,
    light: list[ServiceCall],
    set_options: Callable[..., None],
    *,
    streaming: bool,
) -> None:
    """OpenRouter's reasoning details are sent back, as Google's models require it."""
    set_options(enable_streaming=streaming)
    block = {"type": "reasoning.text", "index": 0, "format": "google-gemini-v1"}
    encrypted = {**block, "type": "reasoning.encrypted", "data": "Cr8E"}
    blocks = [{**block, "text": "The lamp it is."}, encrypted]
    pieces: list[Body] = [
        {
            "reasoning": "The lamp",
            "reasoning_details": [{**block, "text": "The lamp"}],
        },
        {"reasoning": " it is.", "reasoning_details": [{**block, "text": " it is."}]},
        {"content": "", "reasoning_details": [encrypted]},
        {"tool_calls": [TURN_ON.as_dict(0)]},
    ]
    message = {"reasoning_details": blocks, "reasoning": "The lamp it is."} | pieces[-1]
    answer = json.dumps({"choices": [{"index": 0, "message": message}]}).encode()
    calling = (
        raw(*map(chunk, pieces), chunk({}, "tool_calls"), DONE)
        if streaming
        else raw(answer, content_type="application/json")
    )

    def strict(body: Body) -> Reply:
        sent = next(m for m in body["messages"] if m.get("tool_calls"))
        if sent.get("reasoning_details") == blocks and "reasoning" not in sent:
            return raw(chunk({"content": "On."}), DONE)
        words = "Gemini models require OpenRouter reasoning details to be preserved."
        return failure(400, {"error": {"code": 400, "message": words}})

    server.script(calling, strict, reply("Still on."))
    assert speech(await say("Turn on the lamp")) == "On."
    assert len(light) == 1
    assert speech(await say("Is it on?")) == "Still on."
    *_, last = server.bodies
    assert blocks in [m.get("reasoning_details") for m in last["messages"]]


async def test_reasoning_details_rejected(
    server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """Reasoning details are omitted for a server that rejects them."""
    reasoning = [{"type": "reasoning.text", "text": "The lamp."}]
    delta = {"reasoning_details": reasoning, "tool_calls": [TURN_ON.as_dict(0)]}

    def strict(body: Body) -> Reply:
        if any("reasoning_details" in message for message in body["messages"]):
            words = "messages.2: unknown field reasoning_details"
            return failure(400, {"error": {"message": words}})
        return raw(chunk({"content": "On."}), DONE)

    server.script(raw(chunk(delta, "tool_calls"), DONE), strict, strict)
    assert speech(await say("Turn on the lamp")) == "On."
    assert len(light) == 1
    sent = ["reasoning_details" in str(body) for body in server.bodies]
    assert sent == [False, True, False]


async def test_duplicate_call_ids(
    server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """Two calls with the same id get unique ids, and so do their results."""
    twice = [Call("intent__HassTurnOn", {"name": n}, id="x") for n in ("Lamp", "Fan")]
    server.script(reply(calls=twice), reply("So."))
    assert speech(await say("Turn on both")) == "So."
    called, *outcomes = server.bodies[1]["messages"][-3:]
    ids = [call["id"] for call in called["tool_calls"]]
    assert len(set(ids)) == 2
    assert [outcome["tool_call_id"] for outcome in outcomes] == ids


@pytest.mark.parametrize("streaming", [True, False])
async def test_context_too_long(
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
    *,
    streaming: bool,
) -> None:
    """A prompt that exceeds the context window is reported, and the next turn works."""
    set_options(enable_streaming=streaming)
    server.script(
        failure(400, {"error": {"message": "exceeds the available context size"}})
    )
    assert "more than the model" in speech(await say("Hello"))
    assert speech(await say("Hello")) == "Hello there."


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "Die Verbindung zum Server"),
        ("de-CH", "Die Verbindung zum Server"),
        ("xx", "The connection to the server"),
    ],
)
async def test_language(
    server: ModelServer, say: Say, language: str, words: str
) -> None:
    """Errors are reported in the user's language, before and after the first token."""
    server.script(*[raw(Abort())] * 10)
    result = await say("Hallo", language=language)
    assert speech(result).startswith(words)
    assert f"127.0.0.1:{server.port}" in speech(result)
    server.forget()
    server.script(raw(WORDS, Pause(0.05), Abort()))
    assert words in speech(await say("Hallo", language=language))


async def test_model_not_found_issue(
    hass: HomeAssistant, server: ModelServer, say: Say, entry: MockConfigEntry
) -> None:
    """A missing model creates an issue, which is deleted when the model responds."""
    issues = ir.async_get(hass)
    issue_id = f"model_not_found_{entry.entry_id}"
    server.script(failure(404, {"error": {"message": "model 'x' not found"}}))
    await say("Hello")
    issue = issues.async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    assert issue.translation_placeholders == {
        "name": "Scripted",
        "model": "scripted",
        "host": f"127.0.0.1:{server.port}",
    }
    await say("Hello")
    assert issues.async_get_issue(DOMAIN, issue_id) is None
    server.script(failure(404, {"error": {"message": "model 'x' not found"}}))
    await say("Hello")
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert issues.async_get_issue(DOMAIN, issue_id) is None


async def test_profile_persisted(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
) -> None:
    """A profile is restored after a reload, and removed with the config entry."""
    server.script(failure(400, {"error": {"message": "stream_options is unknown"}}))
    assert speech(await say("Hello")) == "Hello there."
    freezer.tick(5)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    key = f"{DOMAIN}.{entry.entry_id}.dialects"
    assert hass_storage[key]["data"]["models"] == {
        "scripted": {"left_out": ["stream_options"]}
    }
    assert await hass.config_entries.async_reload(entry.entry_id)
    server.forget()
    await say("Hello")
    assert "stream_options" not in server.bodies[0]
    # Another server has another profile.
    async with ModelServer() as other:
        data = {**entry.data, "base_url": other.base_url}
        hass.config_entries.async_update_entry(entry, data=data)
        assert await hass.config_entries.async_reload(entry.entry_id)
        await say("Hello")
        assert "stream_options" in other.bodies[0]
        assert await hass.config_entries.async_remove(entry.entry_id)
    assert key not in hass_storage


async def test_pending_profile_saved_on_unload(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
) -> None:
    """A pending change is saved on unload, and removed with the config entry."""
    key = f"{DOMAIN}.{entry.entry_id}.dialects"
    server.script(failure(400, {"error": {"message": "stream_options is unknown"}}))
    await say("Hello")
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert hass_storage[key]["data"]["models"]
    assert await hass.config_entries.async_setup(entry.entry_id)
    server.script(failure(400, {"error": {"message": "x does not support tools"}}))
    await say("Hello")
    assert await hass.config_entries.async_remove(entry.entry_id)
    freezer.tick(5)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert key not in hass_storage


async def test_profile_store_of_newer_version(
    hass: HomeAssistant,
    server: ModelServer,
    components: None,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    """A store written by a newer version does not prevent the setup."""
    key = f"{DOMAIN}.{entry.entry_id}.dialects"
    hass_storage[key] = {"version": 2, "minor_version": 1, "key": key, "data": {}}
    assert await hass.config_entries.async_setup(entry.entry_id)


async def test_option_changed_after_rejection(
    server: ModelServer, say: Say, set_options: Callable[..., None]
) -> None:
    """A rejected value is omitted, and the next value that the user sets is sent."""
    set_options(recommended=False, temperature=1.5)
    server.script(failure(400, {"error": {"message": "temperature: range: 0..1"}}))
    await say("Hello")
    await say("Hello")
    set_options(temperature=0.5)
    await say("Hello")
    assert [body.get("temperature") for body in server.bodies] == [1.5, None, None, 0.5]


async def test_rejected_tool(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    light: list[ServiceCall],
    entry: MockConfigEntry,
) -> None:
    """A rejected tool is omitted until the config entry is reloaded."""
    name = "intent__HassTurnOn"
    words = f"Invalid schema for function '{name}': no"
    server.script(failure(400, {"error": {"message": words}}))
    await say("Hello")
    await say("Hello")
    assert await hass.config_entries.async_reload(entry.entry_id)
    await say("Hello")
    offered = [
        name in (tool["function"]["name"] for tool in body["tools"])
        for body in server.bodies
    ]
    assert offered == [True, False, False, True]


async def test_tools_not_supported(
    server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """Tools are omitted for a server that does not support them."""
    server.script(failure(400, {"error": {"message": "x does not support tools"}}))
    assert speech(await say("Hello")) == "Hello there."
    assert ["tools" in body for body in server.bodies] == [True, False]


async def test_reasoning_sent_back(
    server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """Reasoning is sent back with the tool call and with the response."""
    server.script(
        reply(calls=[TURN_ON], reasoning="They want light."),
        reply("On.", reasoning="It worked."),
    )
    first = await say("Turn on the lamp")
    await say("Thanks", conversation_id=first.conversation_id)
    reasoning = [
        message.get("reasoning_content") for message in server.bodies[-1]["messages"]
    ]
    assert reasoning == [None, None, "They want light.", None, "It worked.", None]


async def test_large_tool_result(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
) -> None:
    """A large tool result is cut to what fits, and says so."""

    class Large(llm.Tool):
        name, integration = "large", "test"

        async def async_call(
            self,
            hass: HomeAssistant,
            tool_input: llm.ToolInput,
            llm_context: llm.LLMContext,
        ) -> llm.ToolResult:
            return llm.ToolResult({"text": "x" * 100_000})

    class LargeAPI(llm.API):
        async def async_get_api_instance(
            self, llm_context: llm.LLMContext
        ) -> llm.APIInstance:
            return llm.APIInstance(self, "", llm_context, [Large()])

    llm.async_register_api(hass, LargeAPI(hass=hass, id="large", name="Large"))
    set_options(llm_hass_api=["large"])
    server.script(reply(calls=[Call("large")]), reply("Much."))
    assert speech(await say("How much?")) == "Much."
    content = server.bodies[1]["messages"][-1]["content"]
    assert 7000 < len(content) <= 8000
    result = json.loads(content)
    assert result["text"].endswith("of 334 parts not shown")
    assert "too long" in result["note"]
