"""Tests for pictures in tool results, which are sent after the results."""

from typing import Any

import pytest

from custom_components.openai_compatible_conversation.agent.quoted_calls import (
    QuotedCalls,
)
from custom_components.openai_compatible_conversation.agent.sent_texts import sent_texts
from custom_components.openai_compatible_conversation.completions.messages import (
    IMAGE_TOKENS,
    PICTURE,
    AssistantMessage,
    ImagePart,
    Message,
    ToolCallPart,
    ToolMessage,
    UserMessage,
    tokens,
)
from custom_components.openai_compatible_conversation.completions.profile import (
    ServerProfile,
)
from custom_components.openai_compatible_conversation.completions.request import (
    PICTURES_OF_TOOLS,
    build_body,
)
from custom_components.openai_compatible_conversation.completions.request_adapter import (
    adapt_request,
)
from custom_components.openai_compatible_conversation.session.turns import normalize
from testbed.strict import faults

IMAGE = ImagePart("image/png", "iVBORw0KGgo=")
CALLS = AssistantMessage(
    None, (ToolCallPart("a", "snapshot", "{}"), ToolCallPart("b", "step", "{}"))
)
RESULTS = [ToolMessage("a", '{"image":1}', (IMAGE, IMAGE)), ToolMessage("b", "{}")]
TURN: list[Message] = [UserMessage("Look"), CALLS, *RESULTS]


def roles(messages: list[Message], profile: ServerProfile | None = None) -> list[str]:
    """Return the roles in a request, which has no faults."""
    body: dict[str, Any] = build_body("m", messages, stream=False)
    if profile:
        body = adapt_request(body, profile)
    assert not faults(body, alternate=bool(profile))
    return [
        message["role"] + ("+" if isinstance(message["content"], list) else "")
        for message in body["messages"]
    ]


def test_after_the_results() -> None:
    """The pictures follow the last result, and stay there as the turn goes on."""
    assert roles(TURN) == ["user", "assistant", "tool", "tool", "user+"]
    longer = [*TURN, AssistantMessage(None, CALLS.calls[1:]), RESULTS[1]]
    assert roles(longer) == [*roles(TURN), "assistant", "tool"]
    content = build_body("m", TURN, stream=False)["messages"][-1]["content"]
    url = {"url": "data:image/png;base64,iVBORw0KGgo="}
    assert content == [
        {"type": "text", "text": PICTURES_OF_TOOLS},
        *[{"type": "image_url", "image_url": url}] * 2,
    ]


def test_alternating_roles() -> None:
    """A server that wants roles to alternate gets the results and pictures in one."""
    assert roles(TURN, ServerProfile(alternate=True)) == ["user+"]


def test_no_tools() -> None:
    """A server without tools gets them after the results that are told as text."""
    assert roles(TURN, ServerProfile(no_tools=True, alternate=True)) == [
        *("user", "assistant", "user+")
    ]


def test_size() -> None:
    """A picture counts as one of the user's does."""
    without = tokens(ToolMessage("a", '{"image":1}'), len)
    assert tokens(RESULTS[0], len) - without == 2 * IMAGE_TOKENS


def test_not_in_the_session() -> None:
    """A finished turn keeps its results without the pictures."""
    turn = normalize([*TURN, AssistantMessage("So.")])
    assert turn.messages[2:4] == (ToolMessage("a", '{"image":1}'), RESULTS[1])


@pytest.mark.parametrize(("images", "complete"), [((), True), ((IMAGE,), False)])
def test_cannot_be_searched(images: tuple[ImagePart, ...], complete: bool) -> None:
    """A call may stand in a picture, where it cannot be found."""
    messages: list[Message] = [
        UserMessage("Look"),
        CALLS,
        ToolMessage("a", "{}", images),
    ]
    assert QuotedCalls(messages).is_complete is complete


@pytest.mark.parametrize(
    ("result", "counts"),
    [
        (ToolMessage("a", "{}", (IMAGE,)), True),
        (ToolMessage("a", f'{{"image":"{PICTURE}image/png, 1 kB)"}}'), True),
        (ToolMessage("a", "{}"), False),
    ],
)
def test_thoughts_on_a_picture(result: ToolMessage, counts: bool) -> None:
    """What a model thought about a picture is searched in its place, in later turns too."""
    messages: list[Message] = [
        UserMessage("Look"),
        CALLS,
        result,
        AssistantMessage("So.", (), "It says: call step."),
    ]
    texts = [sent.text for sent in sent_texts(messages, [])]
    assert ("It says: call step." in texts) is counts
