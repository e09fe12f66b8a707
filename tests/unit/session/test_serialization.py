"""Tests of the serialization of the session state."""

import orjson

from custom_components.openai_compatible_conversation.completions.messages import (
    AssistantMessage,
    ToolCallPart,
    ToolMessage,
    UserMessage,
)
from custom_components.openai_compatible_conversation.session.heard_messages import (
    Interruption,
)
from custom_components.openai_compatible_conversation.session.serialization import (
    TurnEncoder,
    from_json,
    to_json,
)
from custom_components.openai_compatible_conversation.session.session_state import (
    SessionState,
)
from custom_components.openai_compatible_conversation.session.turns import (
    Turn,
    normalize,
)

TURN = normalize(
    [
        UserMessage("Hi"),
        AssistantMessage("Hm", (ToolCallPart("a", "f", '{"x": 1}'),), "Thought"),
        ToolMessage("a", "{}"),
        AssistantMessage("Yes."),
    ]
)


def state_of(*turns: Turn) -> SessionState:
    """Return a state with turns and all else that a session has."""
    state = SessionState()
    state.turns = turns
    state.last_turn_at = 1234.5
    state.tool_search, state.discovery_option = True, "auto"
    state.reveal_tools(["f"])
    for number in range(8):
        state.cache_system_prompt(str(number), f"You are nice {number} times." * 100)
    state.cached_system_prompt("3")
    for number in range(100):
        state.note_extra_prompt(str(number), "The door is open.")
    return state


def stored(state: SessionState, encoder: TurnEncoder | None = None) -> bytes:
    """Return a state as it is stored."""
    turns = (encoder or TurnEncoder()).encode(state.turns)
    return orjson.dumps(to_json(state, turns))


def test_round_trip() -> None:
    """What a session needs after a restart is restored."""
    state = state_of(TURN, normalize([UserMessage("Bye"), AssistantMessage("Bye.")]))
    restored = from_json(orjson.loads(stored(state)))
    state.system_prompts = {"3": state.system_prompts["3"]}
    state.extra_prompts = {}
    assert vars(restored) == vars(state)


def test_details() -> None:
    """What is known of a turn beside its messages is restored; its id stays."""
    turn = normalize([UserMessage("Hi"), AssistantMessage("Hello.")])
    turn.speaker, turn.channel, turn.said_at = "Ann", "voice", "2026-11-30T09:05:00Z"
    turn.is_learned = True
    turn.interruption = Interruption("two eggs", is_cut=True, device="kitchen")
    restored = from_json(orjson.loads(stored(state_of(TURN, turn))))
    for before, after in zip((TURN, turn), restored.turns, strict=True):
        assert turn_details(after) == turn_details(before)
    assert TURN.id != turn.id


def turn_details(turn: Turn) -> tuple[object, ...]:
    """Return what is known of a turn beside its messages."""
    return (
        *(turn.id, turn.speaker, turn.channel, turn.said_at, turn.is_learned),
        turn.interruption,
    )


def test_only_what_is_needed() -> None:
    """Earlier system prompts and those of conversations are not stored."""
    state = state_of(TURN)
    used = state.system_prompts["3"]
    texts = [m.text for m in TURN.messages if isinstance(m, UserMessage | ToolMessage)]
    assert len(stored(state)) < len(used) + sum(map(len, texts)) + 400


def test_earlier_version() -> None:
    """The file of an earlier version is restored, whatever it has beside."""
    state = from_json(
        {
            "last": 5,
            "turns": [
                [
                    {"user": "Hi"},
                    {"assistant": "Hello.", "calls": [], "reasoning": None},
                ]
            ],
            "heads": {"a": "One", "b": "Two"},
            "tools": [],
            "bookmarks": {"x": [1.5, 2, None]},
            # Of a turn that it does not have.
            "said": [{"speaker": "Ann"}, {"speaker": "Bob"}],
        }
    )
    assert state.turns == (normalize([UserMessage("Hi"), AssistantMessage("Hello.")]),)
    assert not state.turns[0].speaker
    assert list(state.system_prompts) == ["a", "b"]
    assert not state.extra_prompts


def test_turns_are_encoded_once() -> None:
    """A turn that stays is not encoded again, and one that left is forgotten."""
    encoder = TurnEncoder()
    other = normalize([UserMessage("Bye"), AssistantMessage("Bye.")])
    (first,) = encoder.encode([TURN])
    again, second = encoder.encode([TURN, other])
    assert again is first
    assert encoder.encode([other]) == [second]
    assert encoder.encode([TURN])[0] is not first


def test_lone_surrogate() -> None:
    """A text that cannot be encoded costs the character, not the session."""
    turn = normalize([UserMessage("a \ud800 b"), AssistantMessage("Ok.")])
    restored = from_json(orjson.loads(stored(state_of(TURN, turn))))
    assert restored.turns[0] == TURN
    assert restored.turns[1].messages[0] == UserMessage("a ? b")
