"""Tests of the questions that wait for a yes."""

from dataclasses import replace

import pytest

from custom_components.openai_compatible_conversation.confirmation.open_questions import (
    LIFETIME,
    MAX_PLACES,
    Approver,
    OpenQuestions,
    Question,
    new_token,
)

QUESTION = Question(
    token="bcdfg",
    tool="unlock",
    integration=None,
    arguments={},
    identity="unlock",
    harms=(),
    text="Unlock?",
    is_worded=True,
)
WHO = Approver("user", "kitchen", "one", 1)
NEXT = replace(WHO, utterances=2)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        """Initialize at some time."""
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Return a clock."""
    return Clock()


@pytest.fixture
def asked(clock: Clock) -> OpenQuestions:
    """Return a question that waits."""
    questions = OpenQuestions(clock)
    questions.ask(WHO, [QUESTION])
    return questions


def test_once(asked: OpenQuestions) -> None:
    """A question waits for one turn."""
    assert asked.take(NEXT) == (QUESTION,)
    assert asked.take(NEXT) == ()


@pytest.mark.parametrize(
    ("approver", "is_ended"),
    [
        (replace(NEXT, user_id="other"), True),
        (replace(NEXT, user_id=None), True),
        (replace(NEXT, utterances=3), True),
        (replace(NEXT, utterances=1), True),
        (replace(NEXT, place="hall"), False),
    ],
)
def test_others(asked: OpenQuestions, approver: Approver, is_ended: bool) -> None:
    """A turn of others in the place ends the question, one elsewhere does not."""
    assert asked.take(approver) == ()
    assert (asked.take(NEXT) == ()) is is_ended


def test_another_conversation(asked: OpenQuestions) -> None:
    """On a device, another conversation may hold the yes."""
    approver = replace(NEXT, conversation_id="two", utterances=1)
    assert asked.take(approver) == (QUESTION,)


@pytest.mark.parametrize(
    ("seconds", "waits"),
    [(0, True), (LIFETIME, True), (LIFETIME + 1, False), (-1, False)],
)
def test_time(asked: OpenQuestions, clock: Clock, seconds: float, waits: bool) -> None:
    """A question waits for a minute, by a clock that goes forward."""
    clock.now += seconds
    assert bool(asked.take(NEXT)) is waits


def test_clear(asked: OpenQuestions) -> None:
    """All questions can be ended."""
    asked.clear()
    assert asked.take(NEXT) == ()


def test_places(asked: OpenQuestions) -> None:
    """The oldest place makes room for a new one; one that asks again is the newest."""
    for number in range(MAX_PLACES - 1):
        asked.ask(replace(WHO, place=str(number)), [QUESTION])
    asked.ask(WHO, [QUESTION])
    asked.ask(replace(WHO, place="new"), [QUESTION])
    assert asked.take(replace(NEXT, place="0")) == ()
    for place in ("1", "kitchen", "new"):
        assert asked.take(replace(NEXT, place=place)) == (QUESTION,)


def test_tokens() -> None:
    """Tokens differ, and are short enough to repeat."""
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) > 98
    assert all(len(token) == 5 and token == token.casefold() for token in tokens)
