"""Whatever was said and done, a turn has a shape that every server accepts."""

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
    NO_ANSWER,
    NO_RESULT,
    normalize,
    truncated,
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
    """Return a request that goes on after messages."""
    return build_body(
        "m", [SystemMessage("Be nice."), *messages, UserMessage("Go on.")], stream=True
    )


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            [UserMessage("Hi"), AssistantMessage("Yes?")],
            [UserMessage("Hi"), AssistantMessage("Yes?")],
        ),
        ([UserMessage("Hi")], [UserMessage("Hi"), AssistantMessage(NO_ANSWER)]),
        (
            [AssistantMessage("Dinner!")],
            [UserMessage(ASSISTANT_SPEAKS_FIRST), AssistantMessage("Dinner!")],
        ),
        ([], [UserMessage(ASSISTANT_SPEAKS_FIRST), AssistantMessage(NO_ANSWER)]),
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
                AssistantMessage(NO_ANSWER),
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
            [UserMessage("On"), AssistantMessage(NO_ANSWER)],
        ),
    ],
)
def test_shape(said: list[Message], kept: list[Message]) -> None:
    """What is missing is filled in, what belongs nowhere is left out."""
    assert list(normalize(said).messages) == kept


def test_what_stands_for_a_result_is_an_error() -> None:
    """The model is told of a call without a result as of any error."""
    assert json.loads(NO_RESULT).keys() == {"error", "error_text"}


@given(MESSAGES)
def test_every_server_accepts(said: list[Message]) -> None:
    """Any messages become turns that a strict server takes, and stay as they then are."""
    turn = normalize(said)
    assert not faults(body(*turn.messages))
    assert normalize(turn.messages) == turn
    assert not faults(body(*truncated(turn).messages))


def test_shortened() -> None:
    """Of a turn that is too long, each text has a beginning left, and calls stay calls."""
    long = "x" * 1000
    call = ToolCallPart("a", "f", json.dumps({"text": long}))
    turn = normalize(
        [
            UserMessage(long),
            AssistantMessage(None, (call, ToolCallPart("b", "g", '{"a":1}')), long),
            ToolMessage("a", long),
            ToolMessage("b", "short"),
            AssistantMessage("Ok."),
        ]
    )
    user, calls, first, second, answer = truncated(turn).messages
    assert isinstance(user, UserMessage)
    assert isinstance(first, ToolMessage)
    assert user.text == first.text == "x" * 200 + "… (cut)"
    assert calls == AssistantMessage(
        None, (ToolCallPart("a", "f", "{}"), ToolCallPart("b", "g", '{"a":1}'))
    )
    assert (second, answer) == (ToolMessage("b", "short"), AssistantMessage("Ok."))
