"""Test that what a model was sent is not taken for its answer."""

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.speech.echo import EchoRemover

RESULT = '{"response_type":"action_done","data":{"success":[{"name":"Lamp"}]}}'
OTHER = '["Milk","Bread"]'


def spoken(text: str, size: int, *results: str) -> str:
    """Return what is said of a text that arrives in pieces of a size."""
    remover = EchoRemover(results)
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    return "".join(map(remover.feed, pieces)) + remover.flush()


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (RESULT, ""),
        (f"\n{RESULT}\n", "\n"),
        (f"{RESULT}The lamp is on.", "The lamp is on."),
        (f"{OTHER}\n{RESULT}\nDone.", "\nDone."),
        # The length limit cuts an echo, too.
        (RESULT[:40], ""),
        ("The lamp is on.", "The lamp is on."),
        (f"Here it is: {RESULT}", f"Here it is: {RESULT}"),
        ('{"response_type":"error"}', '{"response_type":"error"}'),
        ("{", "{"),
        ("", ""),
    ],
)
def test_echo(size: int, text: str, expected: str) -> None:
    assert spoken(text, size, RESULT, OTHER) == expected


def test_words_may_be_read_out() -> None:
    """A result that is a text may be the answer."""
    assert spoken("It is open.", 3, "It is open.") == "It is open."


def test_nothing_is_held_of_another_text() -> None:
    """An answer that is none of the results is said as it arrives."""
    remover = EchoRemover([RESULT])
    assert remover.feed("T") == "T"
    assert remover.feed("he lamp") == "he lamp"


@given(
    st.text(max_size=60), st.integers(1, 9), st.lists(st.text(max_size=9), max_size=3)
)
def test_no_text_is_lost(text: str, size: int, results: list[str]) -> None:
    """Only whole results at the start are left out, and long starts at the end."""
    said = spoken(text, size, *results)
    assert text.endswith(said)
    if not text.lstrip().startswith(("{", "[")):
        assert said == text
