"""Tests of the messages of a turn with what was heard of it."""

from collections.abc import Mapping

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
from custom_components.openai_compatible_conversation.session.heard_messages import (
    heard_messages,
)
from custom_components.openai_compatible_conversation.session.turns import normalize
from testbed.strict import faults

CALL = ToolCallPart("a", "turn_on", "{}")
USER = UserMessage("Turn on the lamp, and tell me a story")
RESULT = ToolMessage("a", '{"done": true}')
CALLED = AssistantMessage("I turn it on.", (CALL,), "Hm")
STORY = AssistantMessage("There was a lamp. It was happy.")
SPOKEN = "I turn it on. There was a lamp. It was happy."


def heard(
    said: str, *messages: Message, spoken_of: Mapping[str, str] = {}, text: str = SPOKEN
) -> tuple[list[Message], bool]:
    """Return the messages after the user's of which so much was said."""
    assert text.startswith(said)
    (user, *others), is_cut = heard_messages(
        [USER, *(messages or (CALLED, RESULT, STORY))], text, len(said), spoken_of
    )
    assert user == USER
    return others, is_cut


@pytest.mark.parametrize(
    ("said", "messages"),
    [
        (SPOKEN, [CALLED, RESULT, STORY]),
        (
            "I turn it on. There was a",
            [CALLED, RESULT, AssistantMessage("There was a")],
        ),
        ("I turn it on. ", [CALLED, RESULT]),
        ("I turn it on.", [CALLED, RESULT]),
        ("I turn", [AssistantMessage("I turn", (CALL,), "Hm"), RESULT]),
        ("", [AssistantMessage(None, (CALL,), "Hm"), RESULT]),
    ],
)
def test_heard(said: str, messages: list[Message]) -> None:
    """Only what was heard is left of the answer; calls and results stay."""
    assert heard(said) == (messages, True)


def test_markup() -> None:
    """What was heard in part is kept as it was spoken, anything else as it was written."""
    written = AssistantMessage("There **was** a lamp. [CONTINUE_LISTENING]")
    spoken_of = {written.text or "": "There was a lamp. "}
    text = "There was a lamp. "
    assert heard("There was", written, spoken_of=spoken_of, text=text) == (
        [AssistantMessage("There was")],
        True,
    )
    assert heard("There was a lamp.", written, spoken_of=spoken_of, text=text) == (
        [written],
        True,
    )


def test_unknown_words() -> None:
    """A message whose words are not in what was spoken stays, and so does the rest."""
    other = AssistantMessage("Nobody said that.")
    assert heard("I turn", CALLED, RESULT, other) == (
        [AssistantMessage("I turn", (CALL,), "Hm"), RESULT, other],
        False,
    )


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("I turn it on.", None),
        ("I turn it on. ", None),
        ("I turn it on. There was a la", AssistantMessage("There was a la")),
        ("I turn it on.. There was", AssistantMessage("There was")),
    ],
)
def test_spoken_in_part(text: str, answer: AssistantMessage | None) -> None:
    """What was not spoken when the turn was cancelled was not heard."""
    assert heard(text, text=text) == (
        [CALLED, RESULT, *([answer] if answer else [])],
        True,
    )


def test_nothing_spoken() -> None:
    """An answer that waited for the end of its turn was not heard."""
    assert heard("", STORY, text="") == ([], True)


def test_same_words_twice() -> None:
    """Of two messages with the same words, the second is found after the first."""
    one = AssistantMessage("Yes.", (CALL,))
    two = AssistantMessage("Yes.")
    text = "Yes. Yes."
    assert heard("Yes.", one, RESULT, two, text=text)[0] == [one, RESULT]
    assert heard(text, one, RESULT, two, text=text)[0] == [one, RESULT, two]


TEXTS = st.none() | st.text("ab ", max_size=5).filter(str.strip)
CALLS = st.lists(st.sampled_from("abc"), max_size=2, unique=True).map(
    lambda ids: tuple(ToolCallPart(i, "f", "{}") for i in ids)
)


@given(st.lists(st.builds(AssistantMessage, TEXTS, CALLS)), st.integers(0, 30))
def test_every_server_accepts_it(answers: list[AssistantMessage], end: int) -> None:
    """What is left is a whole turn, with all of its calls and no empty message."""
    messages: list[Message] = [USER]
    for answer in answers:
        messages += [answer, *(ToolMessage(call.id, "{}") for call in answer.calls)]
    text = " ".join(answer.text or "" for answer in answers)
    left = normalize(heard_messages(normalize(messages).messages, text, end, {})[0])
    body = build_body(
        "m",
        [SystemMessage("Be nice."), *left.messages, UserMessage("On.")],
        stream=True,
    )
    assert not faults(body)
    assert _calls(left.messages) == _calls(messages)


def _calls(messages: list[Message] | tuple[Message, ...]) -> list[ToolCallPart]:
    """Return the calls in messages."""
    return [
        call
        for message in messages
        if isinstance(message, AssistantMessage)
        for call in message.calls
    ]
