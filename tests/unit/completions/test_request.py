"""The body of a request is what was asked for, and always the same bytes."""

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
    """Each kind of message has the shape that the API names."""
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


def test_nothing_that_was_not_asked_for() -> None:
    """A plain request has no parameter but those it needs."""
    assert build_body("m", [], stream=False).keys() == {"model", "messages"}
    assert build_body("m", [], [TOOL], stream=True).keys() == {
        "model",
        "messages",
        "tools",
        "stream",
        "stream_options",
    }


def test_tools_stay_when_they_are_forbidden() -> None:
    """Tools are part of what a server caches: they are forbidden, not removed."""
    allowed = build_body("m", [], [TOOL], stream=False)
    forbidden = build_body("m", [], [TOOL], stream=False, forbid_tools=True)
    assert forbidden == {**allowed, "tool_choice": "none"}
    assert "tool_choice" not in build_body("m", [], stream=False, forbid_tools=True)


def test_extra_does_not_touch_what_is_managed() -> None:
    """What a user adds comes last, but not in the place of what is managed."""
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


def test_same_bytes() -> None:
    """The bytes of a longer chat begin with those of the shorter one, but for the end."""
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
