"""Tests of turns and their normalization."""

import json

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.completions.messages import (
    AssistantMessage,
    Message,
    SystemMessage,
    ToolCallPart,
    ToolMessage,
    UserMessage,
)
from custom_components.openai_compatible_conversation.completions.request import (
    build_body,
)
from custom_components.openai_compatible_conversation.session.turns import (
    ASSISTANT_SPEAKS_FIRST,
    NO_RESULT,
    normalize,
    without_calls,
)
from testbed.strict import faults

CALL = ToolCallPart("a", "turn_on", "{}")

TEXTS = st.text("ab", min_size=1, max_size=3)
CALLS = st.lists(st.sampled_from("abc"), max_size=2, unique=True).map(
    lambda ids: tuple(ToolCallPart(i, "f", "{}") for i in ids)
)
MESSAGES = st.lists(
    st.one_of(
        st.builds(UserMessage, TEXTS),
        st.builds(AssistantMessage, st.none() | TEXTS, CALLS, st.none() | TEXTS),
        st.builds(ToolMessage, st.sampled_from("abcd"), TEXTS),
    ),
    max_size=8,
)


def body(*messages: Message) -> dict[str, object]:
    """Return a request that follows messages."""
    return build_body(
        "m", [SystemMessage("Be nice."), *messages, UserMessage("Go on.")], stream=True
    )


@pytest.mark.parametrize(
    ("messages", "normalized"),
    [
        (
            [UserMessage("Hi"), AssistantMessage("Yes?")],
            [UserMessage("Hi"), AssistantMessage("Yes?")],
        ),
        ([UserMessage("Hi")], [UserMessage("Hi")]),
        (
            [AssistantMessage("Dinner!")],
            [UserMessage(ASSISTANT_SPEAKS_FIRST), AssistantMessage("Dinner!")],
        ),
        ([], [UserMessage(ASSISTANT_SPEAKS_FIRST)]),
        (
            [
                UserMessage("On"),
                AssistantMessage(None, (CALL,)),
                UserMessage("Stop"),
                AssistantMessage("Ok."),
            ],
            [
                UserMessage("On"),
                AssistantMessage(None, (CALL,)),
                ToolMessage("a", NO_RESULT),
                UserMessage("Stop"),
                AssistantMessage("Ok."),
            ],
        ),
        (
            [
                UserMessage("On"),
                AssistantMessage("Well", reasoning="Hm"),
                AssistantMessage("Done."),
            ],
            [UserMessage("On"), AssistantMessage("Well\nDone.", reasoning="Hm")],
        ),
        (
            [UserMessage("On"), ToolMessage("a", "{}"), AssistantMessage()],
            [UserMessage("On")],
        ),
    ],
)
def test_normalize(messages: list[Message], normalized: list[Message]) -> None:
    """Placeholders are filled in, and results without a call are dropped."""
    assert list(normalize(messages).messages) == normalized


def test_no_result_placeholder_is_an_error() -> None:
    """The placeholder of a missing tool result has the fields of any tool error."""
    assert json.loads(NO_RESULT).keys() == {"error", "error_text"}


@given(MESSAGES)
def test_strict_servers_accept_any_messages(messages: list[Message]) -> None:
    """Any messages are normalized to a turn that strict servers accept; idempotent."""
    turn = normalize(messages)
    assert not faults(body(*turn.messages))
    assert normalize(turn.messages) == turn


@pytest.mark.parametrize(
    ("messages", "kept"),
    [
        ([UserMessage("Hi"), AssistantMessage("Yes?")],) * 2,
        (
            [
                UserMessage("Hi"),
                AssistantMessage(None, (ToolCallPart("a", "gone", "{}"),), "Hm."),
                ToolMessage("a", "There is none."),
                AssistantMessage(None, (CALL,)),
                ToolMessage("a", "on"),
            ],
            [
                UserMessage("Hi"),
                AssistantMessage(None, (CALL,)),
                ToolMessage("a", "on"),
            ],
        ),
        (
            [
                AssistantMessage("Both.", (CALL, ToolCallPart("b", "gone", "{}"))),
                ToolMessage("a", "on"),
                ToolMessage("b", "There is none."),
            ],
            [AssistantMessage("Both.", (CALL,)), ToolMessage("a", "on")],
        ),
        (
            [
                AssistantMessage("So.", (ToolCallPart("b", "gone", "{}"),)),
                ToolMessage("b", "There is none."),
            ],
            [AssistantMessage("So.")],
        ),
    ],
)
def test_without_calls(messages: list[Message], kept: list[Message]) -> None:
    """Calls are dropped with their results, and what else the model said stays."""
    assert without_calls(messages, lambda call: call.name == "gone") == kept
