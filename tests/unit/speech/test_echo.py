"""Test that what a model was sent or makes up is not taken for its answer."""

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.speech.echo import (
    EchoRemover,
    MadeUpResult,
)

NOTED = '{"error":"NotAsked","note":"called with {}. No tool can be called any more"}'
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
        # A part of a result, with other white space
        ('{"success":[{"name":"Lamp"}]}', ""),
        ('{"data": {"success": [\n  {"name": "Lamp"}]}}\nOn.', "\nOn."),
        ('{"data":{"success":[{"name":"Fan"}]}}', '{"data":{"success":[{"name":"Fan"}]}}'),
        ('{"name":"Lamp"}', '{"name":"Lamp"}'),
        # The end of a note
        ('{"note": "No tool can be called any more"}', ""),
        ('{"note": "I cannot do that."}', '{"note": "I cannot do that."}'),
        # The length limit cuts an echo, too.
        (RESULT[:40], ""),
        ("The lamp is on.", "The lamp is on."),
        (f"Here it is: {RESULT}", f"Here it is: {RESULT}"),
        ('{"response_type":"error"}', '{"response_type":"error"}'),
        ("{", "{"),
        ("", ""),
    ],
)  # fmt: skip
def test_echo(size: int, text: str, expected: str) -> None:
    assert spoken(text, size, RESULT, OTHER, NOTED) == expected


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


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{RESULT}\nThe lamp is on.", ""),
        (f"\n\n  {RESULT}", "\n\n"),
        (f"I turn it on.\n{RESULT}", "I turn it on."),
        ("I turn it on. {ok}", None),
        ("\n[Milk]\n", None),
        ("", None),
    ],
)
def test_made_up(size: int, text: str, expected: str | None) -> None:
    """What follows a call is text up to a line that begins an object."""
    made_up = MadeUpResult()
    said = ""
    for start in range(0, len(text), size):
        said += made_up.cut(text[start : start + size])
        if made_up.is_found:
            break
    assert made_up.is_found is (expected is not None)
    assert said.strip() == (text if expected is None else expected).strip()
