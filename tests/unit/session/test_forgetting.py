"""Tests of what tells a forgotten fact."""

import pytest

from custom_components.openai_compatible_conversation.completions.messages import (
    AssistantMessage,
    Message,
    SystemMessage,
    ToolCallPart,
    ToolMessage,
    UserMessage,
)
from custom_components.openai_compatible_conversation.session.forgetting import (
    MAX_AGE,
    MAX_FORGOTTEN,
    ForgottenLately,
    tells,
)

QUESTION = UserMessage("What is my cat called?")
AMY: list[Message] = [UserMessage("My cat is called Amy")]


def is_cat(text: str) -> bool:
    """Return whether a text tells the name of the cat."""
    return "cat" in text and "Amy" in text


@pytest.mark.parametrize(
    "message",
    [
        AssistantMessage("Amy."),
        AssistantMessage("I know it.", reasoning="She is called Amy."),
        AssistantMessage(None, (ToolCallPart("a", "f", '{"name": "\\u0041my"}'),)),
        ToolMessage(
            "a", '{"facts": [{"key": "pet", "value": "\\u0041my"}], "more": 0}'
        ),
        ToolMessage("a", "Amy, and no JSON"),
        ToolMessage("a", '{"ok": true}\n{"note": ["Amy"]}'),
        UserMessage("<context>\nRemembered: Amy\n</context>\nAnd then?"),
    ],
)
def test_together(message: Message) -> None:
    """A question and its answer are compared together, in whichever form they are."""
    assert tells([QUESTION, message], is_cat)
    assert not tells([QUESTION], is_cat)
    assert not tells([message], is_cat)


def test_one_message() -> None:
    """A message that tells it alone is found, whatever else there is."""

    def is_short(text: str) -> bool:
        return is_cat(text) and len(text) < 30

    others: list[Message] = [AssistantMessage("x" * 40), SystemMessage("Be nice.")]
    assert tells([*AMY, *others], is_short)
    assert not tells(others, is_short)


def test_deep_json() -> None:
    """JSON that is nested too deeply to be read is compared as it is."""
    text = "[" * 100_000 + ' "cat Amy"'
    assert tells([ToolMessage("a", text)], is_cat)


def test_said_before_and_after() -> None:
    """What is said after it was forgotten is not forgotten."""
    lately = ForgottenLately()
    lately.add(is_cat, 100)
    assert lately.told_in(AMY, 99, 101)
    assert not lately.told_in(AMY, 101, 102)
    assert not lately.told_in([QUESTION], 99, 101)


def test_long_ago() -> None:
    """After a while nothing is taken in that was said before, and no words are kept."""
    lately = ForgottenLately()
    lately.add(is_cat, 100)
    assert not lately.told_in([QUESTION], 99, 100 + MAX_AGE)
    assert lately.told_in([QUESTION], 99, 101 + MAX_AGE)
    assert not lately.told_in([QUESTION], 101, 101 + MAX_AGE)
    assert lately.horizon == 100


def test_many() -> None:
    """Of too much that is forgotten, the oldest counts as forgotten long ago."""
    lately = ForgottenLately()
    for time in range(MAX_FORGOTTEN + 1):
        lately.add(is_cat, time)
    assert lately.horizon == 0
    assert lately.told_in([QUESTION], 0, MAX_FORGOTTEN)
    assert not lately.told_in([QUESTION], 1, MAX_FORGOTTEN)
