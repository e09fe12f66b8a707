"""Tests of the order of tools from session to session."""

from hypothesis import given, strategies as st

from custom_components.openai_compatible_conversation.tools.tool_order import ToolOrder

NAMES = st.lists(st.sampled_from("abcdefgh"), unique=True)


def test_listed_in_another_order() -> None:
    """Tools keep their order, in whichever they are listed."""
    order = ToolOrder()
    assert order.arranged("cab") == ["c", "a", "b"]
    assert order.arranged("abc") == ["c", "a", "b"]
    assert order.arranged("bxa") == ["a", "b", "x"]


def test_what_comes_and_goes_comes_last() -> None:
    """A tool that was not there moves behind those that were."""
    order = ToolOrder()
    order.arranged("abcd")
    assert order.arranged("acd") == ["a", "c", "d"]
    assert order.arranged("abcd") == ["a", "c", "d", "b"]
    assert order.arranged("ad") == ["a", "d"]
    assert order.arranged("adn") == ["a", "d", "n"]
    assert order.arranged("abcdn") == ["a", "d", "n", "c", "b"]


@given(st.lists(NAMES, min_size=1))
def test_begins_as_before(sessions: list[list[str]]) -> None:
    """Two sessions in a row have all tools in common up to the first that one lacks."""
    order = ToolOrder()
    before: list[str] = []
    for names in sessions:
        arranged = order.arranged(names)
        assert sorted(arranged) == sorted(names)
        shared = [name for name in before if name in names]
        assert [name for name in arranged if name in before] == shared
        assert arranged[: len(shared)] == shared
        before = arranged
