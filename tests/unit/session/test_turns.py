"""Whatever was said and done, a turn has a shape that every server accepts."""

import json

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.completions.request import (
    build_body,
)
from custom_components.openai_compatible_conversation.messages import (
    Assistant,
    CallRecord,
    Message,
    System,
    ToolOutcome,
    User,
)
from custom_components.openai_compatible_conversation.session.turns import (
    BEGINS,
    NO_OUTCOME,
    UNANSWERED,
    shortened,
    turn_of,
)
from testbed.strict import faults

CALL = CallRecord("a", "turn_on", "{}")

TEXTS = st.text("ab", min_size=1, max_size=3)
CALLS = st.lists(st.sampled_from("abc"), max_size=2, unique=True).map(
    lambda ids: tuple(CallRecord(i, "f", "{}") for i in ids)
)
MESSAGES = st.lists(
    st.one_of(
        st.builds(User, TEXTS),
        st.builds(Assistant, st.none() | TEXTS, CALLS, st.none() | TEXTS),
        st.builds(ToolOutcome, st.sampled_from("abcd"), TEXTS),
    ),
    max_size=8,
)


def body(*messages: Message) -> dict[str, object]:
    """Return a request that goes on after messages."""
    return build_body("m", [System("Be nice."), *messages, User("Go on.")], stream=True)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ([User("Hi"), Assistant("Yes?")], [User("Hi"), Assistant("Yes?")]),
        ([User("Hi")], [User("Hi"), Assistant(UNANSWERED)]),
        ([Assistant("Dinner!")], [User(BEGINS), Assistant("Dinner!")]),
        ([], [User(BEGINS), Assistant(UNANSWERED)]),
        (
            [User("On"), Assistant(None, (CALL,)), User("Stop"), Assistant("Ok.")],
            [
                User("On"),
                Assistant(None, (CALL,)),
                ToolOutcome("a", NO_OUTCOME),
                Assistant(UNANSWERED),
                User("Stop"),
                Assistant("Ok."),
            ],
        ),
        (
            [User("On"), Assistant("Well", reasoning="Hm"), Assistant("Done.")],
            [User("On"), Assistant("Well\nDone.", reasoning="Hm")],
        ),
        (
            [User("On"), ToolOutcome("a", "{}"), Assistant()],
            [User("On"), Assistant(UNANSWERED)],
        ),
    ],
)
def test_shape(said: list[Message], kept: list[Message]) -> None:
    """What is missing is filled in, what belongs nowhere is left out."""
    assert list(turn_of(said).messages) == kept


def test_what_stands_for_a_result_is_an_error() -> None:
    """The model is told of a call without a result as of any error."""
    assert json.loads(NO_OUTCOME).keys() == {"error", "error_text"}


@given(MESSAGES)
def test_every_server_accepts(said: list[Message]) -> None:
    """Any messages become turns that a strict server takes, and stay as they then are."""
    turn = turn_of(said)
    assert not faults(body(*turn.messages))
    assert turn_of(turn.messages) == turn
    assert not faults(body(*shortened(turn).messages))


def test_shortened() -> None:
    """Of a turn that is too long, each text has a beginning left, and calls stay calls."""
    long = "x" * 1000
    call = CallRecord("a", "f", json.dumps({"text": long}))
    turn = turn_of(
        [
            User(long),
            Assistant(None, (call, CallRecord("b", "g", '{"a":1}')), long),
            ToolOutcome("a", long),
            ToolOutcome("b", "short"),
            Assistant("Ok."),
        ]
    )
    user, calls, first, second, answer = shortened(turn).messages
    assert isinstance(user, User)
    assert isinstance(first, ToolOutcome)
    assert user.text == first.text == "x" * 200 + "… (cut)"
    assert calls == Assistant(
        None, (CallRecord("a", "f", "{}"), CallRecord("b", "g", '{"a":1}'))
    )
    assert (second, answer) == (ToolOutcome("b", "short"), Assistant("Ok."))
