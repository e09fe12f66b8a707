"""Test what is kept of the words of a refusal, and how they are compared."""

from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.completions.refusal_words import (
    MASK,
    MAX_SHOWN,
    reason_of,
    shown_words,
)

CALL = {"function": {"name": "HassTurnOn", "arguments": '{"area": "Schlafzimmer"}'}}
BODY: dict[str, Any] = {
    "model": "m",
    "temperature": 0.5,
    "messages": [
        {"role": "system", "content": "You are a voice assistant. Areas: Nook, Attic."},
        {"role": "user", "content": "Is the temperature of Ophelia right?"},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "content": '{"state": "feverish"}'},
        {"role": "user", "content": [{"type": "text", "text": "Hi"}, {"type": "x"}]},
    ],
    "tools": [
        {"function": {"name": "HassTurnOn", "description": "Turns devices on or off."}},
        {"function": {"name": "ops_pager"}},
    ],
}


@pytest.mark.parametrize(
    "words",
    [
        (
            "400 invalid_request_error 'temperature' Unsupported value: 'temperature' does "
            "not support 0.5 with this model. Only the default (1) value is supported."
        ),
        "tools[0].function_declarations[22].parameters.enum[1]: cannot be empty",
        "'max_tokens' is too large: 5000. This model's maximum context length is 4096",
        "Please ensure that the function call turn comes immediately after a user turn",
    ],
)
def test_words_of_the_server(words: str) -> None:
    """A server's own words are kept, though some of them were also said."""
    assert shown_words(words, BODY) == words


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Invalid input: Ophelia", f"Invalid input: {MASK}"),
        (
            "bad: Is the temperature of Ophelia right?",
            f"bad: {MASK}?",
        ),
        (
            "Invalid schema for function 'HassTurnOn'",
            f"Invalid schema for function '{MASK}'",
        ),
        ("ops_pager: bad", f"{MASK}: bad"),
        ("value 'Schlafzimmer' is wrong", f"value '{MASK}' is wrong"),
        ("cannot parse feverish", f"cannot parse {MASK}"),
        ("near 'Areas: Nook, Attic.'", f"near '{MASK}.'"),
    ],
)
def test_quotations(words: str, shown: str) -> None:
    """What a server quotes of the request is masked."""
    assert shown_words(words, BODY) == shown


def test_one_short_line() -> None:
    """The words are one line, and limited."""
    assert shown_words("a\n\n b\t" + "x" * 999, BODY).startswith("a b xxx")
    assert len(shown_words("x y " * 999, BODY)) == MAX_SHOWN


@given(st.text(), st.text())
def test_any_words(words: str, said: str) -> None:
    """Words in any script can be masked, and a whole message never gets through."""
    body = {"messages": [{"role": "user", "content": f"zebrafinch {said}"}]}
    assert "zebrafinch" not in shown_words(f"{words} zebrafinch", body)
    assert reason_of(words) == reason_of(f" {words} ")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("no (request 4f2a9b7c1d3e)", "no (request 90cc81d7aa02)"),
        ("No  tools\n", "no tools"),
        ("at 2026-11-30T08:00:00Z: no", "at 2026-11-30T09:10:00Z: no"),
        ("chatcmpl-9aB8c7D6e5F4 failed", "chatcmpl-1aB2c3D4e5F6 failed"),
    ],
)
def test_same_reason(first: str, second: str) -> None:
    """Ids and times are no difference."""
    assert reason_of(first) == reason_of(second)


def test_other_reason() -> None:
    """An index, a name or a number is a difference."""
    assert reason_of("tools[1]: bad") != reason_of("tools[2]: bad")
    assert reason_of("unknown: top_k") != reason_of("unknown: top_p")
    assert reason_of("8000 tokens") != reason_of("9000 tokens")
