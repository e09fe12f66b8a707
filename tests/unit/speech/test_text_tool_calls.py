"""Tests of tool calls in the text, in the formats of the model families."""

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

FORMATS: dict[str, tuple[str, list[tuple[str, dict[str, Any]]]]] = {
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


@pytest.mark.parametrize(("text", "calls"), FORMATS.values(), ids=FORMATS)
def test_formats(text: str, calls: list[tuple[str, dict[str, Any]]]) -> None:
    """Each family's format is removed from the text and parsed."""
    speech = SpeechFilter()
    parts = [*speech.feed(text), *speech.flush()]
    assert all(isinstance(part, TextToolCall) for part in parts)
    found = [
        call
        for part in parts
        if isinstance(part, TextToolCall)
        for call in parse_tool_calls(part.text)
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
def test_not_a_call(text: str) -> None:
    """Text that is not a tool call yields no calls."""
    assert not parse_tool_calls(text)


@pytest.mark.parametrize(
    "text",
    [
        f"f{'\n' * 50_000}!{{}}",
        f"{'f' * 50_000}!{{}}",
        '{"a":' * 10_000,
        "<function=f>" + "<parameter=a" * 20_000,
        "<arg_key>a</arg_key><arg_value>" * 5000,
    ],
    ids=range(5),
)
def test_repetitive_text_is_fast(text: str) -> None:
    """Parsing endless repetition does not block the event loop for long."""
    begin = time.process_time()
    assert not parse_tool_calls(text)
    assert time.process_time() - begin < 2


def test_max_calls() -> None:
    """The number of calls in a block is limited."""
    assert len(parse_tool_calls('{"name": "f"}' * 100)) == MAX_CALLS


@given(st.text(st.sampled_from('{}[]"<>=/:,() \nabfunctionparameterarg_keyvalue01')))
def test_arbitrary_text(text: str) -> None:
    """Arbitrary text never raises an error."""
    for name, arguments in parse_tool_calls(text):
        assert isinstance(name, str)
        assert isinstance(arguments, dict)
