"""Tests of the conversation entity: turns, tool calls and options."""

import asyncio
from collections.abc import Callable
from inspect import signature
import json
from typing import Any

import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.components import conversation
from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import chat_session, llm
from testbed.replies import Call, Pause, say as reply
from testbed.request_view import words
from testbed.server import ModelServer

from .conftest import AGENT, Say, failed, speech
from .spies import SpyAPI, SpyTool

TURN_ON = Call("intent__HassTurnOn", {"name": "Lamp"})


async def test_answer(server: ModelServer, say: Say) -> None:
    """The model receives prompt, context and text, and its response is the answer."""
    server.script(reply("It is", " fine."))
    result = await say("How is it?")
    assert (speech(result), failed(result)) == ("It is fine.", False)
    (request,) = server.completions
    assert request.headers["Authorization"] == "Bearer secret-key"
    body = request.body
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert words(body["messages"][1]["content"]) == "How is it?"
    assert body["messages"][0]["content"].startswith(llm.DEFAULT_INSTRUCTIONS_PROMPT)
    assert body["model"] == "scripted"
    assert body["stream"] is True
    assert body.keys() == {"messages", "model", "stream", "stream_options", "tools"}


async def test_second_turn_extends_the_first(server: ModelServer, say: Say) -> None:
    """A request starts with the messages of the previous one."""
    server.script(reply("First."), reply("Second."))
    first = await say("One")
    await say("Two", conversation_id=first.conversation_id)
    one, two = server.bodies
    assert two["messages"][: len(one["messages"])] == one["messages"]
    answer, question = two["messages"][-2:]
    assert answer == {"role": "assistant", "content": "First."}
    assert words(question["content"]) == "Two"
    assert two["tools"] == one["tools"]


async def test_streams(hass: HomeAssistant, server: ModelServer, agent: str) -> None:
    """Deltas arrive while the server is still sending, the first one with a role."""
    more = asyncio.Event()
    server.script(reply("One ", Pause(more), "two."))
    deltas: list[dict[str, Any]] = []

    def listen(chat_log: conversation.ChatLog, delta: dict[str, Any]) -> None:
        deltas.append(delta)
        if delta.get("content") == "One ":
            assert not server.completions[0].sent.is_set()
            more.set()

    context = Context()
    # 2026.11 requires the context, 2026.10 does not accept it.
    known = signature(chat_session.async_get_chat_session).parameters
    fields: dict[str, Any] = {"context": context} if "context" in known else {}
    with (
        chat_session.async_get_chat_session(hass, **fields) as session,
        conversation.async_get_chat_log(hass, session, chat_log_delta_listener=listen),
    ):
        await asyncio.wait_for(
            conversation.async_converse(
                hass, "Count", session.conversation_id, context, agent_id=agent
            ),
            5,
        )
    assert deltas[0]["role"] == "assistant"
    assert [delta["content"] for delta in deltas if "content" in delta] == [
        "One ",
        "two.",
    ]


async def test_not_streamed(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
    light: list[ServiceCall],
) -> None:
    """Without streaming, the result is the same."""
    entity = conversation.async_get_agent_info(hass, AGENT)
    assert entity is not None
    assert entity.supports_streaming
    set_options(enable_streaming=False)
    server.script(reply("Wait.", calls=[TURN_ON]), reply("It is on."))
    result = await say("Turn on the lamp")
    assert speech(result) == "It is on."
    assert len(light) == 1
    assert all("stream" not in body for body in server.bodies)
    entity = conversation.async_get_agent_info(hass, AGENT)
    assert entity is not None
    assert not entity.supports_streaming


