"""Test the body of a chat completion request."""

from typing import Any

import orjson

from custom_components.openai_compatible_conversation.completions.messages import (
    AssistantMessage,
    SystemMessage,
    ToolCallPart,
    ToolMessage,
    UserMessage,
)
from custom_components.openai_compatible_conversation.completions.request import (
    build_body,
    encode,
)

TOOL = {"name": "f", "description": "Does.", "parameters": {"type": "object"}}


def test_messages() -> None:
    """Each kind of message is converted to the format of the API."""
    body = build_body(
        "m",
        [
            SystemMessage("Be brief."),
            UserMessage("Hi"),
            AssistantMessage("Wait.", (ToolCallPart("a", "f", "{}"),)),
            ToolMessage("a", '{"ok": true}'),
            AssistantMessage("Done."),
        ],
        stream=False,
    )
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    assert body == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Wait.", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "a", "content": '{"ok": true}'},
            {"role": "assistant", "content": "Done."},
        ],
    }


def test_no_unneeded_parameters() -> None:
    """A request has only the parameters that it needs."""
    assert build_body("m", [], stream=False).keys() == {"model", "messages"}
    assert build_body("m", [], [TOOL], stream=True).keys() == {
        "model",
        "messages",
        "tools",
        "stream",
        "stream_options",
    }


def test_forbidden_tools_stay() -> None:
    """Forbidden tools stay in the body, for the server's prompt cache."""
    allowed = build_body("m", [], [TOOL], stream=False)
    forbidden = build_body("m", [], [TOOL], stream=False, forbid_tools=True)
    assert forbidden == {**allowed, "tool_choice": "none"}
    assert "tool_choice" not in build_body("m", [], stream=False, forbid_tools=True)


def test_extra_keeps_managed_parameters() -> None:
    """Additional parameters override the options, but not managed parameters."""
    extra: dict[str, Any] = {"temperature": 1, "stream": False, "messages": "mine"}
    body = build_body(
        "m",
        [UserMessage("Hi")],
        stream=True,
        parameters={"temperature": 0},
        extra=extra,
    )
    assert (body["temperature"], body["stream"]) == (1, True)
    assert body["messages"] == [{"role": "user", "content": "Hi"}]


def test_longer_history_shares_prefix() -> None:
    """The body of a longer history starts with the bytes of a shorter one."""
    one = encode(
        build_body("m", [SystemMessage("é"), UserMessage("Hi")], [], stream=False)
    )
    two = encode(
        build_body(
            "m",
            [SystemMessage("é"), UserMessage("Hi"), AssistantMessage("Yo")],
            [],
            stream=False,
        )
    )
    assert two.startswith(one.removesuffix(b"]}"))
    assert orjson.loads(one)["messages"][0]["content"] == "é"
