"""Tests of the session state: expiry, limits and serialization."""

import json
import math

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.completions.messages import (
    AssistantMessage,
    ToolCallPart,
    ToolMessage,
    UserMessage,
)
from custom_components.openai_compatible_conversation.session.serialization import (
    from_json,
    to_json,
)
from custom_components.openai_compatible_conversation.session.session_state import (
    MAX_SIZE,
    MAX_TURNS,
    ChatLogCursor,
    SessionState,
    messages_of,
    oldest,
)
from custom_components.openai_compatible_conversation.session.turns import (
    Turn,
    normalize,
)


def turn(text: str) -> Turn:
    """Return a turn with a user's text and an answer."""
    return normalize([UserMessage(text), AssistantMessage("Ok.")])


@pytest.mark.parametrize(
    ("age", "over"), [(0, False), (59.9, False), (60, True), (-59, False), (-61, True)]
)
def test_is_over_by_age(age: float, over: bool) -> None:
    """A session is over after the timeout, or if the clock is set back by more."""
    state = SessionState()
    state.append([turn("Hi")], 1000)
    assert state.is_over(1000 + age, 60) is over


def test_session_without_turns_is_over() -> None:
    """A session without a turn is over."""
    assert SessionState().is_over(0, 600)


def test_evict_over_max_turns() -> None:
    """Over the limit of turns, the oldest half is evicted at once."""
    state = SessionState()
    for number in range(MAX_TURNS):
        assert not state.append([turn(str(number))], 0)
    evicted = state.append([turn("last")], 0)
    assert len(evicted) == (MAX_TURNS + 1) // 2
    assert evicted[0].messages[0] == UserMessage("0")
    assert len(state.turns) == MAX_TURNS + 1 - len(evicted)
    assert state.turns[-1].messages[0] == UserMessage("last")


def test_evict_over_max_size() -> None:
    """Over the limit of characters, the oldest turns are evicted; the newest is not."""
    state = SessionState()
    state.append([turn("x" * (MAX_SIZE // 3)) for _ in range(3)], 0)
    assert sum(t.size for t in state.turns) <= MAX_SIZE
    state.append([turn("y" * (MAX_SIZE - 10))], 0)
    (last,) = state.turns
    assert last.size <= MAX_SIZE


def test_oversized_turn_is_truncated() -> None:
    """A turn over the limit is truncated but keeps its tool calls if they fit."""
    call = ToolCallPart("a", "f", "{}")
    long_turn = normalize(
        [
            UserMessage("Look"),
            AssistantMessage(None, (call,)),
            ToolMessage("a", "x" * MAX_SIZE),
            AssistantMessage("Ok."),
        ]
    )
    state = SessionState()
    state.append([long_turn], 0)
    (truncated_turn,) = state.turns
    assert truncated_turn.size < 1000
    assert truncated_turn.messages[1] == long_turn.messages[1]
    calls = [ToolCallPart(str(n), "f" * 60, "{}") for n in range(1000)]
    many_calls = normalize(
        [
            UserMessage("Look"),
            AssistantMessage(None, tuple(calls)),
            AssistantMessage("Ok."),
        ]
    )
    state.append([many_calls], 0)
    assert state.turns[-1].messages == (
        UserMessage("Look"),
        AssistantMessage("Ok."),
    )


def test_drop() -> None:
    """Given turns are dropped, and a turn appended meanwhile stays."""
    state = SessionState()
    first, second, third = turn("a"), turn("a"), turn("c")
    state.append([first, second], 0)
    seen = state.turns
    state.append([third], 0)
    state.move_cursor("x", ChatLogCursor(1, 1, "The door is open."))
    assert state.drop(oldest(seen, 0.5)) == (first,)
    assert state.turns == (second, third)
    assert state.cursors["x"] == ChatLogCursor(1, 1)


@pytest.mark.parametrize(
    ("share", "count"), [(0.01, 1), (0.25, 1), (0.5, 2), (0.9, 4), (1, 4)]
)
def test_oldest(share: float, count: int) -> None:
    """The oldest turns up to a share of all characters are returned."""
    turns = tuple(turn("same") for _ in range(4))
    assert oldest(turns, share) == turns[:count]
    assert oldest((), share) == ()


def test_tool_order_is_stable() -> None:
    """Tools keep the order in which they were sent before; new ones are appended."""
    state = SessionState()
    assert state.ordered(["b", "a"]) == ["b", "a"]
    assert state.ordered(["a", "c", "b"]) == ["b", "a", "c"]
    assert state.ordered(["c", "a"]) == ["a", "c"]
    assert state.ordered(["a", "b", "c"]) == ["b", "a", "c"]


def test_prompts_and_cursors_are_limited() -> None:
    """Only the latest system prompts and cursors are kept."""
    state = SessionState()
    for number in range(200):
        state.cache_system_prompt(str(number), "text")
        state.move_cursor(str(number), ChatLogCursor(number, 1))
        state.move_cursor("0", ChatLogCursor(number, 1))
    assert list(state.system_prompts)[-1] == "199"
    assert len(state.system_prompts) < 10
    assert len(state.cursors) == 100
    assert state.cursors["0"] == ChatLogCursor(199, 1)


def test_json_round_trip() -> None:
    """A state restored from JSON equals the original."""
    state = SessionState()
    state.append(
        [
            normalize(
                [
                    UserMessage("Hi"),
                    AssistantMessage(
                        "Hm", (ToolCallPart("a", "f", '{"x": 1}'),), "Thought"
                    ),
                    ToolMessage("a", "{}"),
                    AssistantMessage("Yes."),
                ]
            )
        ],
        1234.5,
    )
    state.cache_system_prompt("key", "You are nice.")
    state.ordered(["f"])
    state.move_cursor("x", ChatLogCursor(1.5, 2, "The door is open."))
    restored = from_json(json.loads(json.dumps(to_json(state))))
    assert vars(restored) == vars(state)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "last",
                        "turns",
                        "heads",
                        "tools",
                        "bookmarks",
                        "user",
                        "result",
                        "id",
                        "assistant",
                        "calls",
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_restored(data: object) -> None:
    """Any JSON data is restored without an error."""
    state = from_json(data)
    assert isinstance(messages_of(state.turns), list)
    assert isinstance(state.is_over(0, 60), bool)


def test_invalid_data_is_an_empty_state() -> None:
    """Data with an invalid part is restored as an empty state."""
    good = to_json(SessionState()) | {"last": 5}
    assert from_json(good).last_turn_at == 5
    for invalid in ({"turns": [[{"x": 1}]]}, {"tools": 1}, {"bookmarks": {"a": [1]}}):
        assert from_json(good | invalid).last_turn_at == -math.inf
