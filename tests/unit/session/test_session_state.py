"""Tests of the session state: expiry and limits."""

from dataclasses import replace

import pytest

from custom_components.openai_compatible_conversation.completions.messages import (
    AssistantMessage,
    Message,
    ToolCallPart,
    ToolMessage,
    UserMessage,
)
from custom_components.openai_compatible_conversation.session.session_state import (
    MAX_TURNS,
    SessionState,
    oldest,
)
from custom_components.openai_compatible_conversation.session.turns import (
    Turn,
    normalize,
)
from testbed.limits import SESSION, limits

LIMITS = limits()


def turn(text: str) -> Turn:
    """Return a turn with a user's text and an answer."""
    return normalize([UserMessage(text), AssistantMessage("Ok.")])


@pytest.mark.parametrize(
    ("age", "over"), [(0, False), (59.9, False), (60, True), (-59, False), (-61, True)]
)
def test_is_over_by_age(age: float, over: bool) -> None:
    """A session is over after the timeout, or if the clock is set back by more."""
    state = SessionState()
    state.append([turn("Hi")], 1000, LIMITS)
    assert state.is_over(1000 + age, 60) is over


def test_session_without_turns_is_over() -> None:
    """A session without a turn is over."""
    assert SessionState().is_over(0, 600)


def test_evict_over_max_turns() -> None:
    """Over the limit of turns, the oldest half is evicted at once."""
    state = SessionState()
    for number in range(MAX_TURNS):
        assert not state.append([turn(str(number))], 0, LIMITS)
    evicted = state.append([turn("last")], 0, LIMITS)
    assert len(evicted) == (MAX_TURNS + 1) // 2
    assert evicted[0].messages[0] == UserMessage("0")
    assert len(state.turns) == MAX_TURNS + 1 - len(evicted)
    assert state.turns[-1].messages[0] == UserMessage("last")


def test_evict_over_limit() -> None:
    """Over the limit in tokens, the oldest turns are evicted; the newest is not."""
    state = SessionState()
    turns = [turn(f"{number} {'x' * (4 * SESSION // 3)}") for number in range(3)]
    assert state.append(turns, 0, LIMITS) == (turns[0],)
    assert state.tokens(LIMITS.count) <= SESSION
    last = turn("y" * (4 * SESSION - 80))
    assert state.append([last], 0, LIMITS) == (turns[1], turns[2])
    assert state.turns == (last,)


def test_limit_that_sinks() -> None:
    """Turns are evicted once a model turns out to have less room."""
    state = SessionState()
    turns = [turn(f"{number} {'x' * 400}") for number in range(20)]
    assert state.append(turns, 0, LIMITS) == ()
    small = replace(LIMITS, session=600, turn=200, result=100)
    assert state.append([turn("last")], 0, small) == tuple(turns[:15])


def test_turns_are_counted_once() -> None:
    """Each turn is counted when it enters a session or is dropped from it, once."""
    counted: list[str] = []

    def count(text: str) -> int:
        counted.append(text)
        return len(text)

    limits = replace(LIMITS, count=count)
    state = SessionState()
    for number in range(10):
        state.append([turn(f"number {number}")], 0, limits)
    oldest(state.turns, 0.5, count)
    assert counted.count("number 3") == 1


def test_other_script() -> None:
    """How many turns are kept depends on their tokens, not on their characters."""

    def count(text: str) -> int:
        return len(text.encode()) // 3

    limits = replace(LIMITS, count=count, session=1000, turn=400, result=100)
    kept = []
    for text in ("पानी" * 50, "pani" * 50):
        state = SessionState()
        for _ in range(MAX_TURNS):
            state.append([turn(text)], 0, limits)
        kept.append(len(state.turns))
    assert 0 < kept[0] < kept[1]