async def test_tool_call(
    server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """A tool call is run, its result is sent to the model, and the answer follows."""
    server.script(reply("Let me see. ", calls=[TURN_ON]), reply("The lamp is on."))
    result = await say("Turn on the lamp")
    assert speech(result) == "The lamp is on."
    assert [call.data["entity_id"] for call in light] == [["light.lamp"]]
    assert [target.name for target in result.response.success_results] == ["Lamp"]
    assistant_message, tool_message = server.bodies[1]["messages"][2:]
    assert assistant_message["content"] == "Let me see. "
    (call,) = assistant_message["tool_calls"]
    assert call["function"]["name"] == "intent__HassTurnOn"
    assert json.loads(call["function"]["arguments"]) == {"name": "Lamp"}
    assert tool_message["tool_call_id"] == call["id"]
    assert json.loads(tool_message["content"])["response_type"] == "action_done"


async def test_calls_run_concurrently(
    server: ModelServer, say: Say, offer: Callable[..., None]
) -> None:
    """All tool calls of a response run concurrently."""
    barrier = asyncio.Barrier(2)

    async def meet() -> dict[str, bool]:
        await asyncio.wait_for(barrier.wait(), 5)
        return {"met": True}

    offer(SpyTool("one", meet), SpyTool("two", meet))
    server.script(reply(calls=[Call("one"), Call("two")]), reply("Both."))
    assert speech(await say("Both")) == "Both."
    tool_messages = server.bodies[1]["messages"][-2:]
    assert [json.loads(tool_message["content"]) for tool_message in tool_messages] == [
        {"met": True},
        {"met": True},
    ]


async def test_max_tool_iterations(
    server: ModelServer,
    say: Say,
    offer: Callable[..., None],
    set_options: Callable[..., None],
) -> None:
    """After the last iteration, tool calls are forbidden, with the same tools sent."""
    tool = SpyTool("step")
    offer(tool)
    set_options(max_tool_iterations=3)
    server.script(
        *(reply(calls=[Call("step", {"n": n})]) for n in range(3)),
        reply("Enough."),
    )
    assert speech(await say("Go on")) == "Enough."
    assert [args["n"] for args in tool.calls] == [0, 1, 2]
    bodies = server.bodies
    assert [body.get("tool_choice") for body in bodies] == [None, None, None, "none"]
    assert bodies[3]["tools"] == bodies[0]["tools"]


async def test_calls_after_last_iteration_are_not_run(
    server: ModelServer,
    say: Say,
    offer: Callable[..., None],
    set_options: Callable[..., None],
) -> None:
    """Forbidden tool calls are not run, and the turn ends with a confirmation."""
    tool = SpyTool("step")
    offer(tool)
    set_options(max_tool_iterations=1)
    server.script(
        reply(calls=[Call("step", {"n": 0})]), reply(calls=[Call("step", {"n": 1})])
    )
    assert speech(await say("Go on")) == "Done."
    assert tool.calls == [{"n": 0}]


@pytest.mark.parametrize(
    ("language", "spoken"), [("en", "Done."), ("de-AT", "Erledigt."), ("xx", "Done.")]
)
@pytest.mark.parametrize("ending", [(), ("\n",)])
async def test_empty_after_tool_call(
    server: ModelServer,
    say: Say,
    light: list[ServiceCall],
    language: str,
    spoken: str,
    ending: tuple[str, ...],
) -> None:
    """An empty response after a successful tool call becomes a confirmation."""
    server.script(reply(calls=[TURN_ON]), reply(*ending))
    result = await say("Turn on the lamp", language=language)
    assert (speech(result), failed(result)) == (spoken, False)
    assert len(server.completions) == 2


async def test_empty_after_failed_tool_call(
    server: ModelServer, say: Say, offer: Callable[..., None]
) -> None:
    """An empty response after a failed tool call is an error that says what failed."""

    def fail() -> None:
        raise HomeAssistantError("no such lamp")

    offer(SpyTool("step", fail))
    server.script(reply(calls=[Call("step")]), *[reply() for _ in range(3)])
    result = await say("Go")
    assert failed(result)
    assert speech(result) == "That did not work: step."


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (HomeAssistantError("no such lamp"), "HomeAssistantError", "no such lamp"),
        (probatio.Invalid("wrong"), "Invalid", "wrong"),
        (ValueError("broken"), "ValueError", "broken"),
    ],
)
async def test_tool_fails(
    server: ModelServer,
    say: Say,
    offer: Callable[..., None],
    error: Exception,
    kind: str,
    text: str,
) -> None:
    """An exception of a tool is returned to the model as an error result."""

    def fail() -> None:
        raise error

    offer(SpyTool("step", fail))
    server.script(reply(calls=[Call("step")]), reply("It failed."))
    assert speech(await say("Go")) == "It failed."
    tool_result = json.loads(server.bodies[1]["messages"][-1]["content"])
    assert tool_result == {"error": kind, "error_text": text}


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (Call("step", '{"a": '), "InvalidArguments"),
        (Call("step", "[1]"), "InvalidArguments"),
        (Call("stepp", {}), "UnknownTool"),
    ],
)
async def test_invalid_call(
    server: ModelServer, say: Say, offer: Callable[..., None], call: Call, kind: str
) -> None:
    """A tool call with invalid arguments or an unknown name gets an error result."""
    tool = SpyTool("step")
    offer(tool)
    server.script(reply(calls=[call]), reply("Sorry."))
    assert speech(await say("Go")) == "Sorry."
    assert not tool.calls
    assistant_message, tool_message = server.bodies[1]["messages"][-2:]
    assert json.loads(assistant_message["tool_calls"][0]["function"]["arguments"]) == {}
    assert json.loads(tool_message["content"])["error"] == kind


