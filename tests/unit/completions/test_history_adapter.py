"""Test how the tool calls in a history are adapted to a server."""

from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.completions.history_adapter import (
    adapt_history,
)
from custom_components.openai_compatible_conversation.completions.profile import (
    DEFAULT_PROFILE,
    ServerProfile,
)
from testbed.strict import faults

SYSTEM = {"role": "system", "content": "Be brief."}
USER = {"role": "user", "content": "Hi"}
DONE = {"role": "assistant", "content": "Done."}

type Message = dict[str, Any]


def _call(name: str, call_id: str = "a") -> Message:
    """Return a call."""
    function = {"name": name, "arguments": "{}"}
    return {"id": call_id, "type": "function", "function": function}


def _called(*calls: Message, text: str | None = None) -> Message:
    """Return a message with calls."""
    return {"role": "assistant", "content": text, "tool_calls": list(calls)}


def _result(call_id: str = "a") -> Message:
    """Return the result of a call."""
    return {"role": "tool", "tool_call_id": call_id, "content": "1"}


def _sent(
    *messages: Message,
    tools: str = "f",
    profile: ServerProfile = DEFAULT_PROFILE,
) -> list[Message]:
    """Return messages as they are sent with tools."""
    offered = [{"type": "function", "function": {"name": name}} for name in tools]
    body = {"model": "m", "messages": list(messages), "tools": offered}
    sent: list[Message] = adapt_history(body, profile)["messages"]
    return sent


def test_accepted_history_stays() -> None:
    """What every server accepts is sent as it is."""
    messages = [SYSTEM, USER, _called(_call("f")), _result(), DONE, USER]
    assert _sent(*messages) == messages


def test_call_of_a_gone_tool() -> None:
    """A call of a tool that is not offered is told by the user who asked for it."""
    messages = [SYSTEM, USER, _called(_call("gone")), _result(), DONE, USER]
    told = "Hi\n(gone({}) was called, which is none of your tools)\n(Its result: 1)"
    assert _sent(*messages) == [SYSTEM, {**USER, "content": told}, DONE, USER]
    assert _sent(*messages, tools="") == _sent(*messages)


def test_one_of_two_calls_gone() -> None:
    """The other call of the same message stays, with its result."""
    calls = _called(_call("f"), _call("gone", "b"), text="Wait.")
    sent = _sent(USER, calls, _result("a"), _result("b"), DONE, USER)
    assert sent[1:] == [_called(_call("f"), text="Wait."), _result("a"), DONE, USER]
    assert sent[0]["content"].count("(") == 3


def test_text_beside_a_gone_call() -> None:
    """Text beside a call that is told is joined with the answer that follows it."""
    calls = _called(_call("gone"), text="Wait.")
    sent = _sent(USER, calls, _result(), DONE, USER)
    assert sent[1:] == [{"role": "assistant", "content": "Wait.\nDone."}, USER]
    sent = _sent(USER, calls, _result(), _called(_call("f", "b")), _result("b"), USER)
    assert sent[1:] == [
        _called(_call("f", "b"), text="Wait."),
        _result("b"),
        USER,
    ]


def test_gone_call_after_an_image() -> None:
    """A message with an image gets the note as a part of it."""
    parts = [{"type": "image_url", "image_url": {"url": "data:"}}]
    image = {"role": "user", "content": parts}
    sent = _sent(image, _called(_call("gone")), _result(), DONE, USER)
    assert [part["type"] for part in sent[0]["content"]] == [
        "image_url",
        "text",
        "text",
    ]


def test_calls_of_the_current_turn_stay() -> None:
    """The model is told in the result what is wrong with a call that it has just made."""
    messages = [SYSTEM, USER, _called(_call("gone")), _result()]
    assert _sent(*messages) == messages


def test_tools_that_the_server_rejects() -> None:
    """Calls of a rejected tool are told, and those of a server without tools are not."""
    messages = [USER, _called(_call("f")), _result(), DONE, USER]
    refused = ServerProfile(refused_tools=frozenset({"f"}))
    assert len(_sent(*messages, profile=refused)) == 3
    assert _sent(*messages, profile=ServerProfile(no_tools=True)) == messages


@pytest.mark.parametrize(
    ("profile", "text", "content"),
    [
        (DEFAULT_PROFILE, None, None),
        (DEFAULT_PROFILE, "Wait.", "Wait."),
        (ServerProfile(null_content=False), None, ""),
        (ServerProfile(null_content=False), "Wait.", "Wait."),
        (ServerProfile(text_with_calls=False), "Wait.", None),
        (ServerProfile(text_with_calls=False, null_content=False), "Wait.", ""),
    ],
)
def test_content(profile: ServerProfile, text: str | None, content: str | None) -> None:
    """The content beside calls is what the server accepts; other content stays."""
    sent = _sent(USER, _called(_call("f"), text=text), _result(), DONE, profile=profile)
    assert sent[1]["content"] == content
    assert sent[3] == DONE


def test_calls_in_the_text() -> None:
    """A model that writes its calls finds all of earlier turns in the text."""
    calls = _called(_call("f"), _call("g", "b"), text="Wait.")
    rest = [_result(), _result("b"), DONE]
    now = [USER, _called(_call("f", "c")), _result("c")]
    sent = _sent(
        USER,
        calls,
        *rest,
        *now,
        tools="fg",
        profile=ServerProfile(writes_calls=True),
    )
    text = """Wait.
{"name": "f", "arguments": {}}
{"name": "g", "arguments": {}}"""
    assert sent == [USER, {**calls, "content": text}, *rest, *now]


def test_calls_in_the_text_alone() -> None:
    """A server that takes no text beside calls gets the calls alone."""
    profile = ServerProfile(writes_calls=True, text_with_calls=False)
    messages = [USER, _called(_call("f")), _result(), DONE, USER]
    assert _sent(*messages, profile=profile) == messages


def test_names_in_results() -> None:
    """A result repeats the name of its tool if the server requires that."""
    profile = ServerProfile(named_results=True)
    calls = _called(_call("f"), _call("g", "b"))
    sent = _sent(USER, calls, _result("b"), _result("a"), tools="fg", profile=profile)
    assert sent[2:] == [{**_result("b"), "name": "g"}, {**_result("a"), "name": "f"}]


TURNS = st.lists(
    st.tuples(
        st.lists(
            st.tuples(
                st.none() | st.just("Wait."),
                st.lists(st.sampled_from("fgh"), min_size=1, max_size=2, unique=True),
            ),
            max_size=3,
        ),
        st.booleans(),
    ),
    max_size=4,
)


@given(TURNS, st.sampled_from(["", "f", "fg", "fgh"]))
def test_strict_servers_accept_what_is_left(
    turns: list[tuple[list[tuple[str | None, list[str]]], bool]], tools: str
) -> None:
    """Whichever tools are gone, the order of roles is that of strict templates."""
    messages = [SYSTEM]
    for rounds, is_answered in turns:
        messages.append(USER)
        for text, names in rounds:
            messages.append(_called(*(_call(n, n) for n in names), text=text))
            messages += [_result(name) for name in names]
        messages += [DONE] if is_answered else []
    sent = _sent(*messages, USER, tools=tools)
    assert not faults({"messages": sent})
    called = {
        call["function"]["name"] for m in sent for call in m.get("tool_calls") or ()
    }
    assert called <= set(tools)
