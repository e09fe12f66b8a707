"""Tests of what a session keeps of an answer that was interrupted after its turn."""

import pytest

from custom_components.openai_compatible_conversation.completions.messages import (
    AssistantMessage,
    UserMessage,
)
from custom_components.openai_compatible_conversation.session.heard_answer import (
    HeardAnswer,
)
from custom_components.openai_compatible_conversation.session.session_state import (
    SessionState,
)
from custom_components.openai_compatible_conversation.session.turns import (
    Turn,
    normalize,
)

STORY = "There was a lamp. It was happy."
HEARD = "There was a lamp."


def _answer() -> HeardAnswer:
    """Return the answer of a turn that a satellite speaks."""
    answer = HeardAnswer("kitchen_satellite")
    answer.spoken.add(STORY, 0)
    return answer


def _turn(words: str) -> Turn:
    """Return a turn that was answered."""
    return normalize([UserMessage(words), AssistantMessage(STORY)])


@pytest.mark.parametrize(
    ("is_last", "text"), [(True, HEARD), (False, STORY)], ids=["last", "not_last"]
)
def test_only_the_last_turn_is_cut(*, is_last: bool, text: str) -> None:
    """What later requests hold stays as it is: the model is only told."""
    state = SessionState()
    turn = _turn("Tell me a story")
    state.turns = (turn,)
    assert _answer().interrupt_kept(state, turn.id, len(HEARD), is_last=is_last)
    (kept,) = state.turns
    assert kept.messages[-1] == AssistantMessage(text)
    assert kept.id == turn.id
    assert kept.interruption
    assert kept.interruption.last_words.endswith("a lamp.")
    assert (kept.interruption.is_cut, kept.interruption.device) == (
        is_last,
        "kitchen_satellite",
    )


def test_a_turn_before_the_last_is_not_cut() -> None:
    """A turn that others follow in the session stays as it is."""
    state = SessionState()
    first, second = _turn("Tell me a story"), _turn("Another one")
    state.turns = (first, second)
    assert _answer().interrupt_kept(state, first.id, len(HEARD), is_last=True)
    assert [turn.messages[-1].text for turn in state.turns] == [STORY, STORY]
    assert [bool(turn.interruption) for turn in state.turns] == [True, False]


def test_a_turn_that_is_gone() -> None:
    """Nothing is kept of a turn that the session has no more."""
    state = SessionState()
    state.turns = (_turn("Tell me a story"),)
    assert not _answer().interrupt_kept(state, "another", len(HEARD), is_last=True)
    assert not state.turns[0].interruption
