"""Test which tools are sent to a server that does not take all of them."""

import pytest

from custom_components.openai_compatible_conversation.session.limits import TokenLimits
from custom_components.openai_compatible_conversation.session.session_state import (
    SessionState,
)
from custom_components.openai_compatible_conversation.tools.selection import Toolset
from custom_components.openai_compatible_conversation.tools.tool_choice import (
    choose_tools,
)

OTHERS = [f"tool_{number:03}" for number in range(200)]
TOOLS = Toolset(
    always=["learn_fact"],
    search="query_tools",
    others=OTHERS,
    usual=lambda names: [name for name in ("tool_150", "tool_160") if name in names],
    arranged=list,
    definition=lambda name: {"name": name},
    source=None,
    user_id=None,
    limits=TokenLimits(len, 9000, 9000, 9000, 9000, len),
)


def _choose(
    state: SessionState, count: int, *called: str, offered: list[str] | None = None
) -> list[str]:
    """Return the chosen tools, after a check of what always holds."""
    offered = ["learn_fact", *OTHERS] if offered is None else offered
    chosen = choose_tools(state, TOOLS, offered, called, count)
    assert len(chosen) == len(set(chosen)) <= count
    assert set(chosen) <= {"query_tools", "learn_fact", *offered}
    assert chosen[0] == "query_tools"
    return chosen


@pytest.mark.parametrize("count", [1, 2, 3, 8, 16, 64, 128, 199])
def test_order(count: int) -> None:
    """The tools of the integration come first, then the usual ones, then the others."""
    chosen = _choose(SessionState(), count)
    expected = ["query_tools", "learn_fact", "tool_150", "tool_160", "tool_000"]
    assert chosen[:5] == expected[: len(chosen)][:5]
    assert len(chosen) >= count // 2


def test_room_for_a_search() -> None:
    """What a search finds is appended, and moves nothing."""
    state = SessionState()
    first = _choose(state, 128)
    state.want_tools(OTHERS[-8:])
    assert _choose(state, 128) == [*first, *reversed(OTHERS[-8:])]


def test_called_tools() -> None:
    """What is called in the history is sent, the last ones if there are too many."""
    state = SessionState()
    assert _choose(state, 16, "tool_190", "gone")[2] == "tool_190"
    chosen = _choose(state, 16, *OTHERS[:50])
    assert set(chosen) == {"query_tools", "learn_fact", *OTHERS[36:50]}


def test_as_long_as_there_is_room() -> None:
    """The tools stay in their order, until there is no room for a needed one."""
    state = SessionState()
    first = _choose(state, 64)
    for number in range(100, 108):
        state.want_tools([OTHERS[number]])
        chosen = _choose(state, 64)
        assert chosen[: len(first)] == first
    state.want_tools([OTHERS[120]])
    chosen = _choose(state, 64)
    assert OTHERS[120] in chosen
    assert set(OTHERS[100:108]) < set(chosen)
    # Some room is left again.
    assert len(chosen) < 64
    stay = [name for name in first if name in chosen]
    assert chosen[: len(stay)] == stay


def test_limits_are_apart() -> None:
    """Another server, or another limit, has tools of its own."""
    state = SessionState()
    small = _choose(state, 16)
    assert len(_choose(state, 128)) > 100
    assert _choose(state, 16) == small


def test_tool_that_is_gone() -> None:
    """A tool that is not offered any more is not sent."""
    state = SessionState()
    _choose(state, 16)
    chosen = _choose(state, 16, offered=["learn_fact", *OTHERS[50:]])
    assert not {*OTHERS[:50]} & set(chosen)
