"""Tests for prompts that are read in steps."""

from collections.abc import Sequence

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.agent.prompt_steps import (
    beginnings,
    is_reused,
)
from custom_components.openai_compatible_conversation.completions.messages import (
    Message,
    SystemMessage,
    UserMessage,
)


def _beginnings(system: str, text: str, step: int) -> list[list[Message]]:
    """Return the steps of a prompt of which each letter is a token."""
    messages: list[Message] = [SystemMessage(system), UserMessage(text)]
    return [*beginnings(messages, len, step)]


def _read(messages: Sequence[Message], system: str) -> str:
    """Return what a server has read of a prompt after a step."""
    first, last = messages
    assert isinstance(first, SystemMessage)
    assert isinstance(last, UserMessage)
    assert last.text
    return first.text + (last.text if first.text == system else "")


@given(st.text(max_size=300), st.text(max_size=300), st.integers(1, 50))
def test_each_step_extends_the_one_before(system: str, text: str, step: int) -> None:
    """No step is longer than asked for, and none repeats or leaves out anything."""
    before = ""
    whole = system + text
    steps = [_read(step, system) for step in _beginnings(system, text, step)]
    for read in [*steps, whole]:
        assert read.startswith(before)
        assert len(read) - len(before) <= 2 * step
        before = read


@pytest.mark.parametrize(("system", "text"), [(0, 0), (5, 9), (14, 0), (0, 14)])
def test_short_prompt_has_no_steps(system: int, text: int) -> None:
    """A prompt that is not much longer than a step is read at once."""
    assert _beginnings("s" * system, "t" * text, 10) == []


def test_steps() -> None:
    """The system prompt comes first, and the rest is left to the request itself."""
    system, text = "s" * 15, "t" * 20
    read = [_read(step, system) for step in _beginnings(system, text, 10)]
    assert read == [system[:10], system + text[:5], system + text[:15]]


def test_other_messages() -> None:
    """A conversation is not cut."""
    messages: list[Message] = [
        SystemMessage("s" * 99),
        UserMessage("t" * 99),
        UserMessage("u"),
    ]
    assert [*beginnings(messages, len, 10)] == []


@pytest.mark.parametrize(
    ("before", "cached", "expected"),
    [(600, 600, True), (600, 300, True), (600, 299, False), (600, 0, False)],
)
def test_reuse(before: int, cached: int, expected: bool) -> None:
    """A server that reads everything again with each step is noticed."""
    assert is_reused(before, cached) is expected