async def test_aliased_name(
    server: ModelServer, say: Say, offer: Callable[..., None]
) -> None:
    """A tool with an invalid name is sent, called and recorded by its alias."""
    tool = SpyTool("küche: " + "licht " * 20)
    offer(tool)

    def call_it(body: dict[str, Any]) -> Any:
        name = body["tools"][0]["function"]["name"]
        assert len(name) <= 64
        assert name.replace("_", "a").replace("-", "a").isascii()
        return reply(calls=[Call(name, {"a": 1})])(body)  # type: ignore[operator]

    server.script(call_it, reply("So."))
    assert speech(await say("Go")) == "So."
    assert tool.calls == [{"a": 1}]
    second = server.bodies[1]
    name = second["tools"][0]["function"]["name"]
    assert second["messages"][-2]["tool_calls"][0]["function"]["name"] == name


async def test_invalid_schema(
    server: ModelServer,
    say: Say,
    offer: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A tool with an invalid schema is omitted with one warning; others are sent."""
    bad = SpyTool("bad", parameters=probatio.Schema([str]))
    offer(bad, SpyTool("good"))
    await say("One")
    await say("Two")
    for body in server.bodies:
        assert [tool["function"]["name"] for tool in body["tools"]] == ["good"]
    assert caplog.text.count("The tool bad cannot be offered") == 1


async def test_apis(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Several APIs are merged; a missing one is omitted with one warning."""
    llm.async_register_api(hass, SpyAPI(hass, "spy", SpyTool("step")))
    set_options(llm_hass_api=["assist", "gone", "spy"])
    await say("One")
    await say("Two")
    names = [tool["function"]["name"] for tool in server.bodies[1]["tools"]]
    assert any(name.endswith("step") for name in names)
    assert any(name.endswith("GetDateTime") for name in names)
    assert caplog.text.count("The LLM API gone is not available") == 1


async def test_api_fails(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A failing API is omitted with one warning; others work."""

    class BrokenAPI(SpyAPI):
        async def async_get_api_instance(
            self, llm_context: llm.LLMContext
        ) -> llm.APIInstance:
            raise ValueError("the tools are at lunch")

    llm.async_register_api(hass, BrokenAPI(hass, "broken"))
    llm.async_register_api(hass, SpyAPI(hass, "spy", SpyTool("step")))
    set_options(llm_hass_api=["broken", "spy"])
    await say("One")
    await say("Two")
    for body in server.bodies:
        (tool,) = body["tools"]
        assert tool["function"]["name"].endswith("step")
    assert caplog.text.count("The LLM API broken fails") == 1
    set_options(llm_hass_api=["broken"])
    assert speech(await say("Three")) == "Hello there."
    assert "tools" not in server.bodies[-1]


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (llm.ToolResult({"a": 1}), {"a": 1}),
        (llm.ToolResult({"error": "x"}, error=True), {"error": "x"}),
        (llm.ToolResult({"a": 1}, error=True), {"error": True, "a": 1}),
    ],
)
async def test_result(
    server: ModelServer,
    say: Say,
    offer: Callable[..., None],
    result: llm.ToolResult,
    expected: dict[str, Any],
) -> None:
    """A tool result is sent unchanged; an error is marked as one."""

    class OwnResult(SpyTool):
        async def async_call(
            self,
            hass: HomeAssistant,
            tool_input: llm.ToolInput,
            llm_context: llm.LLMContext,
        ) -> llm.ToolResult:
            return result

    offer(OwnResult("step"))
    server.script(reply(calls=[Call("step")]), reply("So."))
    await say("Go")
    assert json.loads(server.bodies[1]["messages"][-1]["content"]) == expected


async def test_no_api(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
) -> None:
    """Without APIs there are no tools, and no control feature."""
    state = hass.states.get(AGENT)
    assert state is not None
    assert state.attributes["supported_features"] == 1
    set_options(llm_hass_api=[])
    await hass.async_block_till_done()
    state = hass.states.get(AGENT)
    assert state is not None
    assert state.attributes["supported_features"] == 0
    await say("Hello")
    assert "tools" not in server.bodies[0]


async def test_api_stored_as_text(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
    light: list[ServiceCall],
) -> None:
    """A single API id is accepted where a list is stored otherwise."""
    set_options(llm_hass_api="assist")
    await say("Hello")
    names = {tool["function"]["name"] for tool in server.bodies[0]["tools"]}
    assert "intent__HassTurnOn" in names
    server.forget()
    set_options(llm_hass_api="")
    await hass.async_block_till_done()
    await say("Hello")
    assert "tools" not in server.bodies[0]


async def test_admin_only(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
    hass_admin_user: Any,
    hass_read_only_user: Any,
) -> None:
    """An API for administrators is omitted for other users."""
    secret, plain = (
        SpyAPI(hass, "secret", SpyTool("secret")),
        SpyAPI(hass, "plain", SpyTool("plain")),
    )
    # The attribute does not exist in 2026.10.
    object.__setattr__(secret, "requires_admin", True)
    for api in (secret, plain):
        llm.async_register_api(hass, api)
    set_options(llm_hass_api=["secret", "plain"])
    for user, count in (
        (hass_admin_user.id, 2),
        (hass_read_only_user.id, 1),
        (None, 1),
    ):
        server.forget()
        await say("Hello", context=Context(user_id=user))
        assert len(server.bodies[0]["tools"]) == count


async def test_options_take_effect_at_once(
    server: ModelServer, say: Say, set_options: Callable[..., None]
) -> None:
    """Changed options apply to the next turn of the same conversation."""
    first = await say("One")
    set_options(
        chat_model="other",
        prompt="You are {{ ha_name }}'s cat.",
        recommended=False,
        temperature=0.5,
        max_tokens=7,
        top_p=0.9,
        extra_body={"top_k": 3, "messages": "mine"},
        extra_headers={"X-Team": "blue"},
    )
    await say("Two", conversation_id=first.conversation_id)
    body = server.bodies[1]
    assert body["model"] == "other"
    assert body["messages"][0]["content"].startswith("You are test home's cat.")
    assert len(body["messages"]) == 4
    settings = {k: body[k] for k in ("temperature", "max_tokens", "top_p", "top_k")}
    assert settings == {
        "temperature": 0.5,
        "max_tokens": 7,
        "top_p": 0.9,
        "top_k": 3,
    }
    assert server.completions[1].headers["X-Team"] == "blue"


async def test_own_prompt_only(
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
    hass_admin_user: Any,
) -> None:
    """The system prompt can be the user's own prompt alone."""
    set_options(
        own_prompt_only=True,
        prompt="{{ user_name }} speaks.",
        auto_continue_listening=True,
    )
    await say(
        "Hello",
        extra_system_prompt="The door is open.",
        context=Context(user_id=hass_admin_user.id),
    )
    assert (
        server.bodies[0]["messages"][0]["content"] == f"{hass_admin_user.name} speaks."
    )
    assert server.bodies[0]["tools"]


@pytest.mark.parametrize("own", [True, False])
async def test_template_error(
    server: ModelServer, say: Say, set_options: Callable[..., None], *, own: bool
) -> None:
    """A template error is reported to the user, and no request is sent."""
    set_options(own_prompt_only=own, prompt="{{ nothing.at.all }}")
    result = await say("Hello")
    assert failed(result)
    assert speech(result)
    assert not server.completions


async def test_extra_system_prompt(server: ModelServer, say: Say) -> None:
    """An extra system prompt is sent in the user message of the turn."""
    await say("Hello", extra_system_prompt="The door is open.")
    system, user = server.bodies[0]["messages"]
    assert "The door is open." in user["content"]
    assert "The door is open." not in system["content"]


async def test_reasoning_is_not_spoken(server: ModelServer, say: Say) -> None:
    """Reasoning is not part of the answer."""
    server.script(reply("Yes.", reasoning="They may want yes."))
    assert speech(await say("Is it?")) == "Yes."


async def test_slow_tool(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    offer: Callable[..., None],
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The turn continues after the timeout of a tool call, which is not cancelled."""
    ended, go_on = asyncio.Event(), asyncio.Event()

    async def hang() -> dict[str, bool]:
        await go_on.wait()
        ended.set()
        raise HomeAssistantError("late")

    offer(SpyTool("slow", hang))
    server.script(reply(calls=[Call("slow")]), reply("It takes a while."))
    entry.runtime_data.toolbox.runtime.call_timeout = 0.1
    assert speech(await say("Go")) == "It takes a while."
    tool_result = json.loads(server.bodies[1]["messages"][-1]["content"])
    assert tool_result["error"] == "Timeout"
    go_on.set()
    await hass.async_block_till_done()
    assert ended.is_set()
    assert "A tool failed after its turn had gone on: HomeAssistantError" in caplog.text


async def test_concurrent_conversations(server: ModelServer, say: Say) -> None:
    """Concurrent conversations get their own answers."""
    both = asyncio.Event()

    def answer(body: dict[str, Any]) -> Any:
        user_text = words(body["messages"][-1]["content"])
        if len(server.completions) == 2:
            both.set()
        return reply(Pause(both), f"You said {user_text}.")(body)  # type: ignore[operator]

    server.script(answer, answer)
    results = await asyncio.wait_for(asyncio.gather(say("one"), say("two")), 5)
    assert [speech(result) for result in results] == ["You said one.", "You said two."]


async def test_cancelled(server: ModelServer, say: Say) -> None:
    """A cancelled turn closes its connection, and the next turn works."""
    server.script(reply("Well, ", Pause(60), "never."))
    turn = asyncio.ensure_future(say("Go"))
    request = await server.wait_for_completions(1)
    await asyncio.sleep(0.1)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    await asyncio.wait_for(request.aborted.wait(), 5)
    assert speech(await say("Again")) == "Hello there."
