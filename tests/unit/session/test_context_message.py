"""Tests of the message with which a turn begins."""

from datetime import UTC, datetime

from custom_components.openai_compatible_conversation.completions.messages import (
    AssistantMessage,
    UserMessage,
)
from custom_components.openai_compatible_conversation.session.context_message import (
    ContextMessage,
)
from custom_components.openai_compatible_conversation.session.session_state import (
    SessionState,
)
from custom_components.openai_compatible_conversation.session.told_context import (
    ToldContext,
)

CONTEXT = ToldContext(
    datetime(2026, 11, 30, 12, tzinfo=UTC),
    "Kitchen",
    has_timers=True,
    language="en",
    speaker="Ann",
)
ANSWER = AssistantMessage("Yes.")


def test_what_was_told_is_told_again_if_it_is_dropped() -> None:
    """Without the turns that told the context, the message tells all of it."""
    message = ContextMessage(CONTEXT)
    told = message.tell("Hello", CONTEXT, [])
    assert told == "Hello"
    first, answer = message.tell_all([UserMessage(told), ANSWER])
    assert isinstance(first, UserMessage)
    assert "Area: Kitchen" in first.text
    assert first.text.endswith("Hello")
    assert answer == ANSWER


def test_two_turns_at_once() -> None:
    """If another turn has told something meanwhile, it is not known what holds."""
    state = SessionState()
    one, other = ContextMessage(state.told), ContextMessage(state.told)
    one.tell("Hello", CONTEXT, [])
    other.tell("Hello", CONTEXT, [])
    one.note_told(state)
    assert state.told == CONTEXT
    other.note_told(state)
    assert state.told is None


def test_an_extra_prompt_is_sent_once() -> None:
    """The same extra system prompt is sent once in a conversation."""
    state = SessionState()
    message = ContextMessage(state.told)
    known = state.extra_prompts.get("conversation")
    assert message.new_extra_prompt("Be brief", known) == "Be brief"
    message.note_extra_prompt(state, "conversation")
    known = state.extra_prompts.get("conversation")
    assert ContextMessage(state.told).new_extra_prompt("Be brief", known) is None


def test_what_is_cut_was_not_told() -> None:
    """A message that lost its context leaves nothing that later turns rely on."""
    state = SessionState()
    message = ContextMessage(state.told)
    message.tell("Hello", CONTEXT, [])
    message.new_extra_prompt("Be brief", None)
    message.lose()
    message.note_told(state)
    message.note_extra_prompt(state, "conversation")
    assert state.told is None
    assert not state.extra_prompts
