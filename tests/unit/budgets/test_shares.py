"""Tests of what each part of a request may take."""

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.budgets.shares import (
    ASSUMED_CONTEXT,
    MAX_SESSION,
    recommended_context,
    shares,
)

SIZES = st.integers(2048, 2_000_000)


@given(SIZES, st.none() | st.integers(1, 131_072), st.floats(0, 0.4))
def test_all_fit(size: int, max_tokens: int | None, fixed: float) -> None:
    """Head, tools, session, turn and answer fit together, if the head leaves room."""
    limits = shares(size, max_tokens)
    head = int(limits.prompt * fixed)
    session = limits.session(head)
    assert head + session + limits.turn + limits.answer <= size
    assert 0 < limits.result <= limits.turn
    assert 0 < session <= MAX_SESSION
    assert limits.tools < limits.prompt


@given(SIZES)
def test_room_for_the_answer(size: int) -> None:
    """There is room for an answer, and for as long a one as the user allows."""
    assert shares(size).answer >= size // 8 or shares(size).answer >= 4096
    assert shares(size, 500).answer == 500
    assert shares(size, size * 2).answer == size // 2


@given(SIZES, SIZES)
def test_more_context_takes_nothing_away(first: int, second: int) -> None:
    """No part gets less in a larger context."""
    small, large = shares(min(first, second)), shares(max(first, second))
    assert small.tools <= large.tools
    assert small.result <= large.result
    assert small.session(4000) <= large.session(4000)


def test_unknown_size() -> None:
    """A size that is not known is what the documentation asks for."""
    assert shares(None) == shares(ASSUMED_CONTEXT)


@pytest.mark.parametrize("fixed", [0, 5000, 30_000, 500_000])
def test_recommended(fixed: int) -> None:
    """In the size that is recommended, there is room for a session."""
    size = recommended_context(fixed)
    assert size >= ASSUMED_CONTEXT
    assert fixed + 2000 + shares(size).turn <= shares(size).prompt
