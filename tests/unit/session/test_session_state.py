"""What a session keeps, for how long, and how it is stored."""

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
    """Return a turn in which somebody says a text."""
    return normalize([UserMessage(text), AssistantMessage("Ok.")])


@pytest.mark.parametrize(
    ("age", "over"), [(0, False), (59.9, False), (60, True), (-59, False), (-61, True)]
)
def test_age(age: float, over: bool) -> None:
    """A session is over after its time, and when the clock was set back by more."""
    transcript = SessionState()
    transcript.append([turn("Hi")], 1000)
    assert transcript.is_over(1000 + age, 60) is over


def test_nothing_was_said() -> None:
    """A session without a turn is over."""
    assert SessionState().is_over(0, 600)


def test_too_many_turns() -> None:
    """Over its limit a session loses its oldest half, at once."""
    transcript = SessionState()
    for number in range(MAX_TURNS):
        assert not transcript.append([turn(str(number))], 0)
    gone = transcript.append([turn("last")], 0)
    assert len(gone) == (MAX_TURNS + 1) // 2
    assert gone[0].messages[0] == UserMessage("0")
    assert len(transcript.turns) == MAX_TURNS + 1 - len(gone)
    assert transcript.turns[-1].messages[0] == UserMessage("last")


def test_too_long() -> None:
    """The oldest go where there are too many characters; the newest turn stays."""
    transcript = SessionState()
    transcript.append([turn("x" * (MAX_SIZE // 3)) for _ in range(3)], 0)
    assert sum(t.size for t in transcript.turns) <= MAX_SIZE
    transcript.append([turn("y" * (MAX_SIZE - 10))], 0)
    (last,) = transcript.turns
    assert last.size <= MAX_SIZE


def test_one_turn_too_long() -> None:
    """A turn that is longer than a session is cut, and still has all that was done."""
    call = ToolCallPart("a", "f", "{}")
    long = normalize(
        [
            UserMessage("Look"),
            AssistantMessage(None, (call,)),
            ToolMessage("a", "x" * MAX_SIZE),
            AssistantMessage("Ok."),
        ]
    )
    transcript = SessionState()
    transcript.append([long], 0)
    (kept,) = transcript.turns
    assert kept.size < 1000
    assert kept.messages[1] == long.messages[1]
    calls = [ToolCallPart(str(n), "f" * 60, "{}") for n in range(1000)]
    endless = normalize(
        [
            UserMessage("Look"),
            AssistantMessage(None, tuple(calls)),
            AssistantMessage("Ok."),
        ]
    )
    transcript.append([endless], 0)
    assert transcript.turns[-1].messages == (
        UserMessage("Look"),
        AssistantMessage("Ok."),
    )


def test_forget() -> None:
    """What the server cannot take is dropped; what came meanwhile stays."""
    transcript = SessionState()
    first, second, third = turn("a"), turn("a"), turn("c")
    transcript.append([first, second], 0)
    seen = transcript.turns
    transcript.append([third], 0)
    transcript.move_cursor("x", ChatLogCursor(1, 1, "The door is open."))
    assert transcript.drop(oldest(seen, 0.5)) == (first,)
    assert transcript.turns == (second, third)
    assert transcript.cursors["x"] == ChatLogCursor(1, 1)


@pytest.mark.parametrize(
    ("share", "count"), [(0.01, 1), (0.25, 1), (0.5, 2), (0.9, 4), (1, 4)]
)
def test_oldest(share: float, count: int) -> None:
    """The oldest turns are those that together are a share of all."""
    turns = tuple(turn("same") for _ in range(4))
    assert oldest(turns, share) == turns[:count]
    assert oldest((), share) == ()


def test_tools_keep_their_order() -> None:
    """Tools are sent as they were before, new ones at the end."""
    transcript = SessionState()
    assert transcript.ordered(["b", "a"]) == ["b", "a"]
    assert transcript.ordered(["a", "c", "b"]) == ["b", "a", "c"]
    assert transcript.ordered(["c", "a"]) == ["a", "c"]
    assert transcript.ordered(["a", "b", "c"]) == ["b", "a", "c"]


def test_bounds() -> None:
    """Heads and bookmarks are kept for those that were used last."""
    transcript = SessionState()
    for number in range(200):
        transcript.cache_system_prompt(str(number), "text")
        transcript.move_cursor(str(number), ChatLogCursor(number, 1))
        transcript.move_cursor("0", ChatLogCursor(number, 1))
    assert list(transcript.system_prompts)[-1] == "199"
    assert len(transcript.system_prompts) < 10
    assert len(transcript.cursors) == 100
    assert transcript.cursors["0"] == ChatLogCursor(199, 1)


def test_stored() -> None:
    """What was stored is what was there."""
    transcript = SessionState()
    transcript.append(
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
    transcript.cache_system_prompt("key", "You are nice.")
    transcript.ordered(["f"])
    transcript.move_cursor("x", ChatLogCursor(1.5, 2, "The door is open."))
    again = from_json(json.loads(json.dumps(to_json(transcript))))
    assert vars(again) == vars(transcript)


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
def test_damaged(data: object) -> None:
    """What cannot be read is an empty session, not an error."""
    transcript = from_json(data)
    assert isinstance(messages_of(transcript.turns), list)
    assert isinstance(transcript.is_over(0, 60), bool)


def test_nonsense() -> None:
    """A part that cannot be read leaves nothing half."""
    good = to_json(SessionState()) | {"last": 5}
    assert from_json(good).last_turn_at == 5
    for damage in ({"turns": [[{"x": 1}]]}, {"tools": 1}, {"bookmarks": {"a": [1]}}):
        assert from_json(good | damage).last_turn_at == -math.inf
