"""Calls that stand in the text are read in the forms in which models write them."""

import time
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.speech.filter import SpeechFilter
from custom_components.openai_compatible_conversation.speech.parts import TextToolCall
from custom_components.openai_compatible_conversation.speech.text_tool_calls import (
    MAX_CALLS,
    parse_tool_calls,
)

ON = ("turn_on", {"name": "Lamp"})
OFF = ("turn_off", {"name": "Fan", "fast": True})

FORMS: dict[str, tuple[str, list[tuple[str, dict[str, Any]]]]] = {
    "Hermes, Qwen": (
        '<tool_call>\n{"name": "turn_on", "arguments": {"name": "Lamp"}}\n</tool_call>',
        [ON],
    ),
    "Hermes, two in a block": (
        (
            '<tool_call>{"name": "turn_on", "arguments": {"name": "Lamp"}}\n'
            '{"name": "turn_off", "arguments": {"name": "Fan", "fast": true}}</tool_call>'
        ),
        [ON, OFF],
    ),
    "arguments as text": (
        (
            '<tool_call>{"name": "turn_on", "arguments": "{\\"name\\": \\"Lamp\\"}"}'
            "</tool_call>"
        ),
        [ON],
    ),
    "OpenAI's own shape": (
        (
            '<tool_calls>[{"type": "function", "function": {"name": "turn_on", '
            '"arguments": {"name": "Lamp"}}}]</tool_calls>'
        ),
        [ON],
    ),
    "without arguments": (
        '<tool_call>{"name": "turn_on"}</tool_call>',
        [("turn_on", {})],
    ),
    "Granite": (
        '<|tool_call|>[{"name": "turn_on", "arguments": {"name": "Lamp"}}]',
        [ON],
    ),
    "Llama 3": (
        '<|python_tag|>{"name": "turn_on", "parameters": {"name": "Lamp"}}<|eom_id|>',
        [ON],
    ),
    "Llama 3, function tag": ('<function=turn_on>{"name": "Lamp"}</function>', [ON]),
    "Qwen Coder": (
        (
            "<tool_call>\n<function=turn_off>\n<parameter=name>\nFan\n</parameter>\n"
            "<parameter=fast>\ntrue\n</parameter>\n</function>\n</tool_call>"
        ),
        [OFF],
    ),
    "GLM": (
        (
            "<tool_call>turn_off\n<arg_key>name</arg_key>\n<arg_value>Fan</arg_value>\n"
            "<arg_key>fast</arg_key>\n<arg_value>true</arg_value>\n</tool_call>"
        ),
        [OFF],
    ),
    "Mistral": (
        '[TOOL_CALLS] [{"name": "turn_on", "arguments": {"name": "Lamp"}}]</s>',
        [ON],
    ),
    "Mistral, newer": ('[TOOL_CALLS]turn_on[ARGS]{"name": "Lamp"}', [ON]),
    "Kimi": (
        (
            "<|tool_calls_section_begin|><|tool_call_begin|>functions.turn_on:0"
            '<|tool_call_argument_begin|>{"name": "Lamp"}<|tool_call_end|>'
            "<|tool_calls_section_end|>"
        ),
        [ON],
    ),
    "DeepSeek": (
        (
            "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>turn_on\n"
            '```json\n{"name": "Lamp"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>'
        ),
        [ON],
    ),
    "DeepSeek, newer": (
        (
            "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>turn_on<｜tool▁sep｜>"
            '{"name": "Lamp"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>'
        ),
        [ON],
    ),
    "Python": (
        (
            "<|tool_call_start|>[turn_on(name='Lamp'), turn_off(name=\"Fan\", fast=True)]"
            "<|tool_call_end|>"
        ),
        [ON, OFF],
    ),
}


@pytest.mark.parametrize(("text", "calls"), FORMS.values(), ids=FORMS)
def test_forms(text: str, calls: list[tuple[str, dict[str, Any]]]) -> None:
    """Each family's form is taken out of the text, and read."""
    speech = SpeechFilter()
    pieces = [*speech.feed(text), *speech.flush()]
    assert all(isinstance(piece, TextToolCall) for piece in pieces)
    found = [
        call
        for piece in pieces
        if isinstance(piece, TextToolCall)
        for call in parse_tool_calls(piece.text)
    ]
    assert found == calls


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not a call",
        "{}",
        '{"a": 1}',
        '{"name": 7, "arguments": {}}',
        "f(1)",
        "[",
        "{" * 9999,
        "f(a={[1]: 2})",
        "f(a={{}})",
        f"f{'.a' * 9999}(b=1)",
        f"f{'(a=1)' * 9999}",
    ],
    ids=range(12),
)
def test_no_calls(text: str) -> None:
    """What is no call is none."""
    assert not parse_tool_calls(text)


@pytest.mark.parametrize(
    "text",
    [
        f"f{'\n' * 50_000}!{{}}",
        f"{'f' * 50_000}!{{}}",
        '{"a":' * 10_000,
        "<function=f>" + "<parameter=a>" * 20_000,
        "<arg_key>a</arg_key><arg_value>" * 5000,
    ],
    ids=range(5),
)
def test_endless(text: str) -> None:
    """A model that repeats itself without end does not hold everybody up."""
    begin = time.perf_counter()
    assert not parse_tool_calls(text)
    assert time.perf_counter() - begin < 2


def test_bound() -> None:
    """There are only so many calls in a block."""
    assert len(parse_tool_calls('{"name": "f"}' * 100)) == MAX_CALLS


@given(st.text(st.sampled_from('{}[]"<>=/:,() \nabfunctionparameterarg_keyvalue01')))
def test_nonsense(text: str) -> None:
    """Nothing that a model writes breaks the reading of it."""
    for name, arguments in parse_tool_calls(text):
        assert isinstance(name, str)
        assert isinstance(arguments, dict)
