"""Tests of the options flow over the API."""

from typing import Any

from testbed.flows import Flow
from testbed.request_view import words
from testbed.server import ModelServer

from .agent import Agent

SECTIONS = {
    "tools": {"confirm_actions", "tool_discovery", "max_tool_iterations"},
    "memory": {"conversation_timeout", "enable_fact_learning", "recall_facts"},
    "voice": {"enable_streaming", "auto_continue_listening", "clean_speech"},
    "model": {
        "recommended",
        "max_tokens",
        "temperature",
        "top_p",
        "patience",
        "prewarm",
        "extra_body",
        "extra_headers",
    },
}
TOP = {"chat_model", "prompt", "llm_hass_api", "own_prompt_only", "fallback"}


def unchanged(flow: Flow, **top: Any) -> dict[str, Any]:
    """Return the suggested values outside of sections, with some changed."""
    values = flow.suggested
    return {key: values[key] for key in TOP if key in values} | top


async def test_sections(agent: Agent) -> None:
    """The form has collapsed sections with the expected fields."""
    flow = await agent.options()
    assert flow.step["step_id"] == "init"
    fields = {field["name"]: field for field in flow.step["data_schema"]}
    assert fields.keys() == TOP | SECTIONS.keys()
    for name, keys in SECTIONS.items():
        assert {field["name"] for field in fields[name]["schema"]} == keys
        assert not fields[name]["expanded"]


async def test_change_takes_effect(agent: Agent, server: ModelServer) -> None:
    """The next turn uses the new options, without a reload or a loss of history."""
    first = await agent.say("one")
    flow = await agent.options()
    await flow.submit(
        **unchanged(flow, chat_model="other", prompt="Answer in rhymes."),
        model={
            "recommended": False,
            "temperature": 0.3,
            "prewarm": "never",
            "extra_body": '{"top_k": 7}',
            "extra_headers": "X-Team: blue",
        },
    )
    assert flow.step["type"] == "create_entry"
    server.forget()

    await agent.say("two", first.conversation_id)
    request = server.completions[-1]
    body = request.body
    assert body["model"] == "other"
    assert body["temperature"] == 0.3
    assert body["top_k"] == 7
    assert request.headers["X-Team"] == "blue"
    assert body["messages"][0]["content"].startswith("Answer in rhymes.")
    said = [words(m["content"]) for m in body["messages"] if m["role"] == "user"]
    assert said == ["one", "two"]
    assert (await agent.entry())["state"] == "loaded"


async def test_stored_options_are_shown(agent: Agent) -> None:
    """Stored options are suggested in the next form."""
    flow = await agent.options()
    await flow.submit(
        **unchanged(flow, llm_hass_api=[], own_prompt_only=True),
        tools={"tool_discovery": "never", "max_tool_iterations": 3},
        memory={"conversation_timeout": 90, "enable_fact_learning": False},
        voice={
            "enable_streaming": False,
            "auto_continue_listening": True,
            "clean_speech": "always",
        },
    )
    assert flow.step["type"] == "create_entry"
    shown = (await agent.options()).suggested
    assert shown["llm_hass_api"] == []
    assert shown["own_prompt_only"] is True
    assert shown["tool_discovery"] == "never"
    assert shown["max_tool_iterations"] == 3
    assert shown["conversation_timeout"] == 90
    assert shown["enable_fact_learning"] is False
    assert shown["enable_streaming"] is False
    assert shown["auto_continue_listening"] is True
    assert shown["clean_speech"] == "always"


async def test_without_streaming(agent: Agent, server: ModelServer) -> None:
    """With streaming off, the answer is requested and shown as a whole."""
    flow = await agent.options()
    await flow.submit(
        **unchanged(flow),
        voice={
            "enable_streaming": False,
            "auto_continue_listening": False,
            "clean_speech": "auto",
        },
    )
    server.forget()
    turn = await agent.say("hello")
    assert turn.answer == "Hello there."
    assert [piece for _, piece in turn.words] == ["Hello there."]
    assert not server.bodies[-1].get("stream")


async def test_without_tools(agent: Agent, server: ModelServer) -> None:
    """Without an LLM API, the request has no tools and no overview of the house."""
    await agent.say("hello")
    assert server.bodies[-1]["tools"]
    assert "Kitchen Lights" in server.bodies[-1]["messages"][0]["content"]

    flow = await agent.options()
    await flow.submit(**unchanged(flow, llm_hass_api=[]))
    await agent.say("hello")
    assert "intent__HassTurnOn" not in str(server.bodies[-1].get("tools"))
    assert "Kitchen Lights" not in server.bodies[-1]["messages"][0]["content"]


async def test_refused_parameter(agent: Agent, server: ModelServer) -> None:
    """A managed parameter in `extra_body` shows an error and keeps the input."""
    model = {"recommended": True, "prewarm": "auto", "extra_body": '{"messages": []}'}
    flow = await agent.options()
    await flow.submit(**unchanged(flow, prompt="Keep me."), model=model)
    assert flow.step["type"] == "form"
    assert flow.step["errors"] == {"base": "extra_body_managed"}
    assert flow.suggested["prompt"] == "Keep me."
    assert flow.suggested["extra_body"] == '{"messages": []}'

    await agent.say("hello")
    assert server.bodies[-1]["messages"]