class TestLongTurn:
    """A turn that is longer than a session may be."""

    def test_calls_are_kept(self) -> None:
        """It is shortened, and keeps its calls, if these fit."""
        call = ToolCallPart("a", "f", "{}")
        long_turn = normalize(
            [
                UserMessage("Look"),
                AssistantMessage(None, (call,)),
                ToolMessage("a", "x" * 8 * SESSION),
                AssistantMessage("Ok."),
            ]
        )
        state = SessionState()
        assert state.append([long_turn], 0, LIMITS) == ()
        (kept,) = state.turns
        assert kept.messages[:2] == long_turn.messages[:2]
        assert 0 < kept.tokens(LIMITS.count) <= SESSION // 2

    def test_more_calls_than_fit(self) -> None:
        """The oldest of more calls than fit are dropped with their results."""
        messages: list[Message] = [UserMessage("Look")]
        for number in range(1000):
            call = ToolCallPart(str(number), "f" * 60, "{}")
            messages += [AssistantMessage(None, (call,)), ToolMessage(call.id, "{}")]
        state = SessionState()
        state.append([normalize([*messages, AssistantMessage("Ok.")])], 0, LIMITS)
        first, called, *_, answered, last = state.turns[-1].messages
        assert (first, last) == (UserMessage("Look"), AssistantMessage("Ok."))
        assert isinstance(called, AssistantMessage)
        assert answered == messages[-1]
        assert state.tokens(LIMITS.count) <= SESSION // 2

    def test_nothing_said_is_lost(self) -> None:
        """What is cut of the user's words is learned from, whole and in its order."""
        state = SessionState()
        before = turn("I live in Bonn.")
        assert state.append([before], 0, LIMITS) == ()
        said = " ".join(f"word{number}" for number in range(20_000))
        long_turn = turn(f"<context>\nFriday\n</context>\n{said}")
        assert state.append([long_turn], 0, LIMITS) == (before, long_turn)
        kept = state.turns[-1].messages[0]
        assert isinstance(kept, UserMessage)
        assert kept.text.startswith("word0 word1 ")
        assert kept.text.endswith(" word19998 word19999")
        after = turn("I live in Ulm.")
        assert state.append([after], 0, LIMITS) == ()
        assert state.unlearned == (after,)
        assert state.drop(state.turns) == (after,)

    def test_refused(self) -> None:
        """A turn that a server found too long is kept short, but for what was said."""
        said = "y" * 3 * LIMITS.said
        refused = normalize(
            [
                UserMessage(said),
                AssistantMessage(None, (ToolCallPart("a", "f", "{}"),)),
                ToolMessage("a", "x" * SESSION),
            ]
        )
        state = SessionState()
        assert state.append([refused], 0, LIMITS, is_refused=True) == ()
        assert state.turns[0].messages[0] == UserMessage(said)
        assert state.tokens(LIMITS.count) < 1.2 * LIMITS.said

    def test_context_is_told_again(self) -> None:
        """What was told with a turn that is cut is told again."""
        state = SessionState()
        state.note_extra_prompt("x", "The door is open.")
        state.recalled.add("a fact")
        state.append([turn("x" * 8 * SESSION)], 0, LIMITS)
        assert not state.extra_prompts
        assert not state.recalled


def test_drop() -> None:
    """Given turns are dropped, and a turn appended meanwhile stays."""
    state = SessionState()
    first, second, third = turn("a"), turn("a"), turn("c")
    state.append([first, second], 0, LIMITS)
    seen = state.turns
    state.append([third], 0, LIMITS)
    state.note_extra_prompt("x", "The door is open.")
    assert state.drop(oldest(seen, 0.5, LIMITS.count)) == (first,)
    assert state.turns == (second, third)
    assert not state.extra_prompts


@pytest.mark.parametrize(
    ("share", "count"), [(0.01, 1), (0.25, 1), (0.5, 2), (0.9, 4), (1, 4)]
)
def test_oldest(share: float, count: int) -> None:
    """The oldest turns up to a share of all tokens are returned."""
    turns = tuple(turn("same") for _ in range(4))
    assert oldest(turns, share, LIMITS.count) == turns[:count]
    assert oldest((), share, LIMITS.count) == ()


def test_tool_order_is_stable() -> None:
    """Tools keep the order in which they were sent before; new ones are appended."""
    state = SessionState()
    for names in (["b", "a"], ["a", "c", "b"], ["c", "a"]):
        state.reveal_tools(names)
    assert state.tools == ["b", "a", "c"]


def test_prompts_are_limited() -> None:
    """Only the latest system prompts and extra system prompts are kept."""
    state = SessionState()
    for number in range(200):
        state.cache_system_prompt(str(number), "text")
        state.note_extra_prompt(str(number), "text")
        state.note_extra_prompt("0", f"text {number}")
    assert list(state.system_prompts)[-1] == "199"
    assert len(state.system_prompts) < 10
    assert len(state.extra_prompts) == 100
    assert state.extra_prompts["0"] == "text 199"
    # The one that was used last is the latest.
    oldest_key = next(iter(state.system_prompts))
    assert state.cached_system_prompt(oldest_key) == "text"
    assert list(state.system_prompts)[-1] == oldest_key
    assert state.cached_system_prompt("none") is None
